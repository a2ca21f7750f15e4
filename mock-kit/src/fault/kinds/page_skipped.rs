//! A list that leaves a page out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Phase},
    effect::{Draws, Effect, Fault},
    struck::Semantic,
};

/// A list that leaves a page out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PageSkipped {}

impl Fault for PageSkipped {
    const ABOUT: About = About {
        name: "page_skipped",
        doc: "Leaves out one page of a list.",
        incident: "Offset paging skips updates (airbyte#21500); a strict bound loses rows of the same second (estuary/connectors#5205).",
        phases: &[Phase::Reply],
        strikes: "operations that list by pages",
        params: &[],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Play(Semantic::PageSkipped)
    }
}
