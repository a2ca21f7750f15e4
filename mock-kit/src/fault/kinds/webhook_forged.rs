//! A webhook that somebody else made up.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Phase},
    effect::{Draws, Effect, Fate, Fault},
};

/// A webhook that somebody else made up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WebhookForged {}

impl Fault for WebhookForged {
    const ABOUT: About = About {
        name: "webhook_forged",
        doc: "Sends besides the webhook a copy with another id, altered numbers, and a signature that does not fit.",
        incident: "Standard Webhooks: an unverified message has no effect; a replay was accepted (flipper#1022).",
        phases: &[Phase::Delivery],
        strikes: "webhooks",
        params: &[],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Deliver(Fate::Forged)
    }
}
