//! A webhook signed with the secret before the last rotation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fate, Fault},
    range::within,
};

/// A webhook signed with the secret before the last rotation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WebhookStaleSecret {
    /// How many attempts are signed so.
    #[serde(deserialize_with = "within::<1, 100, _>")]
    pub attempts: u64,
}

impl Default for WebhookStaleSecret {
    fn default() -> Self {
        Self { attempts: 1 }
    }
}

impl Fault for WebhookStaleSecret {
    const ABOUT: About = About {
        name: "webhook_stale_secret",
        doc: "Signs the first attempts of a webhook with the secret that the last rotation replaced; further attempts are signed rightly.",
        incident: "A re-serialised body breaks the HMAC (Standard Webhooks); the rule that a replaced secret proves nothing.",
        phases: &[Phase::Delivery],
        strikes: "webhooks; an endpoint that was never rotated is taken to have had a secret before, which it was never told",
        params: &[Param {
            name: "attempts",
            doc: "attempts signed so, 1 to 100 (default 1)",
        }],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Deliver(Fate::StaleSecret(self.attempts))
    }
}
