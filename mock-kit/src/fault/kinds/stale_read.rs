//! A read that comes from a replica that lags.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fault},
    range::within,
};

/// A read that comes from a replica that lags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct StaleRead {
    /// How old the reply served is at least, in milliseconds.
    #[serde(deserialize_with = "within::<0, 86_400_000, _>")]
    pub age_ms: u64,
}

impl Default for StaleRead {
    fn default() -> Self {
        Self { age_ms: 1 }
    }
}

impl Fault for StaleRead {
    const ABOUT: About = About {
        name: "stale_read",
        doc: "Answers a GET with an earlier reply to the same path and query.",
        incident: "A stale object overwrites a quantity (magento2#12288).",
        phases: &[Phase::Reply],
        strikes: "GET requests that were made before",
        params: &[Param {
            name: "age_ms",
            doc: "milliseconds that the reply is old at least, 0 to 86400000 (default 1)",
        }],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Stale(Duration::from_millis(self.age_ms))
    }
}
