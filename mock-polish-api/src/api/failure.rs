//! Refusals on the wire, whoever refuses: one shape, `{"errors":[…]}`.

use axum::response::{IntoResponse, Response};
use http::{
    HeaderValue, Method, StatusCode,
    header::{ALLOW, RETRY_AFTER},
};
use jiff::{SignedDuration, Timestamp};
use mock_kit::http_date;

use super::reply::json;
use crate::refusal::{Complaint, ErrorCode, Errors, Refusal};

/// A refusal with what HTTP adds to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    status: StatusCode,
    refusal: Refusal,
    /// The methods that the path takes (RFC 9110, 10.2.1).
    allow: Vec<Method>,
    /// When the caller may come again, as an HTTP date.
    retry_at: Option<Timestamp>,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self {
            status: status(&refusal),
            refusal,
            allow: Vec::new(),
            retry_at: None,
        }
    }
}

impl Failure {
    /// What the shell refuses, in the shop's words.
    pub(crate) fn of_shell(refusal: mock_kit::Refusal, now: Timestamp) -> Self {
        use mock_kit::Refusal as Shell;
        let status = refusal.status();
        let mut failure = Self::from(words(&refusal));
        match refusal {
            Shell::MethodNotAllowed { allow, .. } => failure.allow = allow,
            Shell::RateLimited { retry_after } => {
                let wait = SignedDuration::try_from(retry_after).unwrap_or(SignedDuration::MAX);
                failure.retry_at = Some(now.saturating_add(wait).unwrap_or(now));
            }
            Shell::Failed { .. } | Shell::Conflict { .. } => failure.status = status,
            _ => {}
        }
        failure
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = json(
            self.status,
            &Errors {
                errors: self.refusal.0,
            },
        );
        let headers = response.headers_mut();
        let allow: Vec<&str> = self.allow.iter().map(Method::as_str).collect();
        if let Ok(value) = HeaderValue::try_from(allow.join(", "))
            && !allow.is_empty()
        {
            headers.insert(ALLOW, value);
        }
        let date = self.retry_at.map(http_date).map(HeaderValue::try_from);
        if let Some(Ok(value)) = date {
            headers.insert(RETRY_AFTER, value);
        }
        response
    }
}

fn words(refusal: &mock_kit::Refusal) -> Refusal {
    use mock_kit::Refusal as Shell;
    match refusal {
        Shell::NotFound { nearest } => {
            Refusal::new(ErrorCode::NotFound, with_nearest("no such path", nearest))
        }
        Shell::MethodNotAllowed { nearest, .. } => {
            let message = with_nearest("the path does not take this method", nearest);
            Refusal::new(ErrorCode::MethodNotAllowed, message)
        }
        Shell::Malformed {
            part,
            detail,
            field,
        } => {
            let mut complaint =
                Complaint::new(ErrorCode::InvalidParameter, format!("{part}: {detail}"));
            complaint.field.clone_from(field);
            Refusal(vec![complaint])
        }
        Shell::UnsupportedMediaType { found } => {
            let found = found.as_deref().unwrap_or("nothing");
            let message = format!("send application/json, not {found}");
            Refusal::new(ErrorCode::UnsupportedMediaType, message)
        }
        Shell::TooLarge { limit } => {
            let message = format!("a body has at most {limit} bytes");
            Refusal::new(ErrorCode::PayloadTooLarge, message)
        }
        Shell::RateLimited { .. } => {
            let message = "the bucket is full; come again at the time of Retry-After";
            Refusal::new(ErrorCode::RateLimited, message)
        }
        Shell::IdempotencyKeyMissing
        | Shell::IdempotencyKeyInvalid
        | Shell::IdempotencyKeyInFlight { .. }
        | Shell::IdempotencyKeyReused { .. } => Refusal::new(
            ErrorCode::InvalidParameter,
            "this API takes no idempotency keys",
        ),
        Shell::Forbidden => {
            Refusal::new(ErrorCode::Forbidden, "the role of this key may not do that")
        }
        Shell::Missing { .. } => Refusal::new(ErrorCode::NotFound, "there is no such thing"),
        Shell::Conflict { status } if *status == StatusCode::PRECONDITION_FAILED => {
            Refusal::new(ErrorCode::VersionMismatch, "it is at another version")
        }
        Shell::Conflict { .. } => {
            Refusal::new(ErrorCode::InvalidState, "it is in no state for this")
        }
        Shell::Failed { status } if *status == StatusCode::SERVICE_UNAVAILABLE => Refusal::new(
            ErrorCode::Unavailable,
            "the shop is out of service for the moment",
        ),
        Shell::Failed { .. } => Refusal::new(ErrorCode::InternalError, "the shop failed"),
    }
}

fn with_nearest(problem: &str, nearest: &[String]) -> String {
    if nearest.is_empty() {
        return problem.to_owned();
    }
    format!("{problem}; did you mean {}?", nearest.join(" or "))
}

fn status(refusal: &Refusal) -> StatusCode {
    StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
