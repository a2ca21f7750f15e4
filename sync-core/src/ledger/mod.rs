//! The double-entry stock ledger: every movement takes a quantity from one account and gives it to
//! another, so nothing appears or vanishes, and every number has a lineage.
//!
//! A reservation is a transfer in two phases: while *pending*, its quantity lies in `reserved`;
//! then it is *posted* to its taker, *voided* back to its giver, or *timed out*. Parts may be
//! resolved one after another; no part is resolved twice. Entries are idempotent by id.
//!
//! The ledger lives in memory; the store keeps the same [`Transfer`]s as rows. Balances are by item
//! and lot: where in the warehouse a lot lies changes nothing here.

mod account;
mod entries;
mod error;
mod held;
mod observed;
mod shelf;
#[cfg(test)]
mod tests;
mod transfer;

pub use account::{Account, Balances};
pub use entries::Entries;
pub use error::LedgerError;
pub use held::Held;
pub use observed::{Movement, movements};
pub use transfer::{Phase, Transfer, TransferId};

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use jiff::Timestamp;
use shelf::{Shelf, ShelfKey, ShelfRef};

use crate::quantity::Quantity;
use crate::sku::{JerkySku, LotId};

/// All entries ever recorded, and the balances they add up to.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    journal: IndexMap<TransferId, Record>,
    shelves: IndexMap<ShelfKey, Shelf>,
    by_sku: BTreeMap<JerkySku, Vec<usize>>,
    /// Open pending entries by when they end; the place breaks ties, so the order is the journal's.
    ends: BTreeSet<(Timestamp, usize)>,
}

/// Whether an entry was new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It was recorded now.
    Recorded,
    /// It was there before and says the same; nothing changed.
    Already,
}

/// A lot whose accounts do not sum to zero, which only a bug in the ledger brings about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the accounts of {sku} lot {lot} sum to {sum} instead of 0")]
pub struct Imbalance {
    /// The item.
    pub sku: JerkySku,
    /// The lot.
    pub lot: LotId,
    /// What the accounts sum to.
    pub sum: i128,
}

#[derive(Clone, Debug)]
struct Record {
    transfer: Transfer,
    held: Held,
    /// The entry before this one on the same lot: lineage without an index.
    previous: Option<usize>,
}

impl Ledger {
    /// An empty ledger.
    pub fn new() -> Self {
        Self::default()
    }

    /// The ledger that `rows` add up to, in the order they were recorded.
    pub fn restored(rows: impl IntoIterator<Item = Transfer>) -> Result<Self, LedgerError> {
        let mut ledger = Self::new();
        for row in rows {
            ledger.apply(row)?;
        }
        Ok(ledger)
    }

    /// Records `transfer`, once. A refused one changes nothing.
    pub fn apply(&mut self, transfer: Transfer) -> Result<Applied, LedgerError> {
        if let Some(known) = self.repeated(&transfer) {
            return known;
        }
        check_form(&transfer)?;
        let resolved = self.resolvable(&transfer)?;
        let balances = match self.shelf(&transfer.sku, &transfer.lot) {
            Some(shelf) => shelf.after(&transfer),
            None => Shelf::default().after(&transfer),
        }?;
        self.record(transfer, balances, resolved);
        Ok(Applied::Recorded)
    }

    /// What `account` holds of a lot.
    pub fn balance(&self, sku: &JerkySku, lot: &LotId, account: Account) -> Quantity {
        self.balances(sku, lot).of(account)
    }

    /// All accounts of a lot; all zero for one never heard of.
    pub fn balances(&self, sku: &JerkySku, lot: &LotId) -> Balances {
        self.shelf(sku, lot)
            .map(|shelf| shelf.balances)
            .unwrap_or_default()
    }

    /// All accounts of an item, over its lots.
    pub fn item_balances(&self, sku: &JerkySku) -> Balances {
        let mut total = Balances::default();
        for (_, balances) in self.lots(sku) {
            total.add(&balances);
        }
        total
    }

