//! Stock levels and their lots, and whether they add up.

use jiff::{Timestamp, civil::Date};
use serde::Deserialize;

use super::{amount, sum};
use crate::{
    lot::LotStatus,
    sku::{JerkySku, Location, LotId},
    unit::Unit,
    vendor::{
        jerky::{
            Listed,
            view::{LotView, StockLevelView},
        },
        reading::Readable,
    },
};

#[derive(Deserialize)]
pub(crate) struct StockLevel {
    sku: JerkySku,
    unit: Unit,
    on_hand: String,
    available: String,
    committed: String,
    reserved: String,
    damaged: String,
    safety_stock: String,
    quality_control: String,
    sequence: u64,
    as_of: Timestamp,
    lots: Vec<Lot>,
}

#[derive(Deserialize)]
struct Lot {
    lot: LotId,
    location: Location,
    status: LotStatus,
    #[serde(default)]
    produced_on: Option<Date>,
    #[serde(default)]
    expires_on: Option<Date>,
    on_hand: String,
    available: String,
    reserved: String,
    committed: String,
    damaged: String,
    quality_control: String,
}

impl Listed for StockLevelView {
    fn name(&self) -> &str {
        self.sku.as_str()
    }
}

impl Readable for StockLevelView {
    const WHAT: &'static str = "stock level";
    type Wire = StockLevel;

    fn from_wire(wire: StockLevel, _at: Timestamp) -> Result<Self, String> {
        let unit = wire.unit;
        let lots: Vec<LotView> = wire
            .lots
            .into_iter()
            .map(|lot| lot.view(unit))
            .collect::<Result<_, _>>()?;
        let level = Self {
            sku: wire.sku,
            unit,
            on_hand: amount("on_hand", &wire.on_hand, unit)?,
            available: amount("available", &wire.available, unit)?,
            committed: amount("committed", &wire.committed, unit)?,
            reserved: amount("reserved", &wire.reserved, unit)?,
            damaged: amount("damaged", &wire.damaged, unit)?,
            safety_stock: amount("safety_stock", &wire.safety_stock, unit)?,
            quality_control: amount("quality_control", &wire.quality_control, unit)?,
            sequence: wire.sequence,
            as_of: wire.as_of,
            lots,
        };
        level.adds_up()?;
        Ok(level)
    }
}

impl StockLevelView {
    /// A level whose parts do not make its whole was altered on the way; publishing from it would
    /// oversell or wipe a listing.
    fn adds_up(&self) -> Result<(), String> {
        let parts = sum([
            self.available,
            self.committed,
            self.reserved,
            self.damaged,
            self.safety_stock,
            self.quality_control,
        ])?;
        if parts != self.on_hand {
            return Err(format!("on_hand is {}, its parts {parts}", self.on_hand));
        }
        if self.lots.is_empty() {
            // A mirror has no lots.
            return Ok(());
        }
        let lots = sum(self.lots.iter().map(|lot| lot.on_hand))?;
        if lots != self.on_hand {
            return Err(format!("on_hand is {}, its lots {lots}", self.on_hand));
        }
        Ok(())
    }
}

impl Lot {
    fn view(self, unit: Unit) -> Result<LotView, String> {
        let lot = LotView {
            on_hand: amount("lots.on_hand", &self.on_hand, unit)?,
            available: amount("lots.available", &self.available, unit)?,
            reserved: amount("lots.reserved", &self.reserved, unit)?,
            committed: amount("lots.committed", &self.committed, unit)?,
            damaged: amount("lots.damaged", &self.damaged, unit)?,
            quality_control: amount("lots.quality_control", &self.quality_control, unit)?,
            lot: self.lot,
            location: self.location,
            status: self.status,
            produced_on: self.produced_on,
            expires_on: self.expires_on,
        };
        let parts = sum([
            lot.available,
            lot.reserved,
            lot.committed,
            lot.damaged,
            lot.quality_control,
        ])?;
        if parts != lot.on_hand {
            let name = &lot.lot;
            return Err(format!(
                "on_hand of lot {name} is {}, its parts {parts}",
                lot.on_hand
            ));
        }
        Ok(lot)
    }
}
