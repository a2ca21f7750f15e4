//! A connection that breaks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Phase},
    effect::{Draws, Effect, Fault},
    tamper::Tamper,
};

/// A connection that breaks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Reset {}

impl Fault for Reset {
    const ABOUT: About = About {
        name: "reset",
        doc: "Resets the connection before the request is applied, after it, or in the middle of the reply.",
        incident: "An order without an allocation, because the caller broke off half-way (saleor#5334).",
        phases: &[Phase::BeforeApply, Phase::AppliedReplyLost, Phase::MidBody],
        strikes: "any request",
        params: &[],
    };

    fn effect(&self, draws: &Draws) -> Effect {
        Effect::Tamper(Tamper::Reset {
            permille: draws.draw("cut").below(1000),
        })
    }
}
