//! What a campaign reached: each kind of fault by operation and phase, and the middleware's rare
//! branches. What it never reached is a hole in the campaign, and says so.

use std::collections::BTreeMap;

use serde::Serialize;
use sync_core::sometimes::{self, Mark};

use super::Kinds;
use crate::report::FaultCount;

/// What was reached so far, and how often.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    struck: BTreeMap<(String, String, String), u64>,
}

/// What was never reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Holes {
    /// Kinds of fault that never struck.
    pub faults: Vec<&'static str>,
    /// Rare branches of the middleware that were never taken.
    pub marks: Vec<&'static str>,
}

impl Coverage {
    /// Adds what struck in one world.
    pub fn add(&mut self, faults: &[FaultCount]) {
        for fault in faults {
            let cell = (
                fault.kind.clone(),
                fault.operation.clone(),
                fault.phase.clone(),
            );
            *self.struck.entry(cell).or_insert(0) += fault.count;
        }
    }

    /// How many combinations of kind, operation and phase were reached.
    pub fn cells(&self) -> usize {
        self.struck.len()
    }

    /// One row for each of them, sorted.
    pub fn rows(&self) -> Vec<FaultCount> {
        let row =
            |((kind, operation, phase), count): (&(String, String, String), &u64)| FaultCount {
                kind: kind.clone(),
                operation: operation.clone(),
                phase: phase.clone(),
                count: *count,
            };
        self.struck.iter().map(row).collect()
    }

    /// Kinds and marks that were never reached.
    pub fn holes(&self, kinds: &Kinds, marks: &[(Mark, u64)]) -> Holes {
        let struck = |kind: &&&str| !self.struck.keys().any(|(name, _, _)| name == **kind);
        Holes {
            faults: kinds.names().iter().filter(struck).copied().collect(),
            marks: marks
                .iter()
                .filter(|(_, count)| *count == 0)
                .map(|(mark, _)| mark.name())
                .collect(),
        }
    }
}

impl Holes {
    /// Whether everything was reached.
    pub fn is_empty(&self) -> bool {
        self.faults.is_empty() && self.marks.is_empty()
    }
}

/// How many marks were reached in this process, and how many there are.
pub(super) fn marks_reached() -> (usize, usize) {
    let counts = sometimes::counts();
    let reached = counts.iter().filter(|(_, count)| *count > 0).count();
    (reached, counts.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_struck_is_a_hole() {
        let kinds = Kinds::chosen(&["latency".to_owned(), "reset".to_owned()], &[]).unwrap();
        let mut coverage = Coverage::default();
        let row = FaultCount {
            kind: "reset".to_owned(),
            operation: "list_stock".to_owned(),
            phase: "reply".to_owned(),
            count: 2,
        };
        coverage.add(&[row.clone(), row]);
        assert_eq!(coverage.cells(), 1);
        assert_eq!(coverage.rows()[0].count, 4);
        let marks = [(Mark::ALL[0], 0), (Mark::ALL[1], 3)];
        let holes = coverage.holes(&kinds, &marks);
        assert_eq!(holes.faults, ["latency"]);
        assert_eq!(holes.marks, [Mark::ALL[0].name()]);
    }
}
