//! A vendor that disables an endpoint.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fate, Fault},
    range::within,
};

/// A vendor that disables an endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WebhookDisabled {
    /// How long it stays disabled, in milliseconds; 0 for good.
    #[serde(deserialize_with = "within::<0, 2_592_000_000, _>")]
    pub for_ms: u64,
}

impl Default for WebhookDisabled {
    fn default() -> Self {
        Self { for_ms: 600_000 }
    }
}

impl Fault for WebhookDisabled {
    const ABOUT: About = About {
        name: "webhook_disabled",
        doc: "Disables the endpoint that a webhook was to go to: what waits for it is given up, and what happens meanwhile is not told.",
        incident: "A dropped delivery leaves no trace (basecamp-local-agent-connector#45); a stock change emits none (saleor#11637).",
        phases: &[Phase::Delivery],
        strikes: "webhooks; a disabled endpoint is enabled again after a while, or never, and then a new registration helps",
        params: &[Param {
            name: "for_ms",
            doc: "milliseconds until it is enabled again, up to 2592000000; 0 for never (default 600000)",
        }],
    };

    fn effect(&self, _: &Draws) -> Effect {
        let wait = (self.for_ms > 0).then(|| Duration::from_millis(self.for_ms));
        Effect::Deliver(Fate::Disabled(wait))
    }
}
