//! A webhook that comes late.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fate, Fault},
    range::within,
};

/// A webhook that comes late.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WebhookDelayed {
    /// The delay in milliseconds.
    #[serde(deserialize_with = "within::<0, 86_400_000, _>")]
    pub ms: u64,
    /// By how many milliseconds, up or down, it varies.
    #[serde(deserialize_with = "within::<0, 86_400_000, _>")]
    pub jitter_ms: u64,
}

impl Default for WebhookDelayed {
    fn default() -> Self {
        Self {
            ms: 30_000,
            jitter_ms: 0,
        }
    }
}

impl Fault for WebhookDelayed {
    const ABOUT: About = About {
        name: "webhook_delayed",
        doc: "Delays the first attempt of a webhook.",
        incident: "A retry that carries an old payload (Shopify changelog 2024-09); what is older arrives later (mirakl-hyperwallet-connector#35).",
        phases: &[Phase::Delivery],
        strikes: "webhooks",
        params: &[
            Param {
                name: "ms",
                doc: "milliseconds, 0 to 86400000 (default 30000)",
            },
            Param {
                name: "jitter_ms",
                doc: "milliseconds by which it varies, up or down, 0 to 86400000 (default 0)",
            },
        ],
    };

    fn effect(&self, draws: &Draws) -> Effect {
        let (low, high) = (
            self.ms.saturating_sub(self.jitter_ms),
            self.ms.saturating_add(self.jitter_ms),
        );
        let delay = Duration::from_millis(draws.draw("delay").between(low, high));
        Effect::Deliver(Fate::Delayed(delay))
    }
}
