//! A connection that closes without a word.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Phase},
    effect::{Draws, Effect, Fault},
    tamper::Tamper,
};

/// A connection that closes without a word.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct EmptyReply {}

impl Fault for EmptyReply {
    const ABOUT: About = About {
        name: "empty_reply",
        doc: "Closes the connection in order without sending a byte, before the request is applied or although it was.",
        incident: "A failed reply although the change was applied, then retried (pronamic/wp-woocommerce-stock-synchronization#4).",
        phases: &[Phase::BeforeApply, Phase::AppliedReplyLost],
        strikes: "any request",
        params: &[],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Tamper(Tamper::Empty)
    }
}
