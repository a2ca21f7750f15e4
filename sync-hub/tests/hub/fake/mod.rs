//! Two vendors of a page each: enough to be kept in step, not to be mistaken for the mocks.

mod jerky;
mod polish;

pub(crate) use jerky::Jerky;
pub(crate) use polish::Polish;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

/// A request as a fake vendor sees it.
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: Value,
}

impl Asked {
    pub(crate) fn of(request: &Request<Bytes>) -> Self {
        Self {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or("").to_owned(),
            body: serde_json::from_slice(request.body()).unwrap_or(Value::Null),
        }
    }

    /// `GET /orders/ORD-1` as `("GET", ["orders", "ORD-1"])`.
    pub(crate) fn route(&self) -> (&str, Vec<&str>) {
        (
            &self.method,
            self.path.trim_matches('/').split('/').collect(),
        )
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let mut pairs = self
            .query
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

pub(crate) fn reply(status: u16, body: &Value) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(Bytes::from(body.to_string()))
        .unwrap()
}
