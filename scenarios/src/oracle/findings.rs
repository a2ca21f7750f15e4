//! What one check collects on its way to a verdict.

use super::{Invariant, SHOWN, Status, Verdict, Violation};

/// Subjects judged, violations found (bounded), and what stood in the way.
#[derive(Default)]
pub(super) struct Findings {
    judged: usize,
    violations: Vec<Violation>,
    total: usize,
    unknown: Option<String>,
    note: Option<String>,
}

impl Findings {
    /// One more subject was looked at.
    pub(super) fn judged(&mut self) {
        self.judged += 1;
    }

    /// `violation` is called only while there is room to show it: evidence costs more than a check.
    pub(super) fn violated(&mut self, violation: impl FnOnce() -> Violation) {
        self.total += 1;
        if self.violations.len() < SHOWN {
            self.violations.push(violation());
        }
    }

    /// There is something to judge, and this is missing for it.
    pub(super) fn unknown(&mut self, reason: impl Into<String>) {
        self.unknown.get_or_insert(reason.into());
    }

    /// Something a reader should know besides.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.note.get_or_insert(note.into());
    }

    /// A violation outweighs a gap in what is known: it was seen.
    pub(super) fn into_verdict(mut self, invariant: &Invariant) -> Verdict {
        self.violations.sort_by_key(|violation| violation.at);
        let status = match self.unknown {
            _ if self.total > 0 => Status::Violated {
                evidence: self.violations,
                total: self.total,
            },
            Some(reason) => Status::Unknown { reason },
            None => Status::Holds,
        };
        if self.judged == 0 && self.note.is_none() && status == Status::Holds {
            self.note = Some("nothing to judge in this run".to_owned());
        }
        Verdict {
            code: invariant.code.to_owned(),
            name: invariant.name.to_owned(),
            status,
            judged: self.judged,
            note: self.note,
        }
    }
}
