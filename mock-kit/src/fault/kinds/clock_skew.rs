//! A vendor whose clock is wrong.

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fault},
    range::off_by,
};

/// A vendor whose clock is wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ClockSkew {
    /// By how much the clock is ahead, in milliseconds; behind when negative.
    #[serde(deserialize_with = "off_by::<2_592_000_000, _>")]
    pub offset_ms: i64,
}

impl Default for ClockSkew {
    fn default() -> Self {
        Self { offset_ms: 90_000 }
    }
}

impl Fault for ClockSkew {
    const ABOUT: About = About {
        name: "clock_skew",
        doc: "Sets the clock of the vendor ahead or behind while the rule is in its time window.",
        incident: "A vendor's clock is wrong, so order must never be by wall clock (no public source).",
        phases: &[Phase::Reply],
        strikes: "the vendor as a whole, from `from` until `until`, whoever asks for what; operation, method, path and client only say which of the requests served meanwhile are counted",
        params: &[Param {
            name: "offset_ms",
            doc: "milliseconds ahead, negative for behind, not 0, up to 2592000000 (30 days) either way (default 90000)",
        }],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Skew(SignedDuration::from_millis(self.offset_ms))
    }
}
