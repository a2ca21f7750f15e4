//! Time alone: a warehouse's midnight, and waits that are over.

use jiff::{SignedDuration, Timestamp};

use super::{draft::Draft, state::State};
use crate::expiry::next_midnight;
use crate::sometimes::{Mark, reached};

/// How often old event ids are forgotten.
const PRUNE_EVERY: SignedDuration = SignedDuration::from_hours(1);

impl State {
    /// When the next warehouse's day ends.
    pub(super) fn next_midnight(&self, now: Timestamp) -> Option<Timestamp> {
        let midnights = self.zones.values().map(|zone| next_midnight(zone, now));
        midnights.min()
    }
}

impl Draft<'_> {
    /// Takes in that it is now.
    pub(super) fn pass_time(&mut self) {
        let over = self.state.waits.over(self.now);
        self.dirty.extend(over.cloned());
        if self
            .state
            .midnight
            .is_some_and(|midnight| midnight <= self.now)
        {
            reached(Mark::Midnight);
            self.changes.midnight_passed = true;
            let counted = self.state.items.iter();
            let counted = counted.filter(|(_, item)| item.level.is_some());
            self.moved_items.extend(counted.map(|(sku, _)| sku.clone()));
        }
        let due = |pruned: Timestamp| self.now.duration_since(pruned) >= PRUNE_EVERY;
        if self.state.inbox_pruned.is_none_or(due) {
            let limit = self.now.saturating_sub(self.policy.inbox_retention);
            self.changes.forget_before = limit.ok();
        }
    }
}
