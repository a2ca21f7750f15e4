//! How a refusal is sent: problem details (RFC 9457) with the headers that its status demands.

use axum::response::{IntoResponse, Response};
use http::{
    HeaderName, HeaderValue, StatusCode,
    header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};
use mock_kit::Refusal;

use crate::problem::{Problem, ProblemKind};

/// What an operation refuses with.
#[derive(Debug)]
pub struct ApiError {
    problem: Box<Problem>,
    header: Option<(HeaderName, String)>,
}

impl ApiError {
    /// No token came along: the challenge names no error (RFC 6750, 3.1).
    pub(crate) fn token_missing() -> Self {
        let problem = ProblemKind::Unauthorized.because("send Authorization: Bearer <token>");
        Self::from(problem).with(WWW_AUTHENTICATE, "Bearer realm=\"jerky\"")
    }

    pub(crate) fn token_invalid() -> Self {
        let problem = ProblemKind::Unauthorized.because("the token is unknown, expired or revoked");
        let challenge = "Bearer realm=\"jerky\", error=\"invalid_token\", \
                         error_description=\"the token is unknown, expired or revoked\"";
        Self::from(problem).with(WWW_AUTHENTICATE, challenge)
    }

    pub(crate) fn scope_missing(scope: &str) -> Self {
        let problem = ProblemKind::Forbidden.because(format!("the token needs scope {scope}"));
        let challenge =
            format!("Bearer realm=\"jerky\", error=\"insufficient_scope\", scope=\"{scope}\"");
        Self::from(problem).with(WWW_AUTHENTICATE, challenge)
    }

    /// The shell's refusals in this vendor's words.
    pub(crate) fn refused(refusal: Refusal) -> Self {
        use ProblemKind as Kind;
        match refusal {
            Refusal::NotFound { nearest } => Self::from(nearly(
                Kind::NotFound.because("no operation has this path"),
                nearest,
            )),
            Refusal::MethodNotAllowed { allow, nearest } => {
                let allow: Vec<&str> = allow.iter().map(http::Method::as_str).collect();
                let allow = allow.join(", ");
                let problem =
                    Kind::MethodNotAllowed.because(format!("this resource takes {allow}"));
                Self::from(nearly(problem, nearest)).with(ALLOW, allow)
            }
            Refusal::Malformed {
                part,
                detail,
                field,
            } => {
                let mut problem = Kind::InvalidRequest.because(format!("{part}: {detail}"));
                problem.field = field;
                problem.into()
            }
            Refusal::UnsupportedMediaType { found } => {
                let found = found.unwrap_or_else(|| "nothing".to_owned());
                Kind::UnsupportedMediaType
                    .because(format!("the body claims to be {found}"))
                    .into()
            }
            Refusal::TooLarge { limit } => Kind::ContentTooLarge
                .because(format!("at most {limit} bytes are taken"))
                .into(),
            Refusal::RateLimited { retry_after } => {
                let seconds = retry_after.as_millis().div_ceil(1000).max(1);
                let problem = Kind::RateLimited.because(format!("try again in {seconds} s"));
                Self::from(problem).with(RETRY_AFTER, seconds.to_string())
            }
            Refusal::IdempotencyKeyMissing => Kind::IdempotencyKeyMissing
                .because("every write needs an Idempotency-Key")
                .into(),
            Refusal::IdempotencyKeyInvalid => {
                let detail = "Idempotency-Key must have 1 to 255 visible ASCII characters";
                Kind::InvalidRequest
                    .because(detail)
                    .at("Idempotency-Key")
                    .into()
            }
            Refusal::IdempotencyKeyInFlight { key } => Kind::IdempotencyKeyInFlight
                .because(format!("{key} is still in flight"))
                .into(),
            Refusal::IdempotencyKeyReused { key } => Kind::IdempotencyKeyReused
                .because(format!("{key} came with another payload"))
                .into(),
            Refusal::Forbidden => {
                let challenge = "Bearer realm=\"jerky\", error=\"insufficient_scope\"";
                let problem = Kind::Forbidden.because("this client may not do that");
                Self::from(problem).with(WWW_AUTHENTICATE, challenge)
            }
            Refusal::Missing { operation } => missing(&operation).into(),
            Refusal::Conflict { status } => conflict(status).into(),
            Refusal::Failed { status } => failed(status).into(),
        }
    }

    /// A reply of another kind than the command's: cannot happen, and must not panic.
    pub(crate) fn unexpected() -> Self {
        ProblemKind::ServerError
            .because("an unexpected reply")
            .into()
    }

    pub(crate) fn problem(&self) -> &Problem {
        &self.problem
    }

    fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.header = Some((name, value.into()));
        self
    }
}

/// The problem of a status that a fault demands.
pub(super) fn failed(status: StatusCode) -> Problem {
    let mut problem = ProblemKind::ServerError.because("try again later");
    problem.status = status.as_u16();
    problem.title = status
        .canonical_reason()
        .unwrap_or("The server failed")
        .to_owned()
        .into();
    problem
}

/// What an operation says of a thing that does not exist.
fn missing(operation: &str) -> Problem {
    use ProblemKind as Kind;
    let kinds = [
        ("reservation", Kind::ReservationNotFound),
        ("deliver", Kind::DeliveryNotFound),
        ("webhook", Kind::EndpointNotFound),
        ("item", Kind::UnknownSku),
        ("stock", Kind::UnknownSku),
        ("mirror", Kind::UnknownSku),
        ("inventory", Kind::UnknownSku),
    ];
    let mut kinds = kinds.into_iter();
    let kind = kinds.find(|(about, _)| operation.contains(about));
    let kind = kind.map_or(Kind::NotFound, |(_, kind)| kind);
    kind.because("there is no such thing")
}

/// A conflict that a fault demands; it is none of those that the vendor knows.
fn conflict(status: StatusCode) -> Problem {
    let mut problem = ProblemKind::StaleSequence.because("it is in another state");
    problem.status = status.as_u16();
    problem.title = status
        .canonical_reason()
        .unwrap_or_default()
        .to_owned()
        .into();
    problem.kind = match status {
        StatusCode::PRECONDITION_FAILED => "https://jerky.example/problems/precondition-failed",
        _ => "https://jerky.example/problems/conflict",
    }
    .into();
    problem
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Box::new(problem).into()
    }
}

impl From<Box<Problem>> for ApiError {
    fn from(problem: Box<Problem>) -> Self {
        Self {
            problem,
            header: None,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status);
        let body = serde_json::to_vec(&self.problem).unwrap_or_default();
        let mut response = Response::new(body.into());
        *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some((name, value)) = self.header
            && let Ok(value) = HeaderValue::try_from(value)
        {
            headers.insert(name, value);
        }
        response
    }
}

fn nearly(mut problem: Problem, nearest: Vec<String>) -> Problem {
    problem.nearest = nearest;
    problem
}
