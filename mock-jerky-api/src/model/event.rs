//! The change feed. A webhook's body is exactly one event.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Reservation, StockLevel};
use crate::{
    ids::{Actor, Sku},
    truth::CauseKind,
};

/// Something that happened to one item. It carries the whole level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Its name, the same on every delivery.
    #[schema(example = "evt_000000000000002a5f1e")]
    pub id: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// Its place in the feed, counted from 1 without gaps.
    pub position: u64,
    /// The item.
    pub sku: Sku,
    /// The item's sequence after it.
    pub sequence: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub occurred_at: Timestamp,
    /// Why, and through whom.
    pub cause: Cause,
    /// The state after it.
    pub data: EventData,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum EventType {
    /// A quantity of the item changed.
    #[serde(rename = "stock.changed")]
    StockChanged,
    /// A lot of the item moved on in its life.
    #[serde(rename = "lot.status_changed")]
    LotStatusChanged,
    /// A reservation that held the item lapsed.
    #[serde(rename = "reservation.expired")]
    ReservationExpired,
}

/// Why, and through whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cause {
    /// Why.
    pub kind: CauseKind,
    /// The caller's transaction or change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub reference: Option<Arc<str>>,
    /// Who.
    pub actor: Actor,
}

/// The state after an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventData {
    /// The item's level.
    #[schema(value_type = StockLevel)]
    pub stock: Arc<StockLevel>,
    /// The reservation that lapsed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Reservation>)]
    pub reservation: Option<Arc<Reservation>>,
}

/// A stretch of the feed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventPage {
    /// The events, in order.
    #[schema(value_type = Vec<Event>)]
    pub data: Vec<Arc<Event>>,
    /// The newest position there is; 0 when nothing happened yet.
    pub last_position: u64,
    /// The oldest position still kept.
    pub oldest_position: u64,
}

impl EventType {
    /// As written on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::StockChanged => "stock.changed",
            Self::LotStatusChanged => "lot.status_changed",
            Self::ReservationExpired => "reservation.expired",
        }
    }
}
