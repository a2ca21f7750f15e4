//! A webhook that never comes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Phase},
    effect::{Draws, Effect, Fate, Fault},
};

/// A webhook that never comes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WebhookLost {}

impl Fault for WebhookLost {
    const ABOUT: About = About {
        name: "webhook_lost",
        doc: "Drops a webhook, which the vendor believes was delivered.",
        incident: "A dropped delivery without a trace (basecamp-local-agent-connector#45); a stock change that emits none (saleor#11637).",
        phases: &[Phase::Delivery],
        strikes: "webhooks",
        params: &[],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Deliver(Fate::Lost)
    }
}
