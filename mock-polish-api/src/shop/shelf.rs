//! The shelves: every product's row with its stock, and the listing of them.
//!
//! Quantities change here and nowhere else. What a kit draws on is in `kit`.

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::ranked::Ranked;
use crate::{
    id::Sku,
    model::{Component, Confirmation, Page, Product, ProductKind, ShopTime},
    truth::OwnAccount,
};

/// A product's place in the shop; rows are never removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Row(u32);

impl Row {
    fn at(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    fn index(self) -> usize {
        self.0 as usize
    }
}

/// What is stored of one product.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Shelf {
    pub(crate) sku: Sku,
    pub(crate) name: Arc<str>,
    pub(crate) kind: ProductKind,
    pub(crate) price_cents: i64,
    pub(crate) currency: Arc<str>,
    pub(crate) moq: i64,
    pub(crate) order_multiple: i64,
    pub(crate) confirm: Confirmation,
    pub(crate) components: Arc<[Component]>,
    pub(crate) active: bool,
    pub(crate) stock: Stock,
    /// Counts the numbers that came from outside, so that a cancelled order gives nothing back to
    /// a number that never knew of it.
    pub(crate) publication: u64,
    pub(crate) version: u64,
    pub(crate) updated_at: Timestamp,
    /// The own components of a kit, by row; found anew after loading.
    #[serde(skip)]
    pub(crate) own_parts: Vec<(Row, i64)>,
}

/// The quantities of one product, in sell units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stock {
    /// Own products only.
    pub(crate) on_hand: i64,
    /// Own products only.
    pub(crate) allocated: i64,
    /// Resale products and kits only.
    pub(crate) published: i64,
    pub(crate) held: i64,
}

impl Shelf {
    /// On hand less allocated of own stock; otherwise the published number.
    pub(crate) fn available(&self) -> i64 {
        if self.is_own() {
            self.stock.on_hand - self.stock.allocated
        } else {
            self.stock.published
        }
    }

    /// What is left for new orders, as far as this row alone can tell; may be below zero.
    pub(crate) fn uncommitted(&self) -> i64 {
        self.available() - self.stock.held
    }

    pub(crate) fn is_own(&self) -> bool {
        self.kind == ProductKind::Own
    }
}

/// All products.
#[derive(Debug, Default)]
pub(crate) struct Shelves {
    rows: IndexMap<Sku, Shelf>,
    listing: Ranked<(Timestamp, Row)>,
    /// Rows that the command in hand changed, with their stock before it.
    touched: Vec<(Row, Stock)>,
}

impl Shelves {
    /// Shelves with these rows, whose order is that of their ids.
    pub(crate) fn with(rows: Vec<Shelf>) -> Self {
        let mut shelves = Self::default();
        for shelf in rows {
            shelves.rows.insert(shelf.sku.clone(), shelf);
        }
        for (index, shelf) in shelves.rows.values().enumerate() {
            shelves.listing.insert((shelf.updated_at, Row::at(index)));
        }
        shelves.find_own_parts();
        shelves
    }

    pub(crate) fn find(&self, sku: &str) -> Option<Row> {
        self.rows.get_index_of(sku).map(Row::at)
    }

    pub(crate) fn get(&self, row: Row) -> Option<&Shelf> {
        self.rows.get_index(row.index()).map(|(_, shelf)| shelf)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Row, &Shelf)> {
        let rows = self.rows.values().enumerate();
        rows.map(|(index, shelf)| (Row::at(index), shelf))
    }

    /// The row to change. Its version will rise once when the command is done.
    pub(crate) fn change(&mut self, row: Row) -> Option<&mut Shelf> {
        let (_, shelf) = self.rows.get_index_mut(row.index())?;
        if !self.touched.iter().any(|(touched, _)| *touched == row) {
            self.touched.push((row, shelf.stock));
        }
        Some(shelf)
    }

    /// Changes one account of an own product by `by`. A move between accounts is two of these.
    pub(crate) fn shift(&mut self, row: Row, account: OwnAccount, by: i64) {
        let Some(shelf) = self.change(row) else {
            return;
        };
        match account {
            OwnAccount::Free => shelf.stock.on_hand += by,
            OwnAccount::Held => {
                shelf.stock.on_hand += by;
                shelf.stock.held += by;
            }
            OwnAccount::Allocated => {
                shelf.stock.on_hand += by;
                shelf.stock.allocated += by;
            }
            OwnAccount::Supplier | OwnAccount::Sold | OwnAccount::CountedOff => {}
        }
    }

    /// Gives the rows that changed their next version, and moves them to the end of the listing.
    /// Returns each with its new version.
    pub(crate) fn settle(&mut self, now: Timestamp) -> Vec<(Sku, u64)> {
        let mut settled = Vec::with_capacity(self.touched.len());
        for (row, before) in self.touched.drain(..) {
            let Some((_, shelf)) = self.rows.get_index_mut(row.index()) else {
                continue;
            };
            if shelf.stock == before {
                continue;
            }
            self.listing.remove(&(shelf.updated_at, row));
            shelf.version += 1;
            shelf.updated_at = now;
            self.listing.insert((now, row));
            settled.push((shelf.sku.clone(), shelf.version));
        }
        settled
    }

    /// Rows that changed at `since` or later, from `offset` on.
    pub(crate) fn page(
        &self,
        since: Option<Timestamp>,
        offset: usize,
        size: usize,
        zone: &TimeZone,
    ) -> Page<Product> {
        let first = since.map_or(0, |since| self.listing.rank(&(since, Row(0))));
        let keys = self.listing.from(first.saturating_add(offset)).take(size);
        let rows = keys.filter_map(|(_, row)| self.get(row));
        Page {
            rows: rows.map(|shelf| self.show(shelf, zone)).collect(),
            total: self.listing.len() - first,
        }
    }

    /// A row as the wire shows it.
    pub(crate) fn show(&self, shelf: &Shelf, zone: &TimeZone) -> Product {
        Product {
            sku: shelf.sku.clone(),
            name: Arc::clone(&shelf.name),
            kind: shelf.kind,
            price_cents: shelf.price_cents,
            currency: Arc::clone(&shelf.currency),
            moq: shelf.moq,
            order_multiple: shelf.order_multiple,
            confirm: shelf.confirm,
            components: Arc::clone(&shelf.components),
            on_hand: shelf.is_own().then_some(shelf.stock.on_hand),
            allocated: shelf.is_own().then_some(shelf.stock.allocated),
            available: shelf.available(),
            held: shelf.stock.held,
            sellable: self.within_own_parts(shelf, shelf.uncommitted()),
            active: shelf.active,
            version: shelf.version,
            updated_at: ShopTime::new(shelf.updated_at, zone),
        }
    }

    fn find_own_parts(&mut self) {
        for index in 0..self.rows.len() {
            let Some((_, shelf)) = self.rows.get_index(index) else {
                continue;
            };
            let parts = self.own_parts_of(shelf);
            if let Some((_, shelf)) = self.rows.get_index_mut(index) {
                shelf.own_parts = parts;
            }
        }
    }
}
