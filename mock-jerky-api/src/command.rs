//! What can be asked of the warehouse, and what it answers.

use std::{ops::RangeInclusive, sync::Arc};

use crate::{
    ids::{Actor, Location, LotId, Reference, ReservationId, Sku},
    model::{
        Change, ChangeResult, CommitRequest, Event, EventPage, ExtendRequest, Item, LotLevel,
        Mirror, MirrorAvailability, NewReservation, ReleaseRequest, Reservation, ReservationState,
        StockLevel,
    },
    problem::Problem,
};

/// How many rows a page may have.
pub const PAGE: RangeInclusive<usize> = 1..=200;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The OAuth client, or whoever works in the warehouse.
    pub actor: Actor,
    /// The idempotency key of the request.
    pub key: Option<Arc<str>>,
}

/// What is asked. The first group changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Items by SKU, those after `after`.
    ListItems {
        /// The last SKU already seen.
        after: Option<Sku>,
        /// The most rows wanted.
        limit: usize,
    },
    /// One item.
    GetItem(Sku),
    /// All lots of an item by lot and place, sold-out ones included.
    ListLots {
        /// The item.
        sku: Sku,
        /// The last lot and place already seen.
        after: Option<(LotId, Location)>,
        /// The most rows wanted.
        limit: usize,
    },
    /// Stock levels by SKU.
    ListStock {
        /// The last SKU already seen.
        after: Option<Sku>,
        /// The most rows wanted.
        limit: usize,
        /// Only these items; all when empty. Unknown ones are left out.
        only: Vec<Sku>,
    },
    /// The level of one item.
    GetStock(Sku),
    /// The change feed.
    ListEvents {
        /// The last position already seen.
        after: u64,
        /// The most rows wanted.
        limit: usize,
    },
    /// Reservations, oldest first.
    ListReservations {
        /// The last reservation already seen.
        after: Option<ReservationId>,
        /// The most rows wanted.
        limit: usize,
        /// Only those of this transaction.
        reference: Option<Reference>,
        /// Only those in this state.
        state: Option<ReservationState>,
    },
    /// One reservation.
    GetReservation(ReservationId),
    /// The availability of an item owned by the other side.
    GetMirror(Sku),

    /// Reserves all lines or none.
    CreateReservation(NewReservation),
    /// Commits part or all of what is still promised.
    CommitReservation(ReservationId, CommitRequest),
    /// Gives back part or all of what is still promised.
    ReleaseReservation(ReservationId, ReleaseRequest),
    /// Lets a reservation live longer.
    ExtendReservation(ReservationId, ExtendRequest),
    /// Applies or refuses each change by itself, in order.
    AdjustBatch(Vec<Change>),
    /// Takes over the availability of an item owned by the other side.
    SetMirror(Sku, MirrorAvailability),
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The reply, or why there is none. A refused command changed nothing.
    pub reply: Result<Reply, Box<Problem>>,
    /// What happened, in order: what time alone brought about first, then what the command did.
    pub events: Vec<Arc<Event>>,
}

/// What the warehouse replies.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Items, and whether there are more.
    Items(Vec<Item>, bool),
    /// One item.
    Item(Box<Item>),
    /// Lots, and whether there are more.
    Lots(Vec<LotLevel>, bool),
    /// Levels, and whether there are more.
    Levels(Vec<StockLevel>, bool),
    /// One level.
    Level(Box<StockLevel>),
    /// A stretch of the feed.
    Events(EventPage),
    /// Reservations, and whether there are more.
    Reservations(Vec<Reservation>, bool),
    /// One reservation; after a write, with the levels it touched.
    Reservation(Box<Reservation>),
    /// A mirrored item.
    Mirror(Box<Mirror>),
    /// One result for each change.
    Adjusted(Vec<ChangeResult>),
}

impl Caller {
    /// A caller without an idempotency key.
    pub fn new(actor: impl Into<Actor>) -> Self {
        Self {
            actor: actor.into(),
            key: None,
        }
    }
}

impl Command {
    /// The id of its operation in the OpenAPI document.
    pub fn operation(&self) -> &'static str {
        match self {
            Self::ListItems { .. } => "list_items",
            Self::GetItem(_) => "get_item",
            Self::ListLots { .. } => "list_item_lots",
            Self::ListStock { .. } => "list_stock",
            Self::GetStock(_) => "get_stock",
            Self::ListEvents { .. } => "list_events",
            Self::ListReservations { .. } => "list_reservations",
            Self::GetReservation(_) => "get_reservation",
            Self::GetMirror(_) => "get_mirror",
            Self::CreateReservation(_) => "create_reservation",
            Self::CommitReservation(..) => "commit_reservation",
            Self::ReleaseReservation(..) => "release_reservation",
            Self::ExtendReservation(..) => "extend_reservation",
            Self::AdjustBatch(_) => "adjust_batch",
            Self::SetMirror(..) => "set_mirror_availability",
        }
    }
}
