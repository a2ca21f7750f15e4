//! The shop as a snapshot holds it: what is known, without the indexes that can be rebuilt.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Shop,
    count::{CountBook, RecordedCount},
    hold::{HeldOrder, HoldBook},
    order::{OrderBook, PlacedOrder},
    shelf::{Shelf, Shelves},
};
use crate::{
    config::ShopConfig,
    id::{CancellationId, OrderId, ReturnId, ShipmentId},
    truth::{Cause, Ledger},
};

/// How many documents of each kind were numbered so far.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Numbers {
    shipments: u64,
    returns: u64,
    cancellations: u64,
}

impl Numbers {
    pub(crate) fn shipment(&mut self) -> ShipmentId {
        self.shipments += 1;
        ShipmentId::numbered(self.shipments)
    }

    pub(crate) fn taken_return(&mut self) -> ReturnId {
        self.returns += 1;
        ReturnId::numbered(self.returns)
    }

    /// The id that the next cancellation will have.
    pub(crate) fn peek_cancellation(&self) -> CancellationId {
        CancellationId::numbered(self.cancellations + 1)
    }

    pub(crate) fn cancellation(&mut self) -> CancellationId {
        self.cancellations += 1;
        CancellationId::numbered(self.cancellations)
    }
}

/// What is written of a shop and read back.
#[derive(Deserialize)]
pub(crate) struct ShopRecord {
    config: ShopConfig,
    products: Vec<Shelf>,
    orders: Vec<PlacedOrder>,
    holds: BTreeMap<OrderId, HeldOrder>,
    counts: Vec<RecordedCount>,
    numbers: Numbers,
    ledger: Ledger,
}

/// The same by reference, so that writing copies nothing.
#[derive(Serialize)]
struct ShopRecordRef<'a> {
    config: &'a ShopConfig,
    products: Vec<&'a Shelf>,
    orders: &'a [PlacedOrder],
    holds: &'a BTreeMap<OrderId, HeldOrder>,
    counts: &'a [RecordedCount],
    numbers: &'a Numbers,
    ledger: &'a Ledger,
}

impl Serialize for Shop {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ShopRecordRef {
            config: &self.config,
            products: self.shelves.iter().map(|(_, shelf)| shelf).collect(),
            orders: self.orders.all(),
            holds: self.holds.all(),
            counts: self.counts.all(),
            numbers: &self.numbers,
            ledger: &self.ledger,
        }
        .serialize(serializer)
    }
}

impl From<ShopRecord> for Shop {
    fn from(record: ShopRecord) -> Self {
        Self {
            config: record.config,
            shelves: Shelves::with(record.products),
            orders: OrderBook::with(record.orders),
            holds: HoldBook::with(record.holds),
            counts: CountBook::with(record.counts),
            numbers: record.numbers,
            ledger: record.ledger,
            cause: Cause::shop(),
            events: Vec::new(),
        }
    }
}
