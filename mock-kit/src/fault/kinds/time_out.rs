//! Silence: the connection stays open and nothing comes.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fault},
    range::within,
};

/// Silence: the connection stays open and nothing comes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TimeOut {
    /// How long the silence lasts before the connection is dropped, in milliseconds.
    #[serde(deserialize_with = "within::<1, 86_400_000, _>")]
    pub hold_ms: u64,
}

impl Default for TimeOut {
    fn default() -> Self {
        Self { hold_ms: 60_000 }
    }
}

impl Fault for TimeOut {
    const ABOUT: About = About {
        name: "time_out",
        doc: "Holds the request without an answer, then drops the connection.",
        incident: "Whoever gives up does not know what became of a request: several orders by retrying (OpenBazaar#1276).",
        phases: &[Phase::BeforeApply, Phase::AppliedReplyLost],
        strikes: "any request",
        params: &[Param {
            name: "hold_ms",
            doc: "milliseconds before the connection is dropped, 1 to 86400000 (default 60000)",
        }],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Hold(Duration::from_millis(self.hold_ms))
    }
}
