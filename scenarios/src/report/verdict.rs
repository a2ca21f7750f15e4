//! A run's verdict out of the oracle's and of what the scenario expected.

use serde::{Deserialize, Serialize};

use crate::oracle;

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every judged invariant holds and all that was expected was seen.
    Pass,
    /// Something could not be judged, or the run did not exercise what it was made for.
    Unknown,
    /// An invariant is broken.
    Fail,
    /// It was not played to its end: the harness failed, or the middleware gave up.
    Error,
}

/// How one invariant came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Number and name, such as `S3 no_oversell`.
    pub name: String,
    /// How it came out.
    pub status: Outcome,
    /// How many subjects were judged; 0 when the run had nothing for it.
    pub judged: usize,
    /// The violations, or why nothing can be said; a note when it holds.
    pub evidence: Vec<String>,
}

/// How an invariant can come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It is broken.
    Violated,
    /// It cannot be judged.
    Unknown,
}

impl Verdict {
    /// The verdict over all findings and all that was expected and not seen.
    pub fn over(findings: &[Finding], unmet: &[String]) -> Self {
        let any = |status| findings.iter().any(|finding| finding.status == status);
        if any(Outcome::Violated) {
            Self::Fail
        } else if any(Outcome::Unknown) || !unmet.is_empty() {
            Self::Unknown
        } else {
            Self::Pass
        }
    }

    /// In a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Unknown => "unknown",
            Self::Fail => "fail",
            Self::Error => "error",
        }
    }
}

impl From<&oracle::Verdict> for Finding {
    fn from(verdict: &oracle::Verdict) -> Self {
        let (status, evidence) = match &verdict.status {
            oracle::Status::Holds => (Outcome::Holds, verdict.note.iter().cloned().collect()),
            oracle::Status::Unknown { reason } => (Outcome::Unknown, vec![reason.clone()]),
            oracle::Status::Violated { evidence, total } => {
                let mut lines: Vec<String> = evidence.iter().map(ToString::to_string).collect();
                if *total > lines.len() {
                    lines.push(format!("and {} more", total - lines.len()));
                }
                (Outcome::Violated, lines)
            }
        };
        Self {
            name: format!("{} {}", verdict.code, verdict.name),
            status,
            judged: verdict.judged,
            evidence,
        }
    }
}
