//! How much happened in a run: whoever expects traffic or faults must be able to see them.

use std::collections::BTreeSet;

use crate::{
    oracle::history::{History, JerkyFact, LotStatus, PolishFact},
    report::FaultCount,
    scenario::Expect,
    sim::tape::{Entry, Outcome, Party, Tape},
};

/// Counts of what happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::sim) struct Tally {
    /// Orders the shop accepted.
    pub(in crate::sim) orders: u64,
    fulfilled: u64,
    refused: u64,
    cancelled: u64,
    returned: u64,
    receipts: u64,
    counts: u64,
    recalls: u64,
    crashes: u64,
    quarantined: u64,
}

impl Tally {
    /// Counts a run.
    pub(in crate::sim) fn of(history: &History, tape: &Tape) -> Self {
        let mut tally = Self {
            crashes: history.crashes.len() as u64,
            quarantined: history.hub.quarantine.len() as u64,
            refused: refusals(tape),
            ..Self::default()
        };
        tally.count_shop(history);
        tally.count_warehouse(history);
        tally
    }

    /// What was expected and not seen, in words.
    pub(in crate::sim) fn unmet(&self, expect: &Expect, faults: &[FaultCount]) -> Vec<String> {
        let least = [
            ("orders", self.orders, expect.orders),
            ("orders shipped", self.fulfilled, expect.fulfilled),
            ("orders refused", self.refused, expect.refused),
            ("orders cancelled", self.cancelled, expect.cancelled),
            ("returns", self.returned, expect.returned),
            ("receipts", self.receipts, expect.receipts),
            ("counts", self.counts, expect.counts),
            ("recalls", self.recalls, expect.recalls),
            ("crashes", self.crashes, expect.crashes),
            ("inputs in quarantine", self.quarantined, expect.quarantined),
        ];
        let few = least
            .into_iter()
            .filter(|(_, seen, least)| seen < least)
            .map(|(what, seen, least)| format!("at least {least} {what}, and there were {seen}"));
        let struck = |kind: &&String| faults.iter().any(|fault| fault.kind == **kind);
        let holes = expect
            .faults
            .iter()
            .filter(|kind| !struck(kind))
            .map(|kind| format!("the fault {kind}: it never struck"));
        few.chain(holes).collect()
    }

    fn count_shop(&mut self, history: &History) {
        let mut shipped = BTreeSet::new();
        for fact in &history.polish {
            match &fact.what {
                PolishFact::Placed { .. } => self.orders += 1,
                PolishFact::Rejected { .. } => self.refused += 1,
                PolishFact::Cancelled { .. } | PolishFact::HoldExpired { .. } => {
                    self.cancelled += 1;
                }
                PolishFact::Returned { .. } => self.returned += 1,
                PolishFact::Counted { .. } => self.counts += 1,
                PolishFact::Shipped { order, .. } => {
                    shipped.insert(order);
                }
                PolishFact::Product { .. }
                | PolishFact::Available { .. }
                | PolishFact::OwnMoved { .. }
                | PolishFact::Confirmed { .. } => {}
            }
        }
        self.fulfilled = shipped.len() as u64;
    }

    fn count_warehouse(&mut self, history: &History) {
        for fact in &history.jerky {
            match &fact.what {
                JerkyFact::Moved { cause, .. } if cause == "receipt" => self.receipts += 1,
                JerkyFact::Counted { .. } => self.counts += 1,
                JerkyFact::Lot {
                    status: LotStatus::Recalled,
                    ..
                } => self.recalls += 1,
                _ => {}
            }
        }
    }
}

/// Orders that the shop itself turned down.
fn refusals(tape: &Tape) -> u64 {
    let is_refusal = |entry: &&Entry| {
        let turned_down = matches!(entry.outcome, Outcome::Replied(409 | 422));
        entry.from == Party::Shopper && entry.path.path() == "/orders" && turned_down
    };
    tape.read(|entries| entries.iter().filter(is_refusal).count() as u64)
}
