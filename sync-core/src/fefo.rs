//! Picking: first expired, first out, over released lots that are far enough from expiry.
//!
//! Lots without an expiry day come last, and ties go by lot, then location, so that everybody who
//! picks from the same shelf picks the same. Safety stock is not kept back here: it is a matter of
//! the item, not of a lot (see `published`).

use std::cmp::Ordering;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::lot::Stocked;
use crate::quantity::Quantity;
use crate::sku::{Location, LotId};

/// So much from this lot at this location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pick {
    /// Which lot.
    pub lot: LotId,
    /// Where it lies.
    pub location: Location,
    /// How much of it.
    pub quantity: Quantity,
}

/// Not enough eligible stock for a line; nothing was picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{wanted} wanted, {available} eligible and free")]
pub struct Shortfall {
    /// What the line asked for.
    pub wanted: Quantity,
    /// What could have been picked.
    pub available: Quantity,
}

/// The lots of one item in picking order, with what earlier picks left of each.
#[derive(Debug)]
pub struct Shelf<'a, L> {
    slots: Vec<Slot<'a, L>>,
    today: Date,
}

#[derive(Debug)]
struct Slot<'a, L> {
    stock: &'a L,
    left: Quantity,
}

impl<'a, L: Stocked> Shelf<'a, L> {
    /// The usable lots among `lots`, on the warehouse's `today`.
    pub fn new(lots: &'a [L], today: Date) -> Self {
        let mut slots: Vec<_> = lots
            .iter()
            .filter(|stock| stock.is_eligible(today, 0))
            .map(|stock| Slot {
                stock,
                left: stock.unreserved(),
            })
            .filter(|slot| slot.left.is_positive())
            .collect();
        slots.sort_by(|a, b| picking_order(a.stock, b.stock));
        Self { slots, today }
    }

    /// What is left for a line that demands `min_days`.
    pub fn available(&self, min_days: u16) -> Quantity {
        self.slots
            .iter()
            .filter(|slot| slot.stock.is_eligible(self.today, min_days))
            .map(|slot| slot.left)
            .sum()
    }

    /// Takes `wanted` for a line that demands `min_days`: all of it, from as many lots as needed,
    /// or nothing.
    pub fn pick(&mut self, wanted: Quantity, min_days: u16) -> Result<Vec<Pick>, Shortfall> {
        let available = self.available(min_days);
        if available < wanted {
            return Err(Shortfall { wanted, available });
        }
        let today = self.today;
        let mut missing = wanted.or_zero();
        let mut picks = Vec::new();
        let eligible = self
            .slots
            .iter_mut()
            .filter(|slot| slot.stock.is_eligible(today, min_days));
        for slot in eligible {
            let quantity = missing.min(slot.left);
            if quantity.is_positive() {
                picks.push(slot.take(quantity));
            }
            missing = missing.less(quantity);
            if missing.is_zero() {
                break;
            }
        }
        Ok(picks)
    }
}

impl<L: Stocked> Slot<'_, L> {
    fn take(&mut self, quantity: Quantity) -> Pick {
        self.left = self.left.less(quantity);
        Pick {
            lot: self.stock.lot().clone(),
            location: self.stock.location().clone(),
            quantity,
        }
    }
}

/// Picks for a single line; see [`Shelf`] for several lines on the same lots.
pub fn pick<L: Stocked>(
    lots: &[L],
    wanted: Quantity,
    today: Date,
    min_days: u16,
) -> Result<Vec<Pick>, Shortfall> {
    Shelf::new(lots, today).pick(wanted, min_days)
}

/// Which of two lots is picked first.
pub fn picking_order<L: Stocked>(a: &L, b: &L) -> Ordering {
    let key = |lot: &L| lot.expires_on().unwrap_or(Date::MAX);
    key(a)
        .cmp(&key(b))
        .then_with(|| a.expires_on().is_none().cmp(&b.expires_on().is_none()))
        .then_with(|| a.lot().cmp(b.lot()))
        .then_with(|| a.location().cmp(b.location()))
}
