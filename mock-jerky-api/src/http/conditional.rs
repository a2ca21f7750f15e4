//! Conditional reads: an `ETag` on the reply, `304` for whoever has it already (RFC 9110, 13).

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{ETAG, IF_NONE_MATCH},
    request::Parts,
};
use mock_kit::extract::Json;
use serde::Serialize;

/// The tags that the caller has.
pub(super) struct IfNoneMatch(Option<HeaderValue>);

impl IfNoneMatch {
    /// The body under its tag, or `304` without one.
    pub(super) fn reply(&self, tag: &str, body: impl Serialize) -> Response {
        let tag = format!("\"{tag}\"");
        let mut response = if self.has(&tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            Json(body).into_response()
        };
        if let Ok(tag) = HeaderValue::try_from(tag) {
            response.headers_mut().insert(ETAG, tag);
        }
        response
    }

    /// Compares weakly, as a read may (RFC 9110, 8.8.3.2).
    fn has(&self, tag: &str) -> bool {
        let held = self.0.as_ref().and_then(|value| value.to_str().ok());
        held.is_some_and(|held| {
            let mut tags = held.split(',').map(str::trim);
            tags.any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
        })
    }
}

impl<S: Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.headers.get(IF_NONE_MATCH).cloned()))
    }
}
