//! Changes of stock by the people who run the warehouse, in batches.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{LotStatus, StockLevel};
use crate::{
    date::LotDate,
    ids::{ChangeId, Location, LotId, Reference, Sku},
    problem::Problem,
    quantity::{Decimal, Unit},
};

/// Up to 100 changes, each applied or refused by itself, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AdjustmentBatch {
    /// The changes.
    #[schema(min_items = 1, max_items = 100)]
    pub changes: Vec<Change>,
}

/// One change. Which fields it needs depends on its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// The caller's name of it; applied at most once, ever.
    #[schema(value_type = String, min_length = 1, max_length = 128)]
    pub change_id: ChangeId,
    /// What happens.
    pub kind: ChangeKind,
    /// The item.
    pub sku: Sku,
    /// The lot; needed by every kind but `adjustment`, which spreads without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// The place; may be left out where the lot lies in one place only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// How much. A signed delta for `adjustment`, the whole count for `count`, above zero for the
    /// others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// The unit of `quantity` and `expected`; the item's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// `count`: the on-hand stock of the lot and place that the counter believed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Decimal>,
    /// `receipt`: the last usable day of a new lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<LotDate>,
    /// `receipt`: when a new lot was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub produced_on: Option<LotDate>,
    /// `lot_status`: what to do with the lot. `receipt`: the status of a new lot, `release` when
    /// absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot_status: Option<LotStatusChange>,
    /// The caller's transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 128)]
    pub reference: Option<Reference>,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub reason: Option<String>,
    /// `transfer`: where the goods go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_location: Option<Location>,
}

/// What a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Goods come in; a new lot is made on the way.
    Receipt,
    /// The books are corrected by a delta on what is available.
    Adjustment,
    /// The on-hand stock of a lot and place is set to what was counted, if the books still say
    /// `expected`.
    Count,
    /// Available goods turn out damaged.
    Damage,
    /// Sold goods come back, into quality control.
    Return,
    /// Goods in quality control are found good.
    Restock,
    /// Goods are destroyed: from quality control first, then damaged, then available.
    Disposal,
    /// The lot moves on in its life.
    LotStatus,
    /// Available goods move to another place.
    Transfer,
}

/// What to do with a lot, as a verb or as the status it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LotStatusChange {
    /// Stop it until it is judged.
    Quarantine,
    /// Let it be sold.
    Release,
    /// The same as `release`.
    Released,
    /// Stop it for the time being.
    Hold,
    /// The same as `hold`.
    OnHold,
    /// Call it back.
    Recall,
    /// The same as `recall`.
    Recalled,
    /// Destroy it, with all its unpromised stock.
    Dispose,
    /// The same as `dispose`.
    Disposed,
}

/// One result for each change, in the order of the changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AdjustmentResults {
    /// The results.
    pub results: Vec<ChangeResult>,
}

/// What became of one change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChangeResult {
    /// The change.
    pub change_id: ChangeId,
    /// What an HTTP status would say of it alone.
    pub status: u16,
    /// The item's sequence after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// The item's level after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<StockLevel>)]
    pub stock: Option<Arc<StockLevel>>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// Whether this is the result of an earlier, equal change.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replayed: bool,
}

impl LotStatusChange {
    /// The status it leads to.
    pub fn status(self) -> LotStatus {
        match self {
            Self::Quarantine => LotStatus::Quarantine,
            Self::Release | Self::Released => LotStatus::Released,
            Self::Hold | Self::OnHold => LotStatus::OnHold,
            Self::Recall | Self::Recalled => LotStatus::Recalled,
            Self::Dispose | Self::Disposed => LotStatus::Disposed,
        }
    }
}
