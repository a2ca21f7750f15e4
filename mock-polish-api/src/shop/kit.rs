//! Gift boxes: which shelves one line of an order draws on.
//!
//! A kit's own polishes stand on this shop's shelves and move with it. Its resale components are
//! somebody else's stock: the published number of the kit already speaks for them.

use super::shelf::{Row, Shelf, Shelves};

impl Shelves {
    /// The own products behind `quantity` of a product: itself, or a gift box's own components.
    pub(crate) fn own_stock_behind(&self, row: Row, quantity: i64) -> Vec<(Row, i64)> {
        let Some(shelf) = self.get(row) else {
            return Vec::new();
        };
        if shelf.is_own() {
            return vec![(row, quantity)];
        }
        let parts = shelf.own_parts.iter();
        parts.map(|(part, need)| (*part, need * quantity)).collect()
    }

    /// What an order of `quantity` of a product holds: the product, and a gift box's own components.
    pub(crate) fn held_by(&self, row: Row, quantity: i64) -> Vec<(Row, i64)> {
        let mut held = self.own_stock_behind(row, quantity);
        if self.get(row).is_some_and(|shelf| !shelf.is_own()) {
            held.push((row, quantity));
        }
        held
    }

    /// `uncommitted` of a product, limited by what its own components still give, from 0 up.
    pub(crate) fn within_own_parts(&self, shelf: &Shelf, uncommitted: i64) -> i64 {
        let boxes = |(part, need): &(Row, i64)| {
            self.get(*part)
                .map_or(0, |part| part.uncommitted().div_euclid(*need))
        };
        let limit = shelf.own_parts.iter().map(boxes).min();
        limit
            .map_or(uncommitted, |limit| limit.min(uncommitted))
            .max(0)
    }

    /// What shoppers can buy of a product now.
    pub(crate) fn sellable(&self, row: Row) -> i64 {
        self.get(row)
            .map_or(0, |shelf| self.within_own_parts(shelf, shelf.uncommitted()))
    }

    /// The components of a kit that are own products, by row.
    pub(crate) fn own_parts_of(&self, shelf: &Shelf) -> Vec<(Row, i64)> {
        let mut parts: Vec<(Row, i64)> = Vec::new();
        for component in shelf.components.iter().filter(|part| part.quantity > 0) {
            let Some(row) = self.find(component.sku.as_str()) else {
                continue;
            };
            if !self.get(row).is_some_and(Shelf::is_own) {
                continue;
            }
            match parts.iter_mut().find(|(known, _)| *known == row) {
                Some((_, need)) => *need += component.quantity,
                None => parts.push((row, component.quantity)),
            }
        }
        parts
    }
}
