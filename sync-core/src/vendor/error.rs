//! Why a call to a vendor gave no usable answer, sorted by what the caller may conclude.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::reading::Unreadable;

/// A call that gave no usable answer.
///
/// The variants are told apart by one question: can the call have had an effect?
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VendorError {
    /// The vendor understood and said no. Nothing was applied; the same call will fail again.
    #[error("{operation} refused: {refusal}")]
    Refused {
        /// The operation.
        operation: &'static str,
        /// What the vendor said.
        refusal: Box<Refusal>,
    },
    /// Nothing was applied; the same call may succeed later.
    #[error("{operation} not served: {reason}")]
    Retryable {
        /// The operation.
        operation: &'static str,
        /// What happened.
        reason: String,
        /// Not before this long from now, where the vendor or the circuit breaker said so.
        after: Option<Duration>,
    },
    /// It may have been applied: ask before anything else.
    #[error("{operation} has an unknown outcome: {reason}")]
    Unknown {
        /// The operation.
        operation: &'static str,
        /// What happened.
        reason: String,
    },
    /// The credentials were not accepted, even after a refresh. Nothing was applied.
    #[error("{operation} not authorised: {reason}")]
    Unauthorized {
        /// The operation.
        operation: &'static str,
        /// What the vendor said.
        reason: String,
    },
    /// A success whose body cannot be read. A write was most likely applied: ask.
    #[error("{operation} answered with something unreadable: {reason}")]
    Garbled {
        /// The operation.
        operation: &'static str,
        /// What was wrong with the body.
        reason: String,
        /// The object, where the body was well-formed but one object in it was not.
        unreadable: Option<Box<Unreadable>>,
    },
}

/// What a vendor said when it refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// RFC 9457.
    Problem(Problem),
    /// The shop's own shape.
    Polish {
        /// HTTP status.
        status: u16,
        /// At least one.
        errors: Vec<PolishFault>,
    },
    /// A refusal without a body that says why.
    Bare {
        /// HTTP status.
        status: u16,
    },
    /// It could not even be sent: a name that fits in no address, say.
    Unsendable(String),
}

/// A problem detail of the jerky vendor (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The last segment of its `type`: `insufficient-stock`…
    pub slug: String,
    /// HTTP status.
    pub status: u16,
    /// What the vendor says to people.
    pub detail: String,
    /// What was short, with `insufficient-stock`.
    pub shortfalls: Vec<Shortfall>,
}

/// What one line of a refused reservation lacked, as the vendor wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortfall {
    /// The caller's name for the line.
    pub line_id: String,
    /// The item.
    pub sku: String,
    /// Asked for, in the item's unit.
    pub requested: String,
    /// Free, in the item's unit.
    pub available: String,
}

/// One error of the polish vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolishFault {
    /// What went wrong: `invalid_state`…
    pub code: String,
    /// What the vendor says to people.
    pub message: String,
    /// The field concerned.
    pub field: Option<String>,
    /// The version the vendor holds, with `version_mismatch`.
    #[serde(default)]
    pub current_version: Option<u64>,
}

impl Refusal {
    /// The vendor's word for it; empty when it gave none.
    pub fn code(&self) -> &str {
        match self {
            Self::Problem(problem) => &problem.slug,
            Self::Polish { errors, .. } => errors.first().map_or("", |error| &error.code),
            Self::Bare { .. } => "",
            Self::Unsendable(_) => "unsendable",
        }
    }

    /// Whether an equal request is still being worked on: not a no, only a not yet.
    pub fn is_in_flight(&self) -> bool {
        self.code() == "idempotency-key-in-flight"
    }

    /// Whether the vendor looked at what was asked before it refused. That it cannot find something, or
    /// that nobody may go there, says nothing of an earlier attempt under the same key.
    pub fn is_of_the_thing_asked(&self) -> bool {
        !matches!(self.status(), 401 | 403..=405)
    }

    /// HTTP status; 0 where nothing was sent.
    pub fn status(&self) -> u16 {
        match self {
            Self::Problem(problem) => problem.status,
            Self::Polish { status, .. } | Self::Bare { status } => *status,
            Self::Unsendable(_) => 0,
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status(), self.code())?;
        match self {
            Self::Problem(problem) => write!(f, ": {}", problem.detail),
            Self::Polish { errors, .. } => errors
                .iter()
                .try_for_each(|error| write!(f, ": {}", error.message)),
            Self::Bare { .. } => Ok(()),
            Self::Unsendable(why) => write!(f, ": {why}"),
        }
    }
}

impl VendorError {
    /// The vendor's refusal, where it was one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused { refusal, .. } => Some(refusal),
            _ => None,
        }
    }

    /// Whether the vendor refused with this code.
    pub fn is_code(&self, code: &str) -> bool {
        self.refusal().is_some_and(|refusal| refusal.code() == code)
    }

    /// Whether the vendor refused with this HTTP status.
    pub fn is_status(&self, status: u16) -> bool {
        self.refusal()
            .is_some_and(|refusal| refusal.status() == status)
    }
}

impl Problem {
    /// A problem document, read leniently: a refusal stays a refusal however badly it is told.
    pub(crate) fn read(status: u16, body: &[u8]) -> Self {
        let wire: ProblemWire = serde_json::from_slice(body).unwrap_or_default();
        let slug = wire.kind.rsplit('/').next().unwrap_or_default();
        Self {
            slug: shortened(slug),
            status,
            detail: shortened(if wire.detail.is_empty() {
                &wire.title
            } else {
                &wire.detail
            }),
            shortfalls: wire.shortfalls,
        }
    }
}

impl PolishFault {
    /// One error object, read leniently.
    pub(crate) fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_else(|error| Self {
            code: String::new(),
            message: format!("unreadable error: {error}"),
            field: None,
            current_version: None,
        })
    }
}

impl Refusal {
    /// The refusal in a jerky reply.
    pub(crate) fn jerky(status: u16, body: &[u8]) -> Self {
        let problem = Problem::read(status, body);
        if problem.slug.is_empty() {
            return Self::Bare { status };
        }
        Self::Problem(problem)
    }

    /// The refusal in a polish reply.
    pub(crate) fn polish(status: u16, body: &[u8]) -> Self {
        match serde_json::from_slice::<PolishWire>(body) {
            Ok(wire) if !wire.errors.is_empty() => Self::Polish {
                status,
                errors: wire.errors,
            },
            _ => Self::Bare { status },
        }
    }
}

#[derive(Default, Deserialize)]
struct ProblemWire {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: String,
    #[serde(default)]
    shortfalls: Vec<Shortfall>,
}

#[derive(Deserialize)]
struct PolishWire {
    errors: Vec<PolishFault>,
}

/// Vendors' texts end up in logs and in the store.
fn shortened(text: &str) -> String {
    text.chars().take(200).collect()
}
