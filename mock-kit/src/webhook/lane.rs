//! What waits for one endpoint. Each endpoint has a lane of its own, so that a slow one holds up
//! nobody else.

use std::collections::BTreeSet;

use jiff::Timestamp;

/// How many attempts an unordered endpoint may have under way.
const ABREAST: usize = 64;

/// The waiting deliveries of one endpoint by due time, ties by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Lane {
    waiting: BTreeSet<(Timestamp, u64)>,
    under_way: usize,
    /// Those that wait to be overtaken.
    held: Vec<u64>,
}

impl Lane {
    pub(super) fn wait(&mut self, number: u64, due: Timestamp) {
        self.waiting.insert((due, number));
    }

    /// Waits until another is sent, or until `due`.
    pub(super) fn hold(&mut self, number: u64, due: Timestamp) {
        self.held.push(number);
        self.wait(number, due);
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// The first that is due and may be sent now.
    pub(super) fn take_due(&mut self, now: Timestamp, ordered: bool) -> Option<u64> {
        let (due, _) = *self.waiting.first()?;
        if due > now || self.is_full(ordered) {
            return None;
        }
        let (_, number) = self.waiting.pop_first()?;
        self.held.retain(|held| *held != number);
        Some(number)
    }

    pub(super) fn next_due(&self, ordered: bool) -> Option<Timestamp> {
        let first = self.waiting.first().filter(|_| !self.is_full(ordered))?;
        Some(first.0)
    }

    pub(super) fn start(&mut self) {
        self.under_way += 1;
    }

    pub(super) fn finish(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }

    /// Those that waited to be overtaken by one with a greater number than theirs, `sent`: they
    /// are due at `due` from here on.
    pub(super) fn release(&mut self, sent: u64, due: Timestamp) -> Vec<u64> {
        let (held, left) = std::mem::take(&mut self.held)
            .into_iter()
            .partition(|held| *held < sent);
        self.held = left;
        let held: Vec<u64> = held;
        self.waiting.retain(|(_, number)| !held.contains(number));
        self.waiting
            .extend(held.iter().map(|number| (due, *number)));
        held
    }

    pub(super) fn take_first(&mut self) -> Option<u64> {
        let (_, number) = self.waiting.pop_first()?;
        self.held.retain(|held| *held != number);
        Some(number)
    }

    fn is_full(&self, ordered: bool) -> bool {
        self.under_way >= if ordered { 1 } else { ABREAST }
    }
}
