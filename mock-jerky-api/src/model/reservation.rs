//! Reservations: try, then commit or release.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::StockLevel;
use crate::{
    date::LotDate,
    ids::{LineId, Location, LotId, Reference, ReservationId, Sku},
    quantity::{Amount, Decimal, Unit},
};

/// What to reserve: all lines or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewReservation {
    /// The caller's transaction.
    #[schema(value_type = String, min_length = 1, max_length = 128)]
    pub reference: Reference,
    /// How long it stands unless resolved, in seconds.
    #[schema(minimum = 1, maximum = 2_592_000)]
    pub ttl_seconds: u32,
    /// The lines, each named once.
    #[schema(min_items = 1, max_items = 100)]
    pub lines: Vec<NewLine>,
}

/// A line to reserve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewLine {
    /// The caller's name of the line.
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    pub line_id: LineId,
    /// The item.
    pub sku: Sku,
    /// How much; above zero.
    #[schema(value_type = String, pattern = r"^[0-9]{1,9}(\.[0-9]{1,3})?$", example = "0.500")]
    pub quantity: Decimal,
    /// Its unit: the item's own or one of the same kind.
    pub unit: Unit,
    /// The lots to take it from, where the caller picks; they sum to `quantity`. Without it the
    /// warehouse picks, first expired first out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 50)]
    pub lots: Option<Vec<Pick>>,
}

/// A caller's own pick.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pick {
    /// The lot.
    pub lot: LotId,
    /// The place; any when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// How much; above zero.
    #[schema(value_type = String, pattern = r"^[0-9]{1,9}(\.[0-9]{1,3})?$", example = "0.500")]
    pub quantity: Decimal,
}

/// A reservation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reservation {
    /// The vendor's name of it.
    pub id: ReservationId,
    /// The caller's transaction.
    pub reference: Reference,
    /// How far it is resolved.
    pub state: ReservationState,
    /// When it lapses unless resolved.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Its lines.
    pub lines: Vec<ReservationLine>,
    /// Its commits so far, oldest first.
    pub commits: Vec<Commit>,
    /// The levels of the items touched, after a write; absent when merely read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<StockLevel>>)]
    pub stock: Option<Vec<Arc<StockLevel>>>,
}

/// How far a reservation is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReservationState {
    /// Some of it is still promised.
    Pending,
    /// All resolved, at least some of it committed.
    Committed,
    /// All given back.
    Released,
    /// Lapsed before anything was committed.
    Expired,
}

/// A line of a reservation. What is still promised is `quantity - committed - released`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReservationLine {
    /// The caller's name of the line.
    pub line_id: LineId,
    /// The item.
    pub sku: Sku,
    /// How much was reserved.
    pub quantity: Amount,
    /// The unit of all quantities here.
    pub unit: Unit,
    /// How much was committed.
    pub committed: Amount,
    /// How much was given back or lapsed.
    pub released: Amount,
    /// The lots it holds, first expired first; they sum to `quantity - released`.
    pub allocations: Vec<Allocation>,
}

/// What a line holds of one lot in one place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Allocation {
    /// The lot.
    pub lot: LotId,
    /// The place.
    pub location: Location,
    /// How much, committed or still promised.
    pub quantity: Amount,
    /// How much of it was committed.
    pub committed: Amount,
    /// The lot's last usable day; never expires when null.
    pub expires_on: Option<LotDate>,
}

/// One commit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Commit {
    /// The caller's transaction: a shipment.
    pub reference: Reference,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What.
    pub lines: Vec<CommitLine>,
}

/// What one commit took of a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CommitLine {
    /// The caller's name of the line.
    pub line_id: LineId,
    /// How much.
    pub quantity: Amount,
    /// The lots that leave.
    pub allocations: Vec<CommitAllocation>,
}

/// What one commit took of one lot in one place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CommitAllocation {
    /// The lot.
    pub lot: LotId,
    /// The place.
    pub location: Location,
    /// How much.
    pub quantity: Amount,
    /// The lot's last usable day; never expires when null.
    pub expires_on: Option<LotDate>,
}

/// What to commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommitRequest {
    /// The caller's transaction: a shipment.
    #[schema(value_type = String, min_length = 1, max_length = 128)]
    pub reference: Reference,
    /// How much of which lines; all the rest when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 100)]
    pub lines: Option<Vec<LineQuantity>>,
}

/// What to give back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReleaseRequest {
    /// The caller's transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 128)]
    pub reference: Option<Reference>,
    /// How much of which lines; all the rest when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 100)]
    pub lines: Option<Vec<LineQuantity>>,
}

/// How long a reservation stands from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExtendRequest {
    /// Seconds from now. A reservation is never shortened.
    #[schema(minimum = 1, maximum = 2_592_000)]
    pub ttl_seconds: u32,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineQuantity {
    /// The line.
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    pub line_id: LineId,
    /// How much, in the line's unit; above zero.
    #[schema(value_type = String, pattern = r"^[0-9]{1,9}(\.[0-9]{1,3})?$", example = "0.500")]
    pub quantity: Decimal,
}
