//! `If-Match` (RFC 9110, 13.1.1) over versions: `"7"`, or `*` for any.

use axum::extract::FromRequestParts;
use http::{header::IF_MATCH, request::Parts};
use mock_kit::Mock;

use super::{Failure, query::invalid};
use crate::{refusal::Refusal, vendor::PolishVendor};

/// The version that the caller read, if it says so.
#[derive(Clone, Copy, Debug)]
pub(super) struct IfMatch(pub(super) Option<u64>);

/// How the document describes it.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(
    dead_code,
    reason = "read by the document only; requests are read by IfMatch"
)]
pub(super) struct IfMatchParams {
    /// The version the caller read, quoted; `*` for any.
    #[param(
        rename = "If-Match",
        required = false,
        pattern = "^(\"[0-9]{1,18}\"|\\*)$",
        example = "*"
    )]
    if_match: String,
}

impl FromRequestParts<Mock<PolishVendor>> for IfMatch {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &Mock<PolishVendor>,
    ) -> Result<Self, Failure> {
        match parts.headers.get(IF_MATCH) {
            None => Ok(Self(None)),
            Some(value) => Ok(Self(version(value.as_bytes())?)),
        }
    }
}

fn version(value: &[u8]) -> Result<Option<u64>, Refusal> {
    let text = std::str::from_utf8(value).unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let tag = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    let digits = tag.filter(|tag| tag.bytes().all(|byte| byte.is_ascii_digit()));
    let version = digits.and_then(|digits| digits.parse().ok());
    version.map(Some).ok_or_else(|| {
        invalid(
            "If-Match",
            format!("{text:?} is no version; write it as \"7\", quotes included"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_stands_in_quotes() {
        assert_eq!(version(b"\"7\""), Ok(Some(7)));
        assert_eq!(version(b"*"), Ok(None));
        for wrong in [
            "7",
            "\"\"",
            "\"-1\"",
            "\"+1\"",
            "W/\"7\"",
            "\"7",
            "",
            "\"7\", \"8\"",
        ] {
            assert_eq!(
                version(wrong.as_bytes()).unwrap_err().status(),
                400,
                "{wrong}"
            );
        }
    }
}
