//! What a run came to, for people (a table and a page), for machines (JSON) and for
//! continuous integration (JUnit). Judging is the oracle's.

mod file;
mod found;
pub mod html;
pub mod junit;
mod progress;
mod summary;
mod table;
mod verdict;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use file::{Document, writable, writable_folder, write};
pub use found::{Caught, Unjudged};
pub use progress::Progress;
pub use summary::summary;
pub(crate) use table::length;
pub use table::table;
pub use verdict::{Finding, Outcome, Verdict};

/// One scenario played with one seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The scenario's name.
    pub scenario: String,
    /// The word by which the command line knows the scenario: its name, or its file.
    #[serde(skip)]
    pub word: String,
    /// The seed.
    pub seed: u64,
    /// What it came to.
    pub verdict: Verdict,
    /// Hash of the canonical trace: equal for equal seeds, in any process.
    pub trace_hash: String,
    /// Requests of all parties.
    pub requests: u64,
    /// Orders the shop accepted.
    pub orders: u64,
    /// Faults that struck.
    pub faults: Vec<FaultCount>,
    /// Virtual milliseconds.
    pub virtual_ms: u64,
    /// Milliseconds of the machine; differs from run to run.
    pub wall_ms: u64,
    /// Each invariant's outcome.
    pub invariants: Vec<Finding>,
    /// What the scenario expected and did not get, a fault that never struck among it.
    pub unmet: Vec<String>,
    /// Why it was not played to its end, if it was not: nothing was judged then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// How often a fault struck, by where and in which phase.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FaultCount {
    /// The kind.
    pub kind: String,
    /// The operation it struck; of a process fault whom: `process` (the middleware's), a vendor,
    /// `store`, or whose clock.
    pub operation: String,
    /// The phase of the request it struck in; of a process fault, at what.
    pub phase: String,
    /// How often.
    pub count: u64,
}

impl Run {
    /// A run that was not played to its end: nothing but its name, and why.
    pub fn failed(scenario: &str, seed: u64, error: String) -> Self {
        Self {
            scenario: scenario.to_owned(),
            word: scenario.to_owned(),
            seed,
            verdict: Verdict::Error,
            trace_hash: String::new(),
            requests: 0,
            orders: 0,
            faults: Vec::new(),
            virtual_ms: 0,
            wall_ms: 0,
            invariants: Vec::new(),
            unmet: Vec::new(),
            error: Some(error),
        }
    }

    /// How many faults struck in all.
    pub fn struck(&self) -> u64 {
        self.faults.iter().map(|fault| fault.count).sum()
    }
}
