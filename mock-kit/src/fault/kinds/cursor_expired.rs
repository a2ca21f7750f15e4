//! A cursor that the vendor has forgotten.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fault},
    struck::Semantic,
};

/// A cursor that the vendor has forgotten.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CursorExpired {
    /// Whether all events up to the feed's end are gone for good.
    pub for_ever: bool,
}

impl Fault for CursorExpired {
    const ABOUT: About = About {
        name: "cursor_expired",
        doc: "Answers a fresh cursor as an expired one; of the change feed, a position as one no longer kept.",
        incident: "An expired delta token hides deletes (NangoHQ/integration-templates#606); an idle cursor expires (PostHog#52055).",
        phases: &[Phase::Reply],
        strikes: "lists by cursor that are asked with one, and the change feed asked from before its end: the jerky vendor",
        params: &[Param {
            name: "for_ever",
            doc: "of the change feed: whether all events up to its end are gone for good (default false: for this reply)",
        }],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Play(Semantic::CursorExpired {
            for_ever: self.for_ever,
        })
    }
}
