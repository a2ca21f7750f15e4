//! The request was applied, and nobody is told.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Phase},
    effect::{Draws, Effect, Fault},
    tamper::Tamper,
};

/// The request was applied, and nobody is told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ReplyLost {}

impl Fault for ReplyLost {
    const ABOUT: About = About {
        name: "reply_lost",
        doc: "Applies the request and closes the connection instead of replying.",
        incident: "A failed reply although the change was applied, then retried (pronamic/wp-woocommerce-stock-synchronization#4).",
        phases: &[Phase::AppliedReplyLost],
        strikes: "any request",
        params: &[],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Tamper(Tamper::Empty)
    }
}
