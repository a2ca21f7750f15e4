//! Opening day: products come into an empty shop, and the ground truth begins with them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Shop,
    count::CountBook,
    hold::HoldBook,
    order::OrderBook,
    record::Numbers,
    shelf::{Shelf, Shelves, Stock},
};
use crate::{
    config::ShopConfig,
    id::Sku,
    model::{Component, Confirmation, ProductKind},
    truth::{Cause, Happening, Ledger, OwnAccount},
};

/// A product as it comes into the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningProduct {
    /// Its key; a second product of the same key replaces the first.
    pub sku: Sku,
    /// What shoppers read.
    pub name: String,
    /// Own, resale or kit.
    pub kind: ProductKind,
    /// Price of one sell unit, in hundredths of the shop's currency.
    pub price_cents: i64,
    /// Smallest quantity of an order line; at least 1.
    pub moq: i64,
    /// Every order line is a multiple of this; at least 1.
    pub order_multiple: i64,
    /// Who confirms its orders.
    pub confirm: Confirmation,
    /// What one gift box holds; empty for the other kinds.
    pub components: Vec<Component>,
    /// On hand of an own product; the published number of the other kinds.
    pub stock: i64,
    /// Whether shoppers see it.
    pub active: bool,
}

impl OpeningProduct {
    /// A product that anybody may buy one of, confirmed by hand.
    pub fn new(sku: &str, name: &str, kind: ProductKind, stock: i64) -> Self {
        Self {
            sku: sku.into(),
            name: name.to_owned(),
            kind,
            price_cents: 1_000,
            moq: 1,
            order_multiple: 1,
            confirm: Confirmation::Manual,
            components: Vec::new(),
            stock,
            active: true,
        }
    }
}

pub(super) fn open(config: ShopConfig, products: Vec<OpeningProduct>, now: Timestamp) -> Shop {
    let mut ledger = Ledger::default();
    let mut shelves = Vec::with_capacity(products.len());
    for product in products {
        record_opening(&mut ledger, &product, now);
        shelves.push(stock_shelf(&config, product, now));
    }
    Shop {
        config,
        shelves: Shelves::with(shelves),
        orders: OrderBook::default(),
        holds: HoldBook::default(),
        counts: CountBook::default(),
        numbers: Numbers::default(),
        ledger,
        cause: Cause::shop(),
        events: Vec::new(),
    }
}

fn record_opening(ledger: &mut Ledger, product: &OpeningProduct, now: Timestamp) {
    let own = product.kind == ProductKind::Own;
    let seeded = Happening::ProductSeeded {
        sku: product.sku.clone(),
        kind: product.kind,
        moq: product.moq.max(1),
        order_multiple: product.order_multiple.max(1),
        confirm: product.confirm,
        components: product.components.clone(),
        available: (!own).then_some(product.stock),
        version: 1,
    };
    ledger.record(now, &Cause::shop(), seeded);
    if own && product.stock > 0 {
        let stocked = Happening::OwnStockMoved {
            sku: product.sku.clone(),
            from: OwnAccount::Supplier,
            to: OwnAccount::Free,
            quantity: product.stock,
            order: None,
        };
        ledger.record(now, &Cause::shop(), stocked);
    }
}

fn stock_shelf(config: &ShopConfig, product: OpeningProduct, now: Timestamp) -> Shelf {
    let own = product.kind == ProductKind::Own;
    Shelf {
        stock: Stock {
            on_hand: if own { product.stock } else { 0 },
            published: if own { 0 } else { product.stock },
            ..Stock::default()
        },
        sku: product.sku,
        name: product.name.into(),
        kind: product.kind,
        price_cents: product.price_cents,
        currency: config.currency.clone(),
        moq: product.moq.max(1),
        order_multiple: product.order_multiple.max(1),
        confirm: product.confirm,
        components: product.components.into(),
        active: product.active,
        publication: 0,
        version: 1,
        updated_at: now,
        own_parts: Vec::new(),
    }
}
