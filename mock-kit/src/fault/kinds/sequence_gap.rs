//! A change feed in which positions are missing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fault},
    range::within,
    struck::Semantic,
};

/// A change feed in which positions are missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SequenceGap {
    /// How many positions in a row are missing at most.
    #[serde(deserialize_with = "within::<1, 100, _>")]
    pub count: u64,
    /// Whether no later reply has them either.
    pub for_ever: bool,
}

impl Default for SequenceGap {
    fn default() -> Self {
        Self {
            count: 1,
            for_ever: false,
        }
    }
}

impl Fault for SequenceGap {
    const ABOUT: About = About {
        name: "sequence_gap",
        doc: "Leaves events out of a page of the change feed, for this reply or for ever; the others keep their positions.",
        incident: "Late commits below the watermark are never read (PostHog#64417).",
        phases: &[Phase::Reply],
        strikes: "pages of the change feed with events in them; their webhooks are sent all the same",
        params: &[
            Param {
                name: "count",
                doc: "positions in a row that are missing at most, 1 to 100 (default 1)",
            },
            Param {
                name: "for_ever",
                doc: "whether no later reply has them either (default false: they come when asked for again)",
            },
        ],
    };

    fn effect(&self, draws: &Draws) -> Effect {
        Effect::Play(Semantic::SequenceGap {
            count: self.count,
            for_ever: self.for_ever,
            seed: draws.draw("gap").below(u64::MAX),
        })
    }
}
