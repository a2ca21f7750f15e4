//! Items, and the availability of items whose stock the other side owns.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    date::Zone,
    ids::{Actor, Sku},
    quantity::{Amount, Decimal, Unit},
};

/// An item of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Item {
    /// The vendor's name of it.
    pub sku: Sku,
    /// What people call it.
    #[schema(value_type = String)]
    pub name: Arc<str>,
    /// Who owns its stock.
    pub kind: ItemKind,
    /// Global trade item number with its check digit (GS1 AI 01).
    #[schema(value_type = String)]
    pub gtin: Arc<str>,
    /// The unit of all its quantities (UN/ECE Rec 20).
    pub unit: Unit,
    /// The packages it comes in.
    pub packs: Vec<Pack>,
    /// The conditions it is kept in.
    pub storage: Storage,
    /// The warehouse it lies in.
    #[schema(value_type = String)]
    pub warehouse: Arc<str>,
    /// The zone in which its lots expire.
    pub time_zone: Zone,
    /// What is withheld from its available stock.
    pub safety_stock: Amount,
    /// No longer made; what is left still sells.
    pub discontinued: bool,
    /// Counts the changes of this item.
    pub sequence: u64,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// Who owns the stock of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// This warehouse: lots, reservations, counts.
    Stocked,
    /// The other side, which tells its availability.
    Mirror,
}

/// A package of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pack {
    /// The kind of package (UN/ECE Rec 21): `PK` packet, `BO` bottle, `CS` case.
    #[schema(example = "PK")]
    pub code: String,
    /// What one holds, in the item's unit.
    #[schema(value_type = Decimal)]
    pub quantity: Decimal,
}

/// Storage conditions, in degrees Celsius.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Storage {
    /// The coldest it may lie.
    pub min_celsius: i16,
    /// The warmest it may lie.
    pub max_celsius: i16,
}

/// The availability of an item whose stock the other side owns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Mirror {
    /// The item.
    pub sku: Sku,
    /// What is available over there.
    pub quantity: Amount,
    /// Its unit.
    pub unit: Unit,
    /// The owner's own order of changes; 0 before the first.
    pub source_sequence: u64,
    /// Counts the changes of this item here.
    pub sequence: u64,
    /// Who told it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_by: Option<Actor>,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// What the owner of a mirrored item tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MirrorAvailability {
    /// What is available; not below zero.
    #[schema(value_type = String, pattern = r"^[0-9]{1,9}(\.[0-9]{1,3})?$", example = "37")]
    pub quantity: Decimal,
    /// Its unit.
    pub unit: Unit,
    /// The owner's own order of changes.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    pub source_sequence: u64,
}
