//! Stock levels, by item and by lot.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    date::LotDate,
    ids::{Location, LotId, Sku},
    quantity::{Amount, Unit},
};

/// The stock of an item. `on_hand = available + committed + reserved + damaged + safety_stock +
/// quality_control`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StockLevel {
    /// The item.
    pub sku: Sku,
    /// The warehouse.
    #[schema(value_type = String)]
    pub warehouse: Arc<str>,
    /// The unit of all quantities here.
    pub unit: Unit,
    /// All that stands in the warehouse.
    pub on_hand: Amount,
    /// What can be reserved now.
    pub available: Amount,
    /// Picked, waiting for the carrier.
    pub committed: Amount,
    /// Promised to pending reservations.
    pub reserved: Amount,
    /// Damaged.
    pub damaged: Amount,
    /// What is actually withheld as safety stock.
    pub safety_stock: Amount,
    /// Returned and not yet judged, and all unpromised stock of lots not released or expired.
    pub quality_control: Amount,
    /// Counts the changes of this item.
    pub sequence: u64,
    /// When this was so.
    #[schema(value_type = String, format = DateTime)]
    pub as_of: Timestamp,
    /// Every lot with stock, by lot and place.
    pub lots: Vec<LotLevel>,
}

/// The stock of one lot in one place. Safety stock is not deducted here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LotLevel {
    /// The lot (GS1 AI 10).
    pub lot: LotId,
    /// The place.
    pub location: Location,
    /// Where it is in its life. That it has expired is told by its date alone.
    pub status: LotStatus,
    /// When it was made (GS1 AI 11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub produced_on: Option<LotDate>,
    /// Its last usable day in the item's zone (GS1 AI 17); never expires when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<LotDate>,
    /// All of it that stands here.
    pub on_hand: Amount,
    /// What can be reserved now.
    pub available: Amount,
    /// Promised to pending reservations.
    pub reserved: Amount,
    /// Picked, waiting for the carrier.
    pub committed: Amount,
    /// Damaged.
    pub damaged: Amount,
    /// Not sellable until judged.
    pub quality_control: Amount,
}

/// Where a lot is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LotStatus {
    /// Not yet released.
    Quarantine,
    /// May be sold until it expires.
    Released,
    /// Stopped for the time being.
    OnHold,
    /// Called back; may only be disposed of.
    Recalled,
    /// Destroyed. Final.
    Disposed,
}
