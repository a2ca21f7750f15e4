//! The state of a search: the smallest case so far, what was tried, and the time left.

use std::collections::BTreeSet;

use tokio::time::Instant;
use xxhash_rust::xxh3::xxh3_64;

use super::{Small, breaks, told};
use crate::{hunt::Broken, scenario::Scenario};

pub(super) struct Search {
    best: Scenario,
    broken: Broken,
    deadline: Instant,
    tried: u64,
    taken: u64,
    /// Cases that do not break it, by hash: passes come back to the same ones.
    known: BTreeSet<u64>,
}

impl Search {
    /// From a case and what it breaks.
    pub(super) fn from(start: Scenario, broken: Broken, deadline: Instant) -> Self {
        Self {
            best: start,
            broken,
            deadline,
            tried: 1,
            taken: 0,
            known: BTreeSet::new(),
        }
    }

    /// The smallest case so far.
    pub(super) fn best(&self) -> &Scenario {
        &self.best
    }

    /// What the smallest case so far says when it breaks.
    pub(super) fn evidence(&self) -> String {
        self.broken.evidence.join("\n")
    }

    /// Takes `candidate` for the smallest case if it breaks the same invariant.
    pub(super) fn take(&mut self, candidate: Scenario) -> bool {
        if candidate == self.best || self.is_over() || !candidate.is_sound() {
            return false;
        }
        let hash = xxh3_64(format!("{candidate:?}").as_bytes());
        if self.known.contains(&hash) {
            return false;
        }
        self.tried += 1;
        match breaks(&candidate, &self.broken.invariant) {
            Some(broken) => {
                (self.best, self.broken) = (candidate, broken);
                self.taken += 1;
                true
            }
            None => {
                self.known.insert(hash);
                false
            }
        }
    }

    /// The same, of the smallest case with a change.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Scenario)) -> bool {
        let mut candidate = self.best.clone();
        change(&mut candidate);
        self.take(candidate)
    }

    /// Grows with each case that was taken.
    pub(super) fn progress(&self) -> u64 {
        self.taken
    }

    /// Whether the time is up.
    pub(super) fn is_over(&self) -> bool {
        Instant::now() >= self.deadline
    }

    pub(super) fn finish(self) -> Small {
        Small {
            scenario: told(self.best.clone(), &self.broken),
            is_cut_short: self.is_over(),
            broken: self.broken,
            tried: self.tried,
        }
    }
}
