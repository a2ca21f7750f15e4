//! A reply that stops coming.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fault},
    range::within,
    share::{permille, share},
    tamper::Tamper,
};

/// A reply that stops coming.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct StalledBody {
    /// The share of the body that still gets through, 0 to 1.
    #[serde(deserialize_with = "share")]
    pub share: f64,
    /// How long the silence lasts before the connection is dropped, in milliseconds.
    #[serde(deserialize_with = "within::<1, 86_400_000, _>")]
    pub hold_ms: u64,
}

impl Default for StalledBody {
    fn default() -> Self {
        Self {
            share: 0.5,
            hold_ms: 60_000,
        }
    }
}

impl Fault for StalledBody {
    const ABOUT: About = About {
        name: "stalled_body",
        doc: "Sends the head and a part of the body, then nothing more, and drops the connection after a while.",
        incident: "Whoever gives up in the middle of a reply does not know what became of the request: several orders by retrying (OpenBazaar#1276).",
        phases: &[Phase::MidBody],
        strikes: "any request whose reply has a body",
        params: &[
            Param {
                name: "share",
                doc: "share of the body that gets through, 0 to 1 (default 0.5)",
            },
            Param {
                name: "hold_ms",
                doc: "milliseconds before the connection is dropped, 1 to 86400000 (default 60000)",
            },
        ],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Tamper(Tamper::Stall {
            permille: permille(self.share),
            hold: Duration::from_millis(self.hold_ms),
        })
    }
}
