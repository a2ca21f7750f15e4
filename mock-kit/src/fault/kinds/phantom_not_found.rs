//! A thing that seems not to exist.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Phase},
    effect::{Denial, Draws, Effect, Fault},
};

/// A thing that seems not to exist.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PhantomNotFound {}

impl Fault for PhantomNotFound {
    const ABOUT: About = About {
        name: "phantom_not_found",
        doc: "Answers 404 in the vendor's own words for what does exist.",
        incident: "A watermark that advances on 404 (frappe/ecommerce_integrations#436); a deleted variant keeps its stock (openlinker#1478).",
        phases: &[Phase::BeforeApply],
        strikes: "any request",
        params: &[],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Deny(Denial::Missing)
    }
}
