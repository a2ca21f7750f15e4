//! A batch of which some items fail.

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fault},
    range::status_within,
    share::{permille, share},
    struck::Semantic,
};

/// A batch of which some items fail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PartialBatch {
    /// How likely each item is to fail, 0 to 1; at least one does.
    #[serde(deserialize_with = "share")]
    pub share: f64,
    /// The status the items fail with, 400 to 599.
    #[serde(deserialize_with = "status_within::<400, 599, _>")]
    pub status: u16,
}

impl Default for PartialBatch {
    fn default() -> Self {
        Self {
            share: 0.5,
            status: 503,
        }
    }
}

impl Fault for PartialBatch {
    const ABOUT: About = About {
        name: "partial_batch",
        doc: "Fails some items of a batch, unapplied, and applies the others.",
        incident: "One bad object fails the batch (woocommerce-square#540).",
        phases: &[Phase::BeforeApply],
        strikes: "operations that take a batch",
        params: &[
            Param {
                name: "share",
                doc: "how likely each item is to fail, 0 to 1 (default 0.5)",
            },
            Param {
                name: "status",
                doc: "the status of failed items, 400 to 599 (default 503)",
            },
        ],
    };

    fn effect(&self, draws: &Draws) -> Effect {
        let status = StatusCode::from_u16(self.status).ok();
        Effect::Play(Semantic::PartialBatch {
            status: status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE),
            permille: permille(self.share),
            seed: draws.draw("items").below(u64::MAX),
        })
    }
}
