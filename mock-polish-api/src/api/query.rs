//! Reading the query: every mistake is 400 and names its parameter.

use axum::extract::{FromRequestParts, Query};
use http::request::Parts;
use jiff::Timestamp;
use mock_kit::Mock;
use serde::de::DeserializeOwned;

use super::Failure;
use crate::{
    refusal::{Complaint, ErrorCode, Refusal},
    vendor::PolishVendor,
};

/// The query.
#[derive(Clone, Copy, Debug)]
pub(super) struct Params<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<Mock<PolishVendor>> for Params<T> {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &Mock<PolishVendor>,
    ) -> Result<Self, Failure> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(params)) => Ok(Self(params)),
            Err(error) => Err(unreadable(&error.body_text()).into()),
        }
    }
}

/// A parameter that is out of range or cannot be read.
pub(super) fn invalid(name: &str, message: impl Into<String>) -> Refusal {
    Refusal::at(ErrorCode::InvalidParameter, name, message)
}

/// An instant; a time without an offset is none.
pub(super) fn instant(name: &str, text: Option<&str>) -> Result<Option<Timestamp>, Refusal> {
    let Some(text) = text else {
        return Ok(None);
    };
    let parsed = text.parse::<Timestamp>().map(Some);
    parsed.map_err(|_| {
        let advice = "write it as 2026-11-02T09:30:00-05:00 (in a URL, + is %2B)";
        invalid(name, format!("{text:?} is no instant; {advice}"))
    })
}

fn unreadable(text: &str) -> Refusal {
    let detail = text.trim_start_matches("Failed to deserialize query string: ");
    let complaint = Complaint::new(ErrorCode::InvalidParameter, format!("query: {detail}"));
    Refusal(vec![match detail.split_once(": ") {
        Some((name, _)) if !name.contains(' ') => complaint.at(name),
        _ => complaint,
    }])
}
