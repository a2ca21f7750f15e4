//! A reply that comes drop by drop.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fault},
    range::within,
    tamper::Tamper,
};

/// A reply that comes drop by drop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Trickle {
    /// Bytes at a time.
    #[serde(deserialize_with = "within::<1, 65_536, _>")]
    pub bytes: u64,
    /// Milliseconds between two pieces.
    #[serde(deserialize_with = "within::<1, 60_000, _>")]
    pub pause_ms: u64,
}

impl Default for Trickle {
    fn default() -> Self {
        Self {
            bytes: 16,
            pause_ms: 50,
        }
    }
}

impl Fault for Trickle {
    const ABOUT: About = About {
        name: "trickle",
        doc: "Sends the body a few bytes at a time, complete in the end.",
        incident: "Check, then act, with time between the two (woocommerce#44273); a time-out that is counted from the last byte never comes.",
        phases: &[Phase::Reply],
        strikes: "any request whose reply has a body",
        params: &[
            Param {
                name: "bytes",
                doc: "bytes at a time, 1 to 65536 (default 16)",
            },
            Param {
                name: "pause_ms",
                doc: "milliseconds between two pieces, 1 to 60000 (default 50)",
            },
        ],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Tamper(Tamper::Trickle {
            bytes: usize::try_from(self.bytes).unwrap_or(usize::MAX),
            pause: Duration::from_millis(self.pause_ms),
        })
    }
}
