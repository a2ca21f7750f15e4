//! One call to a vendor and its reply, before anyone knows what they mean.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

/// What RFC 3986 calls unreserved needs no escape.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A call: everything of a request but the host and the credentials.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// What it is called in errors and traces.
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    /// Path and query, escaped.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Whether sending it twice is as good as once, and an unknown outcome therefore no matter.
    pub(crate) repeatable: bool,
}

/// A whole reply.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// When it was complete, by the hub's clock.
    pub(crate) at: Timestamp,
}

impl Call {
    /// A read.
    pub(crate) fn get(operation: &'static str, path: String) -> Self {
        Self::new(operation, Method::GET, path)
    }

    /// A call without headers or body.
    pub(crate) fn new(operation: &'static str, method: Method, path: String) -> Self {
        Self {
            operation,
            repeatable: method.is_safe(),
            method,
            path,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    /// With a JSON body.
    pub(crate) fn json(self, body: &impl Serialize) -> Self {
        // The bodies are plain structs with string keys, which always serialise; an empty body is
        // refused by the vendor, not mistaken for another.
        let body = serde_json::to_vec(body).unwrap_or_default();
        self.body(HeaderValue::from_static("application/json"), body.into())
    }

    /// With a body of this type.
    pub(crate) fn body(mut self, content_type: HeaderValue, body: Bytes) -> Self {
        self.headers.insert(header::CONTENT_TYPE, content_type);
        self.body = body;
        self
    }

    /// With a header. A value that cannot be in a header is left out.
    pub(crate) fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// The same call, declared repeatable although its method is not safe: one that asks for a
    /// token, say.
    pub(crate) fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }
}

impl Reply {
    /// Whether the body claims to be JSON: `application/json` or anything `+json`.
    pub(crate) fn is_json(&self) -> bool {
        let kind = self.headers.get(header::CONTENT_TYPE);
        let kind = kind.and_then(|value| value.to_str().ok()).unwrap_or("");
        let kind = kind.split(';').next().unwrap_or("").trim();
        kind.eq_ignore_ascii_case("application/json")
            || (kind.starts_with("application/") && kind.ends_with("+json"))
    }
}

/// Text as one path segment or one query value.
pub(crate) fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}
