//! Holds: what pending orders keep from other shoppers, and when each ends.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::shelf::Row;
use crate::id::OrderId;

/// What one pending order keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HeldOrder {
    pub(crate) expires_at: Timestamp,
    /// One entry per row of the shop; no entry is zero.
    pub(crate) rows: BTreeMap<Row, i64>,
}

/// One row of one hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeldRow {
    pub(crate) order: OrderId,
    pub(crate) row: Row,
    pub(crate) quantity: i64,
    pub(crate) expires_at: Timestamp,
}

/// The holds of all pending orders.
#[derive(Debug, Default)]
pub(crate) struct HoldBook {
    by_order: BTreeMap<OrderId, HeldOrder>,
    by_row: BTreeMap<Row, BTreeSet<OrderId>>,
    due: BTreeSet<(Timestamp, OrderId)>,
    /// How many rows all holds have together.
    total: usize,
}

impl HoldBook {
    pub(crate) fn with(holds: BTreeMap<OrderId, HeldOrder>) -> Self {
        let mut book = Self::default();
        for (order, hold) in holds {
            book.open(order, hold.expires_at, hold.rows.into_iter());
        }
        book
    }

    pub(crate) fn all(&self) -> &BTreeMap<OrderId, HeldOrder> {
        &self.by_order
    }

    /// Opens the hold of `order`; several amounts of one row add up.
    pub(crate) fn open(
        &mut self,
        order: OrderId,
        expires_at: Timestamp,
        amounts: impl Iterator<Item = (Row, i64)>,
    ) {
        let mut rows = BTreeMap::new();
        for (row, amount) in amounts {
            *rows.entry(row).or_insert(0) += amount;
        }
        for row in rows.keys() {
            self.by_row.entry(*row).or_default().insert(order);
        }
        self.total += rows.len();
        self.due.insert((expires_at, order));
        self.by_order.insert(order, HeldOrder { expires_at, rows });
    }

    /// Lets go of part of what `order` holds.
    pub(crate) fn lessen(&mut self, order: OrderId, row: Row, amount: i64) {
        let Some(hold) = self.by_order.get_mut(&order) else {
            return;
        };
        let Some(held) = hold.rows.get_mut(&row) else {
            return;
        };
        *held -= amount;
        if *held == 0 {
            hold.rows.remove(&row);
            self.forget(order, row);
        }
    }

    /// Ends the hold of `order`.
    pub(crate) fn close(&mut self, order: OrderId) {
        let Some(hold) = self.by_order.remove(&order) else {
            return;
        };
        self.due.remove(&(hold.expires_at, order));
        for row in hold.rows.keys() {
            self.forget(order, *row);
        }
    }

    /// When the next hold ends by itself.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at)
    }

    /// The order whose hold ended first, of those that ended by `now`.
    pub(crate) fn first_due(&self, now: Timestamp) -> Option<(Timestamp, OrderId)> {
        self.due.first().copied().filter(|(at, _)| *at <= now)
    }

    /// Rows of holds, oldest order first, and how many there are.
    pub(crate) fn page(&self, offset: usize, size: usize) -> (Vec<HeldRow>, usize) {
        let rows = self.by_order.iter().flat_map(|(order, hold)| {
            hold.rows.iter().map(|(row, quantity)| HeldRow {
                order: *order,
                row: *row,
                quantity: *quantity,
                expires_at: hold.expires_at,
            })
        });
        (rows.skip(offset).take(size).collect(), self.total)
    }

    /// The same of one row of the shop.
    pub(crate) fn page_of(&self, row: Row, offset: usize, size: usize) -> (Vec<HeldRow>, usize) {
        let Some(orders) = self.by_row.get(&row) else {
            return (Vec::new(), 0);
        };
        let rows = orders.iter().filter_map(|order| {
            let hold = self.by_order.get(order)?;
            Some(HeldRow {
                order: *order,
                row,
                quantity: *hold.rows.get(&row)?,
                expires_at: hold.expires_at,
            })
        });
        (rows.skip(offset).take(size).collect(), orders.len())
    }

    fn forget(&mut self, order: OrderId, row: Row) {
        self.total -= 1;
        if let Some(orders) = self.by_row.get_mut(&row) {
            orders.remove(&order);
            if orders.is_empty() {
                self.by_row.remove(&row);
            }
        }
    }
}
