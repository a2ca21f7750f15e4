//! A client that suddenly may not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Phase},
    effect::{Denial, Draws, Effect, Fault},
};

/// A client that suddenly may not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Forbidden {}

impl Fault for Forbidden {
    const ABOUT: About = About {
        name: "forbidden",
        doc: "Answers 403 in the vendor's own words, although the client may.",
        incident: "The rule that a refusal is not absence: a watermark that advances on an error (frappe/ecommerce_integrations#436), and a refresh for what no token mends (hqbase#41).",
        phases: &[Phase::BeforeApply],
        strikes: "any request",
        params: &[],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Deny(Denial::Forbidden)
    }
}
