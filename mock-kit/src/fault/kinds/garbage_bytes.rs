//! Bytes that are no HTTP.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fault},
    range::within,
    tamper::Tamper,
};

/// Bytes that are no HTTP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct GarbageBytes {
    /// How many bytes.
    #[serde(deserialize_with = "within::<1, 65_536, _>")]
    pub bytes: u64,
}

impl Default for GarbageBytes {
    fn default() -> Self {
        Self { bytes: 64 }
    }
}

impl Fault for GarbageBytes {
    const ABOUT: About = About {
        name: "garbage_bytes",
        doc: "Sends bytes that are no HTTP instead of a reply, and closes the connection.",
        incident: "The rule that what cannot be read is no answer, neither a yes nor a no: the request may have been applied (OpenBazaar#1276).",
        phases: &[Phase::BeforeApply, Phase::AppliedReplyLost],
        strikes: "any request",
        params: &[Param {
            name: "bytes",
            doc: "bytes, 1 to 65536 (default 64)",
        }],
    };

    fn effect(&self, draws: &Draws) -> Effect {
        let draw = |n: u64| draws.draw(&format!("byte {n}")).below(256);
        let byte = |n| u8::try_from(draw(n)).unwrap_or_default();
        // The first is never one that a status line could begin with.
        let garbage = std::iter::once(0x16).chain((1..self.bytes).map(byte));
        Effect::Tamper(Tamper::Garbage(garbage.collect()))
    }
}