    /// The lots of an item that ever moved, in the order they first did.
    pub fn lots(&self, sku: &JerkySku) -> impl Iterator<Item = (&LotId, Balances)> + use<'_> {
        let places = self.by_sku.get(sku).into_iter().flatten();
        places
            .filter_map(|place| self.shelves.get_index(*place))
            .map(|(ShelfKey(_, lot), shelf)| (lot, shelf.balances))
    }

    /// The entries that made `account`'s balance of a lot what it is, the latest first.
    pub fn lineage(
        &self,
        sku: &JerkySku,
        lot: &LotId,
        account: Account,
    ) -> impl Iterator<Item = &Transfer> + use<'_> {
        let latest = self.shelf(sku, lot).and_then(|shelf| shelf.latest);
        std::iter::successors(self.at(latest), |record| self.at(record.previous))
            .map(|record| &record.transfer)
            .filter(move |transfer| transfer.touches(account))
    }

    /// How far a pending entry is resolved; `None` for any other.
    pub fn held(&self, pending: &TransferId) -> Option<Held> {
        self.pending(pending).map(|(_, held)| held)
    }

    /// A pending entry, and how far it is resolved; `None` for any other.
    pub fn pending(&self, id: &TransferId) -> Option<(&Transfer, Held)> {
        let Record { transfer, held, .. } = self.journal.get(id)?;
        matches!(transfer.phase, Phase::Pending { .. }).then_some((transfer, *held))
    }

    /// What open pending entries hold of a lot.
    pub fn held_of(&self, sku: &JerkySku, lot: &LotId) -> Quantity {
        self.shelf(sku, lot)
            .map_or(Quantity::ZERO, |shelf| shelf.open)
    }

    /// The entries that time out what is over at `now`, for the caller to record and apply.
    pub fn due(&self, now: Timestamp) -> Vec<Transfer> {
        self.ends
            .range(..=(now, usize::MAX))
            .filter_map(|(_, place)| self.at(Some(*place)))
            .map(|record| record.transfer.timed_out(record.held.open, now))
            .collect()
    }

    /// All entries, in the order they were recorded.
    pub fn transfers(&self) -> impl ExactSizeIterator<Item = &Transfer> {
        self.journal.values().map(|record| &record.transfer)
    }

    /// Whether the accounts of every lot sum to zero.
    pub fn check(&self) -> Result<(), Imbalance> {
        for (ShelfKey(sku, lot), shelf) in &self.shelves {
            let sum = shelf.balances.sum();
            if sum != 0 {
                return Err(Imbalance {
                    sku: sku.clone(),
                    lot: lot.clone(),
                    sum,
                });
            }
        }
        Ok(())
    }

    fn shelf(&self, sku: &JerkySku, lot: &LotId) -> Option<&Shelf> {
        self.shelves.get(&ShelfRef(sku, lot))
    }

    /// What becomes of an entry whose id is taken already.
    fn repeated(&self, transfer: &Transfer) -> Option<Result<Applied, LedgerError>> {
        let known = self.journal.get(&transfer.id)?;
        Some(if known.transfer.says_the_same(transfer) {
            Ok(Applied::Already)
        } else {
            let id = transfer.id.clone();
            Err(LedgerError::IdReused { id })
        })
    }

    fn at(&self, place: Option<usize>) -> Option<&Record> {
        self.journal.get_index(place?).map(|(_, record)| record)
    }

    /// The place of the pending entry that `transfer` resolves, if it resolves one and may.
    fn resolvable(&self, transfer: &Transfer) -> Result<Option<usize>, LedgerError> {
        let Some(pending) = transfer.phase.pending() else {
            return Ok(None);
        };
        let Some((place, _, record)) = self.journal.get_full(pending) else {
            let (id, pending) = (transfer.id.clone(), pending.clone());
            return Err(LedgerError::NotPending { id, pending });
        };
        record.held.check(&record.transfer, transfer)?;
        Ok(Some(place))
    }

    fn record(&mut self, transfer: Transfer, balances: Balances, resolved: Option<usize>) {
        let place = self.journal.len();
        if let Phase::Pending { expires_at } = transfer.phase {
            self.ends.insert((expires_at, place));
        }
        if let Some(resolved) = resolved {
            self.resolve(resolved, &transfer);
        }
        let previous = self
            .shelf_mut(&transfer.sku, &transfer.lot)
            .book(&transfer, balances, place);
        let held = Held::by(&transfer);
        self.journal.insert(
            transfer.id.clone(),
            Record {
                transfer,
                held,
                previous,
            },
        );
    }

    fn resolve(&mut self, place: usize, by: &Transfer) {
        let Some((_, Record { transfer, held, .. })) = self.journal.get_index_mut(place) else {
            return;
        };
        held.settle(by);
        if let (true, Phase::Pending { expires_at }) = (held.open.is_zero(), &transfer.phase) {
            self.ends.remove(&(*expires_at, place));
        }
    }

    fn shelf_mut(&mut self, sku: &JerkySku, lot: &LotId) -> &mut Shelf {
        if let Some(place) = self.shelves.get_index_of(&ShelfRef(sku, lot)) {
            return &mut self.shelves[place];
        }
        self.by_sku
            .entry(sku.clone())
            .or_default()
            .push(self.shelves.len());
        self.shelves
            .entry(ShelfKey(sku.clone(), lot.clone()))
            .or_default()
    }
}

fn check_form(transfer: &Transfer) -> Result<(), LedgerError> {
    let Transfer {
        from, to, quantity, ..
    } = *transfer;
    if !quantity.is_positive() {
        return Err(LedgerError::NotPositive {
            id: transfer.id.clone(),
            quantity,
        });
    }
    if from == to {
        return Err(LedgerError::SameAccount {
            id: transfer.id.clone(),
            account: from,
        });
    }
    let is_pending = matches!(transfer.phase, Phase::Pending { .. });
    if is_pending && (from == Account::Reserved || to == Account::Reserved) {
        return Err(LedgerError::PendingOnReserved {
            id: transfer.id.clone(),
        });
    }
    Ok(())
}
