//! A reply in many small pieces.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fault},
    range::within,
    tamper::Tamper,
};

/// A reply in many small pieces.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Split {
    /// How many cuts besides the awkward ones.
    #[serde(deserialize_with = "within::<0, 1_000, _>")]
    pub cuts: u64,
    /// Milliseconds between two pieces.
    #[serde(deserialize_with = "within::<1, 60_000, _>")]
    pub pause_ms: u64,
}

impl Default for Split {
    fn default() -> Self {
        Self {
            cuts: 8,
            pause_ms: 1,
        }
    }
}

impl Fault for Split {
    const ABOUT: About = About {
        name: "split",
        doc: "Sends the reply in pieces that end at awkward places (within the status line, between CR and LF, before the last byte), complete in the end.",
        incident: "The rule that a reply is what its framing says and not what one read returns.",
        phases: &[Phase::Reply],
        strikes: "any request",
        params: &[
            Param {
                name: "cuts",
                doc: "cuts at drawn places besides the awkward ones, 0 to 1000 (default 8)",
            },
            Param {
                name: "pause_ms",
                doc: "milliseconds between two pieces, 1 to 60000 (default 1)",
            },
        ],
    };

    fn effect(&self, draws: &Draws) -> Effect {
        Effect::Tamper(Tamper::Split {
            cuts: self.cuts,
            seed: draws.draw("cuts").below(u64::MAX),
            pause: Duration::from_millis(self.pause_ms),
        })
    }
}
