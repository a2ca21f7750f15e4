//! Entries in the making: checked against the ledger and against each other, recorded later or
//! never. So nothing is written that the ledger would refuse.

use crate::ledger::shelf::ShelfRef;
use crate::ledger::{Applied, Balances, Held, Ledger, LedgerError, Record, Transfer, TransferId};
use crate::quantity::Quantity;
use crate::sku::{JerkySku, LotId};

/// Entries that a ledger will take, in their order.
#[derive(Debug)]
pub struct Entries<'l> {
    ledger: &'l Ledger,
    /// What the entries touch, as it will be; copied from the ledger at the first touch.
    ahead: Ledger,
    made: Vec<Transfer>,
}

impl<'l> Entries<'l> {
    /// No entries yet.
    pub fn new(ledger: &'l Ledger) -> Self {
        Self {
            ledger,
            ahead: Ledger::new(),
            made: Vec::new(),
        }
    }

    /// Adds an entry, once. A refused one changes nothing.
    pub fn add(&mut self, transfer: Transfer) -> Result<Applied, LedgerError> {
        if let Some(known) = self.ledger.repeated(&transfer) {
            return known;
        }
        self.touch(&transfer);
        let applied = self.ahead.apply(transfer.clone())?;
        if applied == Applied::Recorded {
            self.made.push(transfer);
        }
        Ok(applied)
    }

    /// All accounts of a lot, as the entries leave them.
    pub fn balances(&self, sku: &JerkySku, lot: &LotId) -> Balances {
        self.of(sku, lot).balances(sku, lot)
    }

    /// What open pending entries hold of a lot, as the entries leave it.
    pub fn held_of(&self, sku: &JerkySku, lot: &LotId) -> Quantity {
        self.of(sku, lot).held_of(sku, lot)
    }

    /// A pending entry, and how far it is resolved.
    pub fn pending(&self, id: &TransferId) -> Option<(&Transfer, Held)> {
        self.ahead.pending(id).or_else(|| self.ledger.pending(id))
    }

    /// How many entries there are, the ledger's included.
    pub fn count(&self) -> usize {
        self.ledger.journal.len() + self.made.len()
    }

    /// The entries, for the caller to record and apply.
    pub fn into_transfers(self) -> Vec<Transfer> {
        self.made
    }

    fn of(&self, sku: &JerkySku, lot: &LotId) -> &Ledger {
        match self.ahead.shelf(sku, lot) {
            Some(_) => &self.ahead,
            None => self.ledger,
        }
    }

    fn touch(&mut self, transfer: &Transfer) {
        let Transfer { sku, lot, .. } = transfer;
        if !self.ahead.shelves.contains_key(&ShelfRef(sku, lot))
            && let Some(shelf) = self.ledger.shelf(sku, lot)
        {
            let mut shelf = shelf.clone();
            shelf.latest = None;
            *self.ahead.shelf_mut(sku, lot) = shelf;
        }
        if let Some(pending) = transfer.phase.pending()
            && !self.ahead.journal.contains_key(pending)
            && let Some(record) = self.ledger.journal.get(pending)
        {
            let previous = None;
            let record = Record {
                previous,
                ..record.clone()
            };
            self.ahead.journal.insert(pending.clone(), record);
        }
    }
}
