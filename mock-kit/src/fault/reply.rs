//! What data faults change: a reply or a webhook body.

use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use serde_json::Value;

/// A reply, or a webhook body with status 200.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The content type.
    pub content_type: Option<HeaderValue>,
    /// The whole body.
    pub body: Bytes,
}

impl Reply {
    /// Whether data faults apply to it: a success with a JSON body.
    pub fn is_json_success(&self) -> bool {
        let json = |value: &HeaderValue| value.as_bytes().windows(4).any(|four| four == b"json");
        self.status.is_success() && self.content_type.as_ref().is_some_and(json)
    }

    /// Changes the body as JSON; `false` when it is none, or `change` found no place.
    pub fn edit(&mut self, change: impl FnOnce(&mut Value) -> bool) -> bool {
        let Ok(mut document) = serde_json::from_slice(&self.body) else {
            return false;
        };
        if !change(&mut document) {
            return false;
        }
        self.body = document.to_string().into();
        true
    }
}
