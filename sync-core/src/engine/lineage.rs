//! The entries of the ledger that a decision makes: the two phases of its reservations first, and
//! then the movements that explain the rest of a new level, from which account to which, and why.

use jiff::Timestamp;

use super::{draft::Changes, item::Level, state::State, two_phase};
use crate::{
    ledger::{Account, Entries, Phase, Transfer, TransferId, movements},
    quantity::Quantity,
    sku::{JerkySku, LotId},
};

impl State {
    /// The entries that follow from what was learned of reservations and levels.
    pub(super) fn transfers(&self, changes: &Changes, now: Timestamp) -> Vec<Transfer> {
        let mut entries = Entries::new(&self.ledger);
        let steps = two_phase::steps(changes, now);
        let early = two_phase::book(&mut entries, steps);
        for (sku, (kind, event)) in &changes.causes {
            let item = changes.items.get(sku).or_else(|| self.items.get(sku));
            if let Some(level) = item.and_then(|item| item.level.as_ref()) {
                self.explain(sku, level, (kind, event), now, &mut entries);
            }
        }
        // What a reservation holds may have come in with the same level.
        let unseen = two_phase::book(&mut entries, early);
        // What no level has shown is not held: the level that does will explain it.
        let rest = unseen.into_iter().map(two_phase::Step::ungrown).collect();
        two_phase::book(&mut entries, rest);
        entries.into_transfers()
    }

    fn explain(
        &self,
        sku: &JerkySku,
        level: &Level,
        (kind, event): (&str, &str),
        now: Timestamp,
        entries: &mut Entries<'_>,
    ) {
        let known = self.ledger.lots(sku).map(|(lot, _)| lot);
        let gone = known.filter(|lot| !level.lots.iter().any(|seen| seen.lot == **lot));
        let mut lots: Vec<&LotId> = level.lots.iter().map(|lot| &lot.lot).chain(gone).collect();
        lots.sort();
        lots.dedup();
        for lot in lots {
            let steps = movements(
                &entries.balances(sku, lot),
                entries.held_of(sku, lot),
                &inside(level, lot),
                outside(kind),
            );
            for step in steps {
                // One level can be explained in several goes: the place makes the id unique.
                let (sequence, place) = (level.sequence, entries.count());
                let transfer = Transfer {
                    id: TransferId::new(format!("{sku}:{sequence}:{lot}:{place}")),
                    sku: sku.clone(),
                    lot: lot.clone(),
                    from: step.from,
                    to: step.to,
                    quantity: step.quantity,
                    phase: Phase::Direct,
                    at: now,
                    cause: format!("{kind} {event}").trim_end().into(),
                };
                if let Err(error) = entries.add(transfer) {
                    tracing::error!(%error, "a level does not fit the ledger");
                }
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
