//! How stock flows when an order holds, takes, lets go or ships: the one place where quantities
//! and the facts about them are written together.

use jiff::Timestamp;

use super::{Shop, shelf::Row};
use crate::{
    id::{LineId, OrderId},
    truth::{Happening, OwnAccount},
};

impl Shop {
    /// Moves own stock from one account to another.
    pub(super) fn move_own(
        &mut self,
        at: Timestamp,
        row: Row,
        (from, to): (OwnAccount, OwnAccount),
        quantity: i64,
        order: Option<OrderId>,
    ) {
        if quantity == 0 {
            return;
        }
        self.shelves.shift(row, from, -quantity);
        self.shelves.shift(row, to, quantity);
        if let Some(shelf) = self.shelves.get(row) {
            let sku = shelf.sku.clone();
            self.record(
                at,
                Happening::OwnStockMoved {
                    sku,
                    from,
                    to,
                    quantity,
                    order,
                },
            );
        }
    }

    /// Moves all own stock behind `quantity` of a product.
    pub(super) fn move_behind(
        &mut self,
        at: Timestamp,
        row: Row,
        accounts: (OwnAccount, OwnAccount),
        quantity: i64,
        order: OrderId,
    ) {
        for (part, amount) in self.shelves.own_stock_behind(row, quantity) {
            self.move_own(at, part, accounts, amount, Some(order));
        }
    }

    /// Holds `quantity` of a product for a pending order. The hold book is the caller's.
    pub(super) fn hold(&mut self, at: Timestamp, row: Row, quantity: i64, order: OrderId) {
        self.move_behind(
            at,
            row,
            (OwnAccount::Free, OwnAccount::Held),
            quantity,
            order,
        );
        self.change_mirrored_hold(row, quantity);
    }

    /// Ends part of a hold; own stock goes `to` where it belongs now.
    pub(super) fn end_hold(
        &mut self,
        at: Timestamp,
        row: Row,
        quantity: i64,
        order: OrderId,
        to: OwnAccount,
    ) {
        self.move_behind(at, row, (OwnAccount::Held, to), quantity, order);
        self.change_mirrored_hold(row, -quantity);
        for (held, amount) in self.shelves.held_by(row, quantity) {
            self.holds.lessen(order, held, amount);
        }
    }

    /// Lets go of `quantity` of a line that will not be shipped.
    pub(super) fn let_go(&mut self, at: Timestamp, order: OrderId, line: LineId, quantity: i64) {
        let Some(placed) = self.orders.get(order) else {
            return;
        };
        let pending = placed.hold_expires_at.is_some();
        let Some((row, taken_from)) = placed.line(line).map(|line| (line.row, line.taken_from))
        else {
            return;
        };
        if pending {
            self.end_hold(at, row, quantity, order, OwnAccount::Free);
            return;
        }
        self.move_behind(
            at,
            row,
            (OwnAccount::Allocated, OwnAccount::Free),
            quantity,
            order,
        );
        if let Some(publication) = taken_from {
            self.give_back(at, row, quantity, order, publication);
        }
    }

    /// Takes from the published number for an order that confirmed itself. Returns the publication
    /// that it took from; `None` for own products.
    pub(super) fn take(
        &mut self,
        at: Timestamp,
        row: Row,
        quantity: i64,
        order: OrderId,
    ) -> Option<u64> {
        self.move_behind(
            at,
            row,
            (OwnAccount::Free, OwnAccount::Allocated),
            quantity,
            order,
        );
        let shelf = self.shelves.get(row).filter(|shelf| !shelf.is_own())?;
        let (sku, publication) = (shelf.sku.clone(), shelf.publication);
        let shelf = self.shelves.change(row)?;
        shelf.stock.published -= quantity;
        let available = shelf.stock.published;
        self.record(
            at,
            Happening::AvailabilityTaken {
                sku,
                order,
                quantity,
                available,
            },
        );
        Some(publication)
    }

    /// Undoes [`Shop::take`], unless a newer number has been published, which never knew of it.
    fn give_back(
        &mut self,
        at: Timestamp,
        row: Row,
        quantity: i64,
        order: OrderId,
        publication: u64,
    ) {
        let current = self.shelves.get(row).map(|shelf| shelf.publication);
        if current != Some(publication) || quantity == 0 {
            return;
        }
        if let Some(shelf) = self.shelves.change(row) {
            shelf.stock.published += quantity;
            let (sku, available) = (shelf.sku.clone(), shelf.stock.published);
            self.record(
                at,
                Happening::AvailabilityGivenBack {
                    sku,
                    order,
                    quantity,
                    available,
                },
            );
        }
    }

    fn change_mirrored_hold(&mut self, row: Row, by: i64) {
        let mirrored = self.shelves.get(row).is_some_and(|shelf| !shelf.is_own());
        if let Some(shelf) = mirrored.then(|| self.shelves.change(row)).flatten() {
            shelf.stock.held += by;
        }
    }
}
