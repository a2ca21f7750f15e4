//! The state of a search: the smallest case so far, what was tried, and the time left.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use jiff::Timestamp;
use tokio::time::Instant;
use xxhash_rust::xxh3::xxh3_64;

use super::{
    Small, breaks,
    ddmin::{AT_ONCE, thin},
    told,
};
use crate::{hunt::Broken, scenario::Scenario};

/// When a search is over, whatever it has found by then.
pub(super) struct Limit {
    deadline: Instant,
    /// Raised by whoever has waited long enough.
    stop: Arc<AtomicBool>,
}

impl Limit {
    /// After so much time from now, or when `stop` is raised.
    pub(super) fn after(budget: Duration, stop: &Arc<AtomicBool>) -> Self {
        Self {
            deadline: Instant::now() + budget,
            stop: Arc::clone(stop),
        }
    }
}

pub(super) struct Search {
    best: Scenario,
    broken: Broken,
    limit: Limit,
    tried: u64,
    taken: u64,
    /// Cases that do not break it, by hash: passes come back to the same ones.
    known: BTreeSet<u64>,
}

impl Search {
    /// From a case and what it breaks.
    pub(super) fn from(start: Scenario, broken: Broken, limit: Limit) -> Self {
        Self {
            best: start,
            broken,
            limit,
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

    /// When the smallest case so far broke first, if its evidence says so.
    pub(super) fn since(&self) -> Option<Timestamp> {
        self.broken.since()
    }

    /// Takes the first of `candidates` that breaks the same invariant for the smallest case, and says
    /// which that is. They are played at the same time, but none after the first counts.
    pub(super) fn first(&mut self, candidates: Vec<Scenario>) -> Option<usize> {
        let mut new: Vec<(usize, u64, Scenario)> = Vec::new();
        for (place, candidate) in candidates.into_iter().enumerate() {
            let hash = xxh3_64(format!("{candidate:?}").as_bytes());
            if candidate != self.best && candidate.is_sound() && !self.known.contains(&hash) {
                new.push((place, hash, candidate));
            }
        }
        if self.is_over() {
            return None;
        }
        let broken = played(&new, &self.broken.invariant);
        for ((place, hash, candidate), broken) in new.into_iter().zip(broken) {
            self.tried += 1;
            if let Some(broken) = broken {
                (self.best, self.broken) = (candidate, broken);
                self.taken += 1;
                return Some(place);
            }
            self.known.insert(hash);
        }
        None
    }

    /// Takes the smallest case with a change if that breaks the same invariant.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Scenario)) -> bool {
        self.first(vec![self.with(change)]).is_some()
    }

    /// The smallest case with a change, for [`first`](Self::first).
    pub(super) fn with(&self, change: impl FnOnce(&mut Scenario)) -> Scenario {
        let mut candidate = self.best.clone();
        change(&mut candidate);
        candidate
    }

    /// The same for several changes: all of them, or else each, one after the other.
    pub(super) fn changes(&mut self, changes: &[&dyn Fn(&mut Scenario)]) {
        if self.change(|scenario| changes.iter().for_each(|change| change(scenario))) {
            return;
        }
        let mut left = changes;
        while !left.is_empty() {
            let now = left.get(..AT_ONCE).unwrap_or(left);
            let candidates = now.iter().map(|change| self.with(change)).collect();
            let done = self.first(candidates).map_or(now.len(), |place| place + 1);
            left = left.get(done..).unwrap_or_default();
        }
    }

    /// Takes away parts of `items`, of which `with` makes a case, until nothing more can go.
    pub(super) fn minimize<T: Clone>(&mut self, items: Vec<T>, with: impl Fn(&mut Scenario, &[T])) {
        self.thin(items, 1, with);
    }

    /// The same by chunks of at least so many.
    pub(super) fn thin<T: Clone>(
        &mut self,
        items: Vec<T>,
        least: usize,
        with: impl Fn(&mut Scenario, &[T]),
    ) {
        thin(items, least, |candidates| {
            let candidate = |kept: &Vec<T>| self.with(|scenario| with(scenario, kept));
            let candidates = candidates.iter().map(candidate).collect();
            self.first(candidates)
        });
    }

    /// Grows with each case that was taken.
    pub(super) fn progress(&self) -> u64 {
        self.taken
    }

    /// Whether the time is up.
    pub(super) fn is_over(&self) -> bool {
        Instant::now() >= self.limit.deadline || self.limit.stop.load(Ordering::Relaxed)
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

/// What breaks in each, in their order. All but the last are played on threads of their own.
fn played(candidates: &[(usize, u64, Scenario)], invariant: &str) -> Vec<Option<Broken>> {
    let Some(((_, _, last), others)) = candidates.split_last() else {
        return Vec::new();
    };
    thread::scope(|scope| {
        let others: Vec<_> = others
            .iter()
            .map(|(_, _, scenario)| scope.spawn(|| breaks(scenario, invariant)))
            .collect();
        let last = breaks(last, invariant);
        // A world that panics is a broken one, told by its trial; a thread never does.
        let others = others.into_iter().map(|other| other.join().ok().flatten());
        others.chain([last]).collect()
    })
}
