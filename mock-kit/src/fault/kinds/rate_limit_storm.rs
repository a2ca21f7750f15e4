//! A client that is told to slow down, whatever it did.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fault, RetryAfter},
    range::within,
};

/// A client that is told to slow down, whatever it did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RateLimitStorm {
    /// The form of `Retry-After`; left out, the vendor's own.
    pub retry_after: Option<RetryAfter>,
    /// How long it tells the client to wait.
    #[serde(deserialize_with = "within::<0, 86_400, _>")]
    pub wait_seconds: u64,
}

impl Default for RateLimitStorm {
    fn default() -> Self {
        Self {
            retry_after: None,
            wait_seconds: 2,
        }
    }
}

impl Fault for RateLimitStorm {
    const ABOUT: About = About {
        name: "rate_limit_storm",
        doc: "Answers 429 as if the allowance of the client were used up.",
        incident: "A 429 that is not backed off from (shopmon#789); pacing per process that fails in parallel (php-shopify#11).",
        phases: &[Phase::BeforeApply],
        strikes: "any request",
        params: &[
            Param {
                name: "retry_after",
                doc: "seconds, date, missing or absurd (default: the form of the vendor)",
            },
            Param {
                name: "wait_seconds",
                doc: "seconds that Retry-After names, 0 to 86400 (default 2)",
            },
        ],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Limit {
            retry_after: self.retry_after,
            wait: Duration::from_secs(self.wait_seconds),
        }
    }
}
