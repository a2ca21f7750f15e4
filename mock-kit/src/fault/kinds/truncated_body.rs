//! A reply that ends too early.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fault},
    share::{permille, share},
    tamper::Tamper,
};

/// A reply that ends too early.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TruncatedBody {
    /// The share of the body that still gets through, 0 to 1.
    #[serde(deserialize_with = "share")]
    pub share: f64,
}

impl Default for TruncatedBody {
    fn default() -> Self {
        Self { share: 0.5 }
    }
}

impl Fault for TruncatedBody {
    const ABOUT: About = About {
        name: "truncated_body",
        doc: "Sends the head and a part of the body, and closes the connection in order.",
        incident: "The rule that half a reply is no reply: the request was received and may have been applied (pronamic/wp-woocommerce-stock-synchronization#4).",
        phases: &[Phase::MidBody],
        strikes: "any request whose reply has a body",
        params: &[Param {
            name: "share",
            doc: "share of the body that gets through, 0 to 1 (default 0.5)",
        }],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Tamper(Tamper::Truncate {
            permille: permille(self.share),
        })
    }
}
