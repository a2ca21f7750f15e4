//! A vendor that takes no connections.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Phase},
    effect::{Draws, Effect, Fault},
};

/// A vendor that takes no connections.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Refuse {}

impl Fault for Refuse {
    const ABOUT: About = About {
        name: "refuse",
        doc: "Refuses new connections, and closes kept ones after their next reply.",
        incident: "The rule that what was certainly not applied is tried again, and what may have been is asked about: several orders by retrying (OpenBazaar#1276).",
        phases: &[Phase::BeforeApply],
        strikes: "connections as they are made, counted as operation `connection`: in simulation those of the rule's client by its role; on real sockets all, the admin API's included, as nobody has said yet who it is (they are accepted and reset before a byte), so give it an end",
        params: &[],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Shut
    }
}
