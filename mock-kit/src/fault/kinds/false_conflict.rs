//! A conflict that is none.

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Denial, Draws, Effect, Fault},
};

/// A conflict that is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct FalseConflict {
    /// The status: 409 or 412.
    #[serde(deserialize_with = "conflict")]
    pub status: u64,
}

impl Default for FalseConflict {
    fn default() -> Self {
        Self { status: 409 }
    }
}

impl Fault for FalseConflict {
    const ABOUT: About = About {
        name: "false_conflict",
        doc: "Answers 409 or 412 without reason; nothing is applied.",
        incident: "A stale object overwrites a quantity by retrying without reading again (magento2#12288); negative stock blocks a cancellation (medusa#12796).",
        phases: &[Phase::BeforeApply],
        strikes: "any request",
        params: &[Param {
            name: "status",
            doc: "409 or 412 (default 409)",
        }],
    };

    fn effect(&self, _: &Draws) -> Effect {
        let status = u16::try_from(self.status).ok();
        let status = status.and_then(|status| StatusCode::from_u16(status).ok());
        Effect::Deny(Denial::Conflict(status.unwrap_or(StatusCode::CONFLICT)))
    }
}

fn conflict<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let status = u64::deserialize(deserializer)?;
    if [409, 412].contains(&status) {
        return Ok(status);
    }
    Err(D::Error::custom(format!("{status} is neither 409 nor 412")))
}
