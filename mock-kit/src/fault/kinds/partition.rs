//! A network that lets nothing pass, one way or both.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Direction, Draws, Effect, Fault},
    range::within,
};

/// A network that lets nothing pass, one way or both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Partition {
    /// What does not pass.
    pub direction: Direction,
    /// How long a request hears nothing before its connection is dropped, in milliseconds.
    #[serde(deserialize_with = "within::<1, 86_400_000, _>")]
    pub hold_ms: u64,
}

impl Default for Partition {
    fn default() -> Self {
        Self {
            direction: Direction::Both,
            hold_ms: 60_000,
        }
    }
}

impl Fault for Partition {
    const ABOUT: About = About {
        name: "partition",
        doc: "Lets nothing pass to the vendor, from it, or either way: requests never arrive, or are applied and not answered; webhooks never arrive, or the vendor never learns that they did.",
        incident: "A failed reply although the change was applied (pronamic/wp-woocommerce-stock-synchronization#4); a dropped delivery without a trace (basecamp-local-agent-connector#45).",
        phases: &[Phase::BeforeApply, Phase::AppliedReplyLost, Phase::Delivery],
        strikes: "any request, in the phase that its direction settles, and every attempt to deliver a webhook",
        params: &[
            Param {
                name: "direction",
                doc: "to_vendor (requests, and answers to webhooks), from_vendor (replies, and webhooks) or both (default both)",
            },
            Param {
                name: "hold_ms",
                doc: "milliseconds before the connection of a request is dropped, 1 to 86400000 (default 60000)",
            },
        ],
    };

    fn phase(&self) -> Option<Phase> {
        Some(match self.direction {
            Direction::ToVendor | Direction::Both => Phase::BeforeApply,
            Direction::FromVendor => Phase::AppliedReplyLost,
        })
    }

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Part {
            direction: self.direction,
            hold: Duration::from_millis(self.hold_ms),
        }
    }
}
