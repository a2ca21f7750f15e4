//! Two states of an item under one sequence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Phase},
    effect::{Draws, Effect, Fault},
    struck::Semantic,
};

/// Two states of an item under one sequence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SequenceReused {}

impl Fault for SequenceReused {
    const ABOUT: About = About {
        name: "sequence_reused",
        doc: "Changes an item without counting its sequence on, so that two different levels and events bear the same one.",
        incident: "A stale object overwrites a quantity (magento2#12288): the order of two states cannot be told by their number alone.",
        phases: &[Phase::Reply],
        strikes: "operations that change stock, of which the first item changed is struck: the jerky vendor",
        params: &[],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Play(Semantic::SequenceReused)
    }
}
