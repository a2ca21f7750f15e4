//! A vendor that does not honour a repeated key.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Phase},
    effect::{Draws, Effect, Fault},
};

/// A vendor that does not honour a repeated key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct IdempotencyKeyIgnored {}

impl Fault for IdempotencyKeyIgnored {
    const ABOUT: About = About {
        name: "idempotency_key_ignored",
        doc: "Forgets what was answered under the idempotency key, so the repeated request is carried out anew.",
        incident: "A retry creates several orders (OpenBazaar#1276); key reused with another payload (idempotency4j#12).",
        phases: &[Phase::BeforeApply],
        strikes: "requests whose idempotency key was answered before",
        params: &[],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::ForgetKey
    }
}
