//! A webhook that comes twice.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fate, Fault},
    range::within,
};

/// A webhook that comes twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WebhookDuplicated {
    /// How long after the first it comes again, in milliseconds.
    #[serde(deserialize_with = "within::<0, 86_400_000, _>")]
    pub after_ms: u64,
}

impl Default for WebhookDuplicated {
    fn default() -> Self {
        Self { after_ms: 50 }
    }
}

impl Fault for WebhookDuplicated {
    const ABOUT: About = About {
        name: "webhook_duplicated",
        doc: "Sends a webhook again, with the same id and content.",
        incident: "Two subscriptions duplicate events (Shopify ignore-duplicates); two status hooks reduce stock twice (woocommerce#38786).",
        phases: &[Phase::Delivery],
        strikes: "webhooks",
        params: &[Param {
            name: "after_ms",
            doc: "milliseconds between the two, 0 to 86400000 (default 50)",
        }],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Deliver(Fate::Duplicated(Duration::from_millis(self.after_ms)))
    }
}
