//! A vendor that takes so many connections at once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Excess, Fault},
    range::within,
};

/// A vendor that takes so many connections at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ConnectionLimit {
    /// How many connections at once.
    #[serde(deserialize_with = "within::<1, 10_000, _>")]
    pub connections: u64,
    /// What becomes of the others.
    pub excess: Excess,
}

impl Default for ConnectionLimit {
    fn default() -> Self {
        Self {
            connections: 2,
            excess: Excess::Wait,
        }
    }
}

impl Fault for ConnectionLimit {
    const ABOUT: About = About {
        name: "connection_limit",
        doc: "Lets a client have so many connections at once; more of them wait, or are refused.",
        incident: "Pacing per process that fails in parallel (php-shopify#11).",
        phases: &[Phase::BeforeApply],
        strikes: "connections as they are made, counted as operation `connection`: in simulation those of each client by its role; on real sockets all together",
        params: &[
            Param {
                name: "connections",
                doc: "connections at once, 1 to 10000 (default 2)",
            },
            Param {
                name: "excess",
                doc: "what becomes of the others: wait or refuse (default wait)",
            },
        ],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Crowd {
            most: usize::try_from(self.connections).unwrap_or(usize::MAX),
            excess: self.excess,
        }
    }
}
