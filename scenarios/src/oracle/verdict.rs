//! What the oracle says about one invariant: holds, violated with evidence, or unknown with the
//! reason. How an invariant arrives at it is its own file's business.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The judgement of one invariant over one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// DESIGN's number for the invariant, such as `S3`.
    pub code: String,
    /// The invariant's name, such as `no_oversell`.
    pub name: String,
    /// How it came out.
    #[serde(flatten)]
    pub status: Status,
    /// How many subjects were judged. 0 with [`Status::Holds`] means there was nothing to judge,
    /// which fails no run; `note` then says what was missing.
    pub judged: usize,
    /// What a reader should know besides, such as which subjects were left out and why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
}

impl Verdict {
    /// Whether this verdict speaks against the run.
    pub fn is_violated(&self) -> bool {
        matches!(self.status, Status::Violated { .. })
    }

    /// Whether it could not be judged although there was something to judge.
    pub fn is_unknown(&self) -> bool {
        matches!(self.status, Status::Unknown { .. })
    }
}

/// One of three outcomes; never a silent pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Status {
    /// No subject broke it.
    Holds,
    /// At least one subject broke it.
    Violated {
        /// At most [`SHOWN`] of them, oldest first.
        evidence: Vec<Violation>,
        /// How many there were in all.
        total: usize,
    },
    /// There was something to judge but not what is needed to judge it.
    Unknown {
        /// What was missing.
        reason: String,
    },
}

/// How many violations of one invariant are shown.
pub const SHOWN: usize = 5;

/// How many lines of history one violation carries.
pub const LINES: usize = 12;

/// One subject at the first moment it broke the invariant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// What broke: an order, a reservation, a lot, a listing.
    pub subject: String,
    /// The first moment it was broken, in the world's time.
    pub at: Timestamp,
    /// What the formula gives.
    pub expected: String,
    /// What was found instead.
    pub found: String,
    /// The facts about the subject up to that moment, oldest first, at most [`LINES`].
    pub history: Vec<String>,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            subject,
            at,
            expected,
            found,
            history,
        } = self;
        write!(f, "{at} {subject}: expected {expected}, found {found}")?;
        history
            .iter()
            .try_for_each(|line| write!(f, "\n    {line}"))
    }
}
