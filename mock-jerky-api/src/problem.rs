//! Problem details (RFC 9457): every way the API says no, with its slug, status and title.
//!
//! When which problem applies is decided where it arises; how it is sent, in `http::problem`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    ids::{LineId, Sku},
    quantity::Amount,
};

/// Where the problem types are described.
const BASE: &str = "https://jerky.example/problems/";

/// A kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "each is its slug, and the table below says what it means"
)]
pub enum ProblemKind {
    InvalidRequest,
    IdempotencyKeyMissing,
    IdempotencyKeyInFlight,
    IdempotencyKeyReused,
    CursorExpired,
    SequenceExpired,
    InsufficientStock,
    UnknownSku,
    UnknownLot,
    UnknownLine,
    ReservationNotFound,
    ReservationResolved,
    ReservationExpired,
    QuantityExceedsOpen,
    StaleCount,
    StaleSequence,
    LotNotEligible,
    LotMismatch,
    UnitMismatch,
    WrongOwner,
    ChangeIdReused,
    RateLimited,
    Unauthorized,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    UnsupportedMediaType,
    ContentTooLarge,
    EndpointNotFound,
    EndpointDisabled,
    DeliveryNotFound,
    ServerError,
}

/// The body of every error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Identifies the kind of problem; its last part is a stable slug.
    #[serde(rename = "type")]
    #[schema(example = "https://jerky.example/problems/insufficient-stock")]
    pub kind: Cow<'static, str>,
    /// The kind in words.
    pub title: Cow<'static, str>,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// This occurrence in words.
    pub detail: String,
    /// The field to blame, such as `lines[0].quantity`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What is missing, line by line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shortfalls: Vec<Shortfall>,
    /// The value that the request did not match, as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// Operations with nearly the method and path of the request, nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nearest: Vec<String>,
}

/// A line that could not be reserved in full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Shortfall {
    /// The line.
    pub line_id: LineId,
    /// The item.
    pub sku: Sku,
    /// What the line asked for.
    pub requested: Amount,
    /// What it could have had.
    pub available: Amount,
}

impl ProblemKind {
    /// All kinds.
    pub const ALL: [Self; 32] = [
        Self::InvalidRequest,
        Self::IdempotencyKeyMissing,
        Self::IdempotencyKeyInFlight,
        Self::IdempotencyKeyReused,
        Self::CursorExpired,
        Self::SequenceExpired,
        Self::InsufficientStock,
        Self::UnknownSku,
        Self::UnknownLot,
        Self::UnknownLine,
        Self::ReservationNotFound,
        Self::ReservationResolved,
        Self::ReservationExpired,
        Self::QuantityExceedsOpen,
        Self::StaleCount,
        Self::StaleSequence,
        Self::LotNotEligible,
        Self::LotMismatch,
        Self::UnitMismatch,
        Self::WrongOwner,
        Self::ChangeIdReused,
        Self::RateLimited,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::UnsupportedMediaType,
        Self::ContentTooLarge,
        Self::EndpointNotFound,
        Self::EndpointDisabled,
        Self::DeliveryNotFound,
        Self::ServerError,
    ];

    /// The status, the slug and the title.
    #[rustfmt::skip]
    pub fn describe(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::InvalidRequest => (400, "invalid-request", "The request is not valid"),
            Self::IdempotencyKeyMissing => (400, "idempotency-key-missing", "An Idempotency-Key is required"),
            Self::IdempotencyKeyInFlight => (409, "idempotency-key-in-flight", "A request with this key is still in flight"),
            Self::IdempotencyKeyReused => (422, "idempotency-key-reused", "The key was used with another payload"),
            Self::CursorExpired => (410, "cursor-expired", "The cursor has expired"),
            Self::SequenceExpired => (410, "sequence-expired", "Events that old are no longer kept"),
            Self::InsufficientStock => (409, "insufficient-stock", "There is not enough stock"),
            Self::UnknownSku => (404, "unknown-sku", "There is no such item"),
            Self::UnknownLot => (404, "unknown-lot", "The item has no such lot there"),
            Self::UnknownLine => (422, "unknown-line", "The reservation has no such line"),
            Self::ReservationNotFound => (404, "reservation-not-found", "There is no such reservation"),
            Self::ReservationResolved => (409, "reservation-resolved", "The reservation is already resolved"),
            Self::ReservationExpired => (409, "reservation-expired", "The reservation has expired"),
            Self::QuantityExceedsOpen => (409, "quantity-exceeds-open", "More than is still open"),
            Self::StaleCount => (409, "stale-count", "The stock changed since it was counted"),
            Self::StaleSequence => (409, "stale-sequence", "A newer availability is known"),
            Self::LotNotEligible => (409, "lot-not-eligible", "The lot is not released, or has expired"),
            Self::LotMismatch => (409, "lot-mismatch", "The lot is known with other dates"),
            Self::UnitMismatch => (422, "unit-mismatch", "The quantity does not fit the item's unit"),
            Self::WrongOwner => (409, "wrong-owner", "The stock of this item is owned by the other side"),
            Self::ChangeIdReused => (422, "change-id-reused", "The change id was used with another change"),
            Self::RateLimited => (429, "rate-limited", "Too many requests"),
            Self::Unauthorized => (401, "unauthorized", "A valid access token is required"),
            Self::Forbidden => (403, "forbidden", "The access token lacks the scope"),
            Self::NotFound => (404, "not-found", "There is no such resource"),
            Self::MethodNotAllowed => (405, "method-not-allowed", "The resource does not take this method"),
            Self::UnsupportedMediaType => (415, "unsupported-media-type", "The body must be application/json"),
            Self::ContentTooLarge => (413, "content-too-large", "The body is too large"),
            Self::EndpointNotFound => (404, "endpoint-not-found", "There is no such webhook endpoint"),
            Self::EndpointDisabled => (409, "endpoint-disabled", "The webhook endpoint is disabled"),
            Self::DeliveryNotFound => (404, "delivery-not-found", "There is no such delivery"),
            Self::ServerError => (500, "server-error", "The server failed"),
        }
    }

    /// The last part of the problem's type.
    pub fn slug(self) -> &'static str {
        self.describe().1
    }

    /// The HTTP status.
    pub fn status(self) -> u16 {
        self.describe().0
    }

    /// A problem of this kind.
    pub fn because(self, detail: impl Into<String>) -> Problem {
        let (status, slug, title) = self.describe();
        Problem {
            kind: format!("{BASE}{slug}").into(),
            title: title.into(),
            status,
            detail: detail.into(),
            field: None,
            shortfalls: Vec::new(),
            current: None,
            nearest: Vec::new(),
        }
    }
}

impl Problem {
    /// Names the field to blame.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Tells what the value is now.
    #[must_use]
    pub fn current(mut self, value: impl std::fmt::Display) -> Self {
        self.current = Some(value.to_string());
        self
    }

    /// The last part of the type.
    pub fn slug(&self) -> &str {
        self.kind.rsplit('/').next().unwrap_or_default()
    }

    /// Whether it is of this kind.
    pub fn is(&self, kind: ProblemKind) -> bool {
        self.slug() == kind.slug()
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    #[test]
    fn the_problems_and_their_words() {
        let mut table = String::new();
        for kind in ProblemKind::ALL {
            let (status, slug, title) = kind.describe();
            writeln!(table, "{status} {slug}: {title}").unwrap();
        }
        insta::assert_snapshot!(table);
    }
}
