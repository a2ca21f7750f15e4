//! A webhook that somebody recorded and sends again.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fate, Fault},
    range::within,
};

/// A webhook that somebody recorded and sends again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WebhookReplayed {
    /// How long after the first, in milliseconds.
    #[serde(deserialize_with = "within::<1, 604_800_000, _>")]
    pub after_ms: u64,
}

impl Default for WebhookReplayed {
    fn default() -> Self {
        Self { after_ms: 600_000 }
    }
}

impl Fault for WebhookReplayed {
    const ABOUT: About = About {
        name: "webhook_replayed",
        doc: "Sends a webhook again later exactly as it was first sent: the same id, time, signature and content.",
        incident: "A replay is accepted (flipper#1022).",
        phases: &[Phase::Delivery],
        strikes: "webhooks",
        params: &[Param {
            name: "after_ms",
            doc: "milliseconds between the two, 1 to 604800000 (default 600000)",
        }],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Deliver(Fate::Replayed(Duration::from_millis(self.after_ms)))
    }
}
