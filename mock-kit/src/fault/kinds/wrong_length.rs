//! A reply that is longer or shorter than it says.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fault},
    range::off_by,
    tamper::Tamper,
};

/// A reply that is longer or shorter than it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WrongLength {
    /// By how many bytes the declared length is too long; too short when negative.
    #[serde(deserialize_with = "off_by::<65_536, _>")]
    pub by: i64,
}

impl Default for WrongLength {
    fn default() -> Self {
        Self { by: 10 }
    }
}

impl Fault for WrongLength {
    const ABOUT: About = About {
        name: "wrong_length",
        doc: "Declares a Content-Length that is off: too long, and the connection closes early; too short, and bytes are left over on it.",
        incident: "The rule that half a reply is no reply, and that one connection's bytes are never another reply's.",
        phases: &[Phase::MidBody],
        strikes: "any request whose reply has a body",
        params: &[Param {
            name: "by",
            doc: "bytes by which it is too long, negative for too short, not 0, up to 65536 (default 10)",
        }],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Tamper(Tamper::Length(self.by))
    }
}
