//! First expired, first out: which lots serve a quantity. Only released, unexpired stock that
//! nobody was promised stands on the shelf; nothing is moved here.

use jiff::Timestamp;

use super::{item::ItemState, lot::Place};
use crate::{
    date::LotDate,
    ids::{Location, LotId},
    quantity::Quantity,
    truth::Account,
};

/// What can be taken of one item now, first expired first. Taking from it takes it from the next.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    rows: Vec<Row>,
    /// What may be promised: all rows less safety stock.
    spare: Quantity,
}

#[derive(Clone, Debug)]
struct Row {
    place: Place,
    expires_on: Option<LotDate>,
    free: Quantity,
}

/// A quantity of one lot in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) place: Place,
    pub(super) expires_on: Option<LotDate>,
    pub(super) quantity: Quantity,
}

/// There is less than was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Short {
    pub(super) available: Quantity,
}

impl Shelf {
    /// The shelf less safety stock: what may be promised to others.
    pub(super) fn for_sale(item: &ItemState, now: Timestamp) -> Self {
        let mut shelf = Self::whole(item, now);
        shelf.spare = (shelf.spare - item.card.safety_stock).at_least_zero();
        shelf
    }

    /// The shelf with safety stock: what corrections of the books may touch.
    pub(super) fn whole(item: &ItemState, now: Timestamp) -> Self {
        let today = item.today(now);
        let eligible = item.lots.iter().filter(|(_, lot)| lot.is_eligible(today));
        let mut rows: Vec<Row> = eligible
            .flat_map(|(id, lot)| {
                lot.bins
                    .iter()
                    .map(move |(location, bin)| (id, lot, location, bin))
            })
            .filter(|(.., bin)| bin.balance(Account::OnHand) > Quantity::ZERO)
            .map(|(id, lot, location, bin)| Row {
                place: Place {
                    lot: id.clone(),
                    location: location.clone(),
                },
                expires_on: lot.expires_on,
                free: bin.balance(Account::OnHand),
            })
            .collect();
        // Lots and places come in order already, and the sort keeps it among equals.
        rows.sort_by_key(|row| expiry_order(row.expires_on));
        let spare = rows.iter().map(|row| row.free).sum();
        Self { rows, spare }
    }

    pub(super) fn spare(&self) -> Quantity {
        self.spare
    }

    /// Takes `quantity`, first expired first.
    pub(super) fn take(&mut self, quantity: Quantity) -> Result<Vec<Taken>, Short> {
        if quantity > self.spare {
            return Err(Short {
                available: self.spare,
            });
        }
        Ok(self.take_where(quantity, |_| true))
    }

    /// Takes `quantity` of one lot, from one place or from any.
    pub(super) fn take_lot(
        &mut self,
        lot: &LotId,
        location: Option<&Location>,
        quantity: Quantity,
    ) -> Result<Vec<Taken>, Short> {
        let wanted = |row: &Row| {
            row.place.lot == *lot && location.is_none_or(|wanted| row.place.location == *wanted)
        };
        let free: Quantity = self
            .rows
            .iter()
            .filter(|row| wanted(row))
            .map(|row| row.free)
            .sum();
        let available = free.min(self.spare);
        if quantity > available {
            return Err(Short { available });
        }
        Ok(self.take_where(quantity, wanted))
    }

    fn take_where(&mut self, quantity: Quantity, wanted: impl Fn(&Row) -> bool) -> Vec<Taken> {
        self.spare -= quantity;
        let mut missing = quantity;
        let mut taken = Vec::new();
        for row in self.rows.iter_mut().filter(|row| wanted(row)) {
            let part = row.free.min(missing);
            if part > Quantity::ZERO {
                row.free -= part;
                missing -= part;
                taken.push(row.taken(part));
            }
        }
        taken
    }
}

impl Row {
    fn taken(&self, quantity: Quantity) -> Taken {
        Taken {
            place: self.place.clone(),
            expires_on: self.expires_on,
            quantity,
        }
    }
}

/// Sorts by expiry, and what never expires last.
pub(super) fn expiry_order(expires_on: Option<LotDate>) -> (bool, Option<LotDate>) {
    (expires_on.is_none(), expires_on)
}
