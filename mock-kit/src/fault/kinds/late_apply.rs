//! A request that is applied after its client was told that nothing came of it.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Farewell, Fault},
    range::within,
};

/// A request that is applied after its client was told that nothing came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct LateApply {
    /// How much later it comes, in milliseconds.
    #[serde(deserialize_with = "within::<1, 86_400_000, _>")]
    pub delay_ms: u64,
    /// What the client gets instead of a reply.
    pub answer: Farewell,
    /// How long the silence lasts before the connection is dropped, in milliseconds.
    #[serde(deserialize_with = "within::<1, 86_400_000, _>")]
    pub hold_ms: u64,
}

impl Default for LateApply {
    fn default() -> Self {
        Self {
            delay_ms: 5_000,
            answer: Farewell::TimeOut,
            hold_ms: 60_000,
        }
    }
}

impl Fault for LateApply {
    const ABOUT: About = About {
        name: "late_apply",
        doc: "Answers a write with silence, a reset or a 504, and lets it through to the vendor only later, perhaps after the client tried again.",
        incident: "A failed reply though applied, then retried (pronamic/wp-woocommerce-stock-synchronization#4); late commits below the watermark (PostHog#64417).",
        phases: &[Phase::AppliedReplyLost],
        strikes: "writes; they pass the whole vendor when they come, credentials and idempotency key included",
        params: &[
            Param {
                name: "delay_ms",
                doc: "milliseconds until it is applied, 1 to 86400000 (default 5000)",
            },
            Param {
                name: "answer",
                doc: "what the client gets: time_out, reset or server_error (default time_out)",
            },
            Param {
                name: "hold_ms",
                doc: "milliseconds of silence before a time_out drops the connection, 1 to 86400000 (default 60000)",
            },
        ],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Late {
            delay: Duration::from_millis(self.delay_ms),
            farewell: self.answer,
            hold: Duration::from_millis(self.hold_ms),
        }
    }
}
