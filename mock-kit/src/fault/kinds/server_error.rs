//! A server that fails: 500, 502, 503 or 504.

use std::time::Duration;

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fault, RetryAfter},
    range::{status_within, within},
};

/// A server that fails: 500, 502, 503 or 504.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ServerError {
    /// The status, 500 to 599.
    #[serde(deserialize_with = "status_within::<500, 599, _>")]
    pub status: u16,
    /// The form of `Retry-After`.
    pub retry_after: RetryAfter,
    /// How long `Retry-After` tells the client to wait.
    #[serde(deserialize_with = "within::<0, 86_400, _>")]
    pub wait_seconds: u64,
}

impl Default for ServerError {
    fn default() -> Self {
        Self {
            status: 503,
            retry_after: RetryAfter::Missing,
            wait_seconds: 5,
        }
    }
}

impl Fault for ServerError {
    const ABOUT: About = About {
        name: "server_error",
        doc: "Answers with a 5xx status, before the request is applied or although it was.",
        incident: "A failed reply although the change was applied (pronamic/wp-woocommerce-stock-synchronization#4); what is said to fail is not what was done.",
        phases: &[Phase::BeforeApply, Phase::AppliedReplyLost],
        strikes: "any request",
        params: &[
            Param {
                name: "status",
                doc: "500 to 599 (default 503)",
            },
            Param {
                name: "retry_after",
                doc: "seconds, date, missing or absurd (default missing)",
            },
            Param {
                name: "wait_seconds",
                doc: "seconds that Retry-After names, 0 to 86400 (default 5)",
            },
        ],
    };

    fn effect(&self, _: &Draws) -> Effect {
        let status = StatusCode::from_u16(self.status).ok();
        Effect::Fail {
            status: status
                .filter(StatusCode::is_server_error)
                .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            retry_after: self.retry_after,
            wait: Duration::from_secs(self.wait_seconds),
        }
    }
}
