//! A list whose next page is the same page.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Phase},
    effect::{Draws, Effect, Fault},
    struck::Semantic,
};

/// A list whose next page is the same page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PageLooping {}

impl Fault for PageLooping {
    const ABOUT: About = About {
        name: "page_looping",
        doc: "Makes the cursor or link to the next page lead back to the page that was asked for.",
        incident: "The rule that whoever follows a list must come to an end although the list does not.",
        phases: &[Phase::Reply],
        strikes: "pages with rows, of lists by cursor or by link; not the change feed, which has neither",
        params: &[],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Play(Semantic::PageLooping)
    }
}
