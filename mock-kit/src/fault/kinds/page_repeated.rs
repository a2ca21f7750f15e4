//! A list that shows a page twice.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Phase},
    effect::{Draws, Effect, Fault},
    struck::Semantic,
};

/// A list that shows a page twice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PageRepeated {}

impl Fault for PageRepeated {
    const ABOUT: About = About {
        name: "page_repeated",
        doc: "Serves the page before the one asked for once more.",
        incident: "Pages shift while rows change, so a row comes twice (airbyte#21500).",
        phases: &[Phase::Reply],
        strikes: "operations that list by pages",
        params: &[],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Play(Semantic::PageRepeated)
    }
}
