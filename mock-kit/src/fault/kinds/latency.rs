//! Slowness: the request, or its reply, takes longer.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fault},
};

/// Slowness: the request, or its reply, takes longer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Latency {
    /// The delay in milliseconds.
    pub ms: u64,
    /// By how many milliseconds, up or down, it varies.
    pub jitter_ms: u64,
}

impl Default for Latency {
    fn default() -> Self {
        Self {
            ms: 500,
            jitter_ms: 0,
        }
    }
}

impl Fault for Latency {
    const ABOUT: About = About {
        name: "latency",
        doc: "Delays the request before it is applied, or the reply after.",
        incident: "Check, then act, with time between the two (woocommerce#44273, magento/inventory#3036).",
        phases: &[Phase::BeforeApply, Phase::Reply],
        strikes: "any request",
        params: &[
            Param {
                name: "ms",
                doc: "milliseconds (default 500)",
            },
            Param {
                name: "jitter_ms",
                doc: "milliseconds by which the delay varies, up or down (default 0)",
            },
        ],
    };

    fn effect(&self, draws: &Draws) -> Effect {
        let (low, high) = (
            self.ms.saturating_sub(self.jitter_ms),
            self.ms + self.jitter_ms,
        );
        Effect::Delay(Duration::from_millis(
            draws.draw("delay").between(low, high),
        ))
    }
}
