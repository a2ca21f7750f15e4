//! A webhook that a later one overtakes.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fate, Fault},
    range::within,
};

/// A webhook that a later one overtakes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WebhookReordered {
    /// How long it waits for a later one, in milliseconds.
    #[serde(deserialize_with = "within::<1, 86_400_000, _>")]
    pub hold_ms: u64,
}

impl Default for WebhookReordered {
    fn default() -> Self {
        Self { hold_ms: 30_000 }
    }
}

impl Fault for WebhookReordered {
    const ABOUT: About = About {
        name: "webhook_reordered",
        doc: "Holds a webhook back until a later one to the same endpoint has been sent.",
        incident: "What is older arrives later (mirakl-hyperwallet-connector#35).",
        phases: &[Phase::Delivery],
        strikes: "webhooks that another one follows in time",
        params: &[Param {
            name: "hold_ms",
            doc: "milliseconds it waits at most, 1 to 86400000 (default 30000)",
        }],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Deliver(Fate::Overtaken(Duration::from_millis(self.hold_ms)))
    }
}
