//! What the shell itself refuses. Each vendor puts it in its own words ([`crate::Vendor::refuse`]).

use std::{sync::Arc, time::Duration};

use http::{HeaderValue, Method, StatusCode};
use jiff::{Timestamp, fmt::rfc2822};

use crate::fault::Denial;

/// A request that the shell answers without asking the vendor's state machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No operation has this path (404).
    NotFound {
        /// Operations with nearly this method and path, nearest first, as `GET /v1/items`.
        nearest: Vec<String>,
    },
    /// The path exists under other methods (405).
    MethodNotAllowed {
        /// Those methods, for the `Allow` header (RFC 9110, 10.2.1).
        allow: Vec<Method>,
        /// Operations with nearly this method and path, nearest first.
        nearest: Vec<String>,
    },
    /// A body, query or path that cannot be read as what the operation takes (400).
    Malformed {
        /// Where: `body`, `query`, `path` or `header`.
        part: &'static str,
        /// What was wrong, for people.
        detail: String,
        /// The field, such as `lines[0].quantity`, where one is to blame.
        field: Option<String>,
    },
    /// A body of another content type (415).
    UnsupportedMediaType {
        /// What it claimed to be, if anything.
        found: Option<String>,
    },
    /// A body over the limit (413).
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// Too many requests (429).
    RateLimited {
        /// How long until one would be let through.
        retry_after: Duration,
    },
    /// The operation demands an `Idempotency-Key` (400).
    IdempotencyKeyMissing,
    /// The key is empty, too long, or not visible ASCII (400).
    IdempotencyKeyInvalid,
    /// A request with this key is still being served (409).
    IdempotencyKeyInFlight {
        /// The key.
        key: Arc<str>,
    },
    /// The key came with another payload before (422).
    IdempotencyKeyReused {
        /// The key.
        key: Arc<str>,
    },
    /// A fault has it that the client may not (403).
    Forbidden,
    /// A fault has it that what the request asks for does not exist (404).
    Missing {
        /// The operation that asks for it.
        operation: Arc<str>,
    },
    /// A fault has it that the thing is in another state (409, 412).
    Conflict {
        /// The status that the fault demands.
        status: StatusCode,
    },
    /// A fault makes the vendor fail (5xx).
    Failed {
        /// The status that the fault demands.
        status: StatusCode,
    },
}

impl Refusal {
    /// The status this refusal stands for.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound { .. } | Self::Missing { .. } => StatusCode::NOT_FOUND,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::Malformed { .. } | Self::IdempotencyKeyMissing | Self::IdempotencyKeyInvalid => {
                StatusCode::BAD_REQUEST
            }
            Self::UnsupportedMediaType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::IdempotencyKeyInFlight { .. } => StatusCode::CONFLICT,
            Self::IdempotencyKeyReused { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Failed { status } | Self::Conflict { status } => *status,
        }
    }

    /// What a fault denies to a request for `operation`.
    pub(crate) fn denied(denial: Denial, operation: &Arc<str>) -> Self {
        match denial {
            Denial::Forbidden => Self::Forbidden,
            Denial::Missing => Self::Missing {
                operation: Arc::clone(operation),
            },
            Denial::Conflict(status) => Self::Conflict { status },
        }
    }
}

/// The time as an IMF-fixdate (RFC 9110, 5.6.7), such as `Sun, 06 Nov 1994 08:49:37 GMT`. Parts of
/// a second are rounded up, so that whoever waits for it does not come too early.
pub fn http_date(at: Timestamp) -> String {
    let seconds = at.as_second() + i64::from(at.subsec_nanosecond() > 0);
    imf_fixdate(Timestamp::from_second(seconds).unwrap_or(at))
}

/// The `Date` of a reply (RFC 9110, 6.6.1): the vendor's time in whole seconds, rounded down.
pub(crate) fn date(now: Timestamp) -> Option<HeaderValue> {
    HeaderValue::try_from(imf_fixdate(now)).ok()
}

/// Without the part of a second; empty before the year 0, which the format cannot tell.
fn imf_fixdate(at: Timestamp) -> String {
    let printer = rfc2822::DateTimePrinter::new();
    printer.timestamp_to_rfc9110_string(&at).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_http_date_is_an_imf_fixdate_and_never_early() {
        let whole: Timestamp = "1994-11-06T08:49:37Z".parse().unwrap();
        let late: Timestamp = "1994-11-06T08:49:36.001Z".parse().unwrap();
        assert_eq!(http_date(whole), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(late), http_date(whole));
        assert_eq!(date(late).unwrap(), "Sun, 06 Nov 1994 08:49:36 GMT");
    }
}
