//! The movements of the ledger that explain a new level: from which account to which, and why.

use jiff::Timestamp;

use super::{draft::Changes, item::Level, state::State};
use crate::{
    ledger::{Account, Phase, Transfer, TransferId, movements},
    quantity::Quantity,
    sku::{JerkySku, LotId},
};

impl State {
    /// The movements that explain the levels that changed.
    pub(super) fn transfers(&self, changes: &Changes, now: Timestamp) -> Vec<Transfer> {
        let mut transfers = Vec::new();
        for (sku, item) in &changes.items {
            let known = self.items.get(sku).and_then(|item| item.level.as_ref());
            if let Some(level) = &item.level
                && known != Some(level)
            {
                let (kind, event) = changes
                    .causes
                    .get(sku)
                    .map_or(("reading", ""), |(kind, event)| (kind, event));
                self.explain(sku, level, (kind, event), now, &mut transfers);
            }
        }
        transfers
    }

    fn explain(
        &self,
        sku: &JerkySku,
        level: &Level,
        (kind, event): (&str, &str),
        now: Timestamp,
        transfers: &mut Vec<Transfer>,
    ) {
        let known = self.ledger.lots(sku).map(|(lot, _)| lot);
        let gone = known.filter(|lot| !level.lots.iter().any(|seen| seen.lot == **lot));
        let mut lots: Vec<&LotId> = level.lots.iter().map(|lot| &lot.lot).chain(gone).collect();
        lots.sort();
        lots.dedup();
        for lot in lots {
            let steps = movements(
                &self.ledger.balances(sku, lot),
                &inside(level, lot),
                outside(kind),
            );
            for (number, step) in steps.into_iter().enumerate() {
                let sequence = level.sequence;
                transfers.push(Transfer {
                    id: TransferId::new(format!("{sku}:{sequence}:{lot}:{number}")),
                    sku: sku.clone(),
                    lot: lot.clone(),
                    from: step.from,
                    to: step.to,
                    quantity: step.quantity,
                    phase: Phase::Direct,
                    at: now,
                    cause: format!("{kind} {event}").trim_end().into(),
                });
            }
        }
    }
}

/// What a level says is inside the warehouse of one lot, over all places, by account.
fn inside(level: &Level, lot: &LotId) -> [Quantity; Account::INSIDE.len()] {
    let mut inside = [Quantity::ZERO; Account::INSIDE.len()];
    for seen in level.lots.iter().filter(|seen| seen.lot == *lot) {
        let claimed = seen.reserved.saturating_add(seen.committed);
        let unfit = seen.damaged.saturating_add(seen.quality_control);
        let parts = [
            seen.on_hand.less(claimed.saturating_add(unfit)),
            seen.reserved,
            seen.committed,
            seen.damaged,
            seen.quality_control,
        ];
        for (sum, part) in inside.iter_mut().zip(parts) {
            *sum = sum.saturating_add(part);
        }
    }
    inside
}

/// Where a change of the whole came from or went to, by the vendor's word for its cause.
fn outside(kind: &str) -> Account {
    match kind {
        "count" | "adjustment" => Account::CountedOff,
        "disposal" => Account::Disposed,
        "sale" | "commit" | "return" | "reservation" => Account::Sold,
        _ => Account::Supplier,
    }
}
