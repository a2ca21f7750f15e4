//! Items, and mirrors of stock that the other side owns.

use jiff::Timestamp;
use serde::Deserialize;

use super::amount;
use crate::{
    sku::{JerkySku, Warehouse},
    unit::Unit,
    vendor::{
        jerky::{
            Listed,
            view::{ItemKind, ItemView, MirrorView},
        },
        reading::{Readable, short_text},
    },
};

#[derive(Deserialize)]
pub(crate) struct Item {
    sku: JerkySku,
    name: String,
    kind: ItemKind,
    unit: Unit,
    warehouse: Warehouse,
    time_zone: String,
    safety_stock: String,
    discontinued: bool,
    sequence: u64,
}

#[derive(Deserialize)]
pub(crate) struct Mirror {
    sku: JerkySku,
    quantity: String,
    unit: Unit,
    source_sequence: u64,
}

impl Listed for ItemView {
    fn name(&self) -> &str {
        self.sku.as_str()
    }
}

impl Readable for ItemView {
    const WHAT: &'static str = "item";
    type Wire = Item;

    fn from_wire(wire: Item, _at: Timestamp) -> Result<Self, String> {
        Ok(Self {
            name: short_text("name", wire.name)?,
            kind: wire.kind,
            unit: wire.unit,
            warehouse: wire.warehouse,
            time_zone: short_text("time_zone", wire.time_zone)?,
            safety_stock: amount("safety_stock", &wire.safety_stock, wire.unit)?,
            discontinued: wire.discontinued,
            sequence: wire.sequence,
            sku: wire.sku,
        })
    }
}

impl Readable for MirrorView {
    const WHAT: &'static str = "mirror";
    type Wire = Mirror;

    fn from_wire(wire: Mirror, _at: Timestamp) -> Result<Self, String> {
        Ok(Self {
            quantity: amount("quantity", &wire.quantity, wire.unit)?,
            sku: wire.sku,
            source_sequence: wire.source_sequence,
        })
    }
}
