//! Webhooks that are held back and then come all at once.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fate, Fault},
    range::within,
};

/// Webhooks that are held back and then come all at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WebhookBurst {
    /// Between two bursts, in milliseconds.
    #[serde(deserialize_with = "within::<2, 3_600_000, _>")]
    pub hold_ms: u64,
}

impl Default for WebhookBurst {
    fn default() -> Self {
        Self { hold_ms: 60_000 }
    }
}

impl Fault for WebhookBurst {
    const ABOUT: About = About {
        name: "webhook_burst",
        doc: "Holds webhooks back until the next whole multiple of a length of time, when all of them are sent at once.",
        incident: "An older message arrives later (mirakl-hyperwallet-connector#35), among all the others of a minute.",
        phases: &[Phase::Delivery],
        strikes: "webhooks",
        params: &[Param {
            name: "hold_ms",
            doc: "milliseconds between two bursts, counted by the vendor's clock, 2 to 3600000 (default 60000)",
        }],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Deliver(Fate::Burst(Duration::from_millis(self.hold_ms)))
    }
}
