//! The things a vendor can be asked to do, as plain values.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    quantity::{Quantity, Units},
    sku::{JerkySku, LineId, Location, LotId, OrderId, PolishSku, ReservationId, ShipmentRef},
    unit::Unit,
};

/// One thing to be done at a vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// `POST /v1/reservations`; the reference is the order's id.
    Reserve {
        /// For which order.
        order: OrderId,
        /// Counts the order's attempts that got a definite answer.
        generation: u32,
        /// Time to live, in seconds.
        ttl_seconds: i64,
        /// All of them or none.
        lines: Vec<ReserveLine>,
    },
    /// `POST /v1/reservations/{id}/commit`; the reference is the shipment's.
    Commit {
        /// For which order.
        order: OrderId,
        /// The order's reservation.
        reservation: ReservationId,
        /// The shipment that left.
        shipment: ShipmentRef,
        /// What was in it.
        lines: Vec<ReservationPart>,
    },
    /// `POST /v1/reservations/{id}/release`.
    Release {
        /// For which order.
        order: OrderId,
        /// The order's reservation.
        reservation: ReservationId,
        /// What to give back; none means all that is left.
        lines: Option<Vec<ReservationPart>>,
    },
    /// `POST /v1/reservations/{id}/extend`.
    Extend {
        /// For which order.
        order: OrderId,
        /// The order's reservation.
        reservation: ReservationId,
        /// Time to live from now, in seconds.
        ttl_seconds: i64,
    },
    /// `POST /orders/{id}/confirm`.
    Confirm {
        /// The order.
        order: OrderId,
    },
    /// `POST /orders/{id}/reject`.
    Reject {
        /// The order.
        order: OrderId,
        /// Why, in a word the shop can show.
        reason: String,
        /// Why, for each line that is to blame.
        lines: Vec<LineReason>,
    },
    /// `POST /orders/{id}/cancel`, of all that is unfulfilled.
    Cancel {
        /// The order.
        order: OrderId,
        /// Why, in a word the shop can show.
        reason: String,
    },
    /// `POST /v1/adjustments:batch`.
    Adjust {
        /// At most 100, each with its own idempotent id.
        changes: Vec<Change>,
    },
    /// `PUT /products/{sku}/availability`, or one row of `POST /availability/bulk`.
    Publish {
        /// The listing.
        sku: PolishSku,
        /// The number to show, as it was when the command was handed out.
        available: Units,
        /// The version last seen; the shop answers 412 when it has moved on.
        if_match: Option<u64>,
    },
    /// `PUT /v1/mirrors/{sku}/availability`.
    PublishMirror {
        /// The mirror.
        sku: JerkySku,
        /// The number to show, in base units.
        quantity: Quantity,
        /// The base unit of it.
        unit: Unit,
        /// Above every one sent before.
        source_sequence: u64,
    },
    /// `GET /orders/{id}`, answered by [`Reply::Order`](super::Reply::Order).
    ReadOrder {
        /// The order.
        order: OrderId,
    },
    /// `GET /products/{sku}`, answered by [`Reply::Product`](super::Reply::Product).
    ReadProduct {
        /// The product.
        sku: PolishSku,
    },
    /// `GET /v1/stock?sku=…`, answered by [`Reply::Stock`](super::Reply::Stock). An item that the
    /// vendor does not know is simply not in the answer.
    ReadStock {
        /// The items, at most 200.
        skus: Vec<JerkySku>,
    },
    /// `GET /v1/reservations/{id}`, answered by [`Reply::Reservation`](super::Reply::Reservation).
    ReadReservation {
        /// For which order.
        order: OrderId,
        /// The reservation.
        reservation: ReservationId,
    },
    /// `GET /v1/reservations?reference=…`, answered by
    /// [`Reply::Reservations`](super::Reply::Reservations).
    ReadReservations {
        /// For which order, whose id is the reference.
        order: OrderId,
    },
    /// `GET /v1/mirrors/{sku}`, answered by [`Reply::Mirror`](super::Reply::Mirror).
    ReadMirror {
        /// The mirror.
        sku: JerkySku,
    },
}

/// One line of a reservation to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReserveLine {
    /// Unique in the reservation: the order's line, and the component's number for kits.
    pub line: LineId,
    /// The item.
    pub sku: JerkySku,
    /// In base units.
    pub quantity: Quantity,
    /// The base unit.
    pub unit: Unit,
    /// The lots to take, where the shop promises a shelf life; empty leaves it to the vendor.
    pub lots: Vec<LotPick>,
}

/// How much to take of one lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotPick {
    /// The lot.
    pub lot: LotId,
    /// Where it lies.
    pub location: Location,
    /// In base units.
    pub quantity: Quantity,
}

/// A quantity of one line of a reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservationPart {
    /// The reservation's line.
    pub line: LineId,
    /// In base units.
    pub quantity: Quantity,
}

/// Why one line of an order was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineReason {
    /// The order's line.
    pub line: LineId,
    /// In a word the shop can show.
    pub reason: String,
}

/// One change of a batch of adjustments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Idempotent for ever.
    pub change_id: String,
    /// What kind of movement.
    pub kind: ChangeKind,
    /// The item.
    pub sku: JerkySku,
    /// The lot, where the movement concerns one.
    pub lot: Option<LotId>,
    /// Where it lies.
    pub location: Option<Location>,
    /// In base units; signed for an adjustment.
    pub quantity: Quantity,
    /// The base unit.
    pub unit: Unit,
    /// Last usable day of the lot, where it may have to be opened.
    pub expires_on: Option<Date>,
    /// The order, return or count behind it.
    pub reference: String,
    /// For people.
    pub reason: String,
}

/// The movements the hub asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// A signed delta on what is available.
    Adjustment,
    /// Goods came back, into quality control.
    Return,
    /// From quality control to available.
    Restock,
    /// Out of the warehouse for good.
    Disposal,
}

impl Command {
    /// Whether it only reads.
    pub fn is_read(&self) -> bool {
        matches!(
            self,
            Self::ReadOrder { .. }
                | Self::ReadProduct { .. }
                | Self::ReadStock { .. }
                | Self::ReadReservation { .. }
                | Self::ReadReservations { .. }
                | Self::ReadMirror { .. }
        )
    }

    /// What it does, in a word.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Reserve { .. } => "reserve",
            Self::Commit { .. } => "commit",
            Self::Release { .. } => "release",
            Self::Extend { .. } => "extend",
            Self::Confirm { .. } => "confirm",
            Self::Reject { .. } => "reject",
            Self::Cancel { .. } => "cancel",
            Self::Adjust { .. } => "adjust",
            Self::Publish { .. } => "publish",
            Self::PublishMirror { .. } => "publish-mirror",
            Self::ReadOrder { .. } => "read-order",
            Self::ReadProduct { .. } => "read-product",
            Self::ReadStock { .. } => "read-stock",
            Self::ReadReservation { .. } => "read-reservation",
            Self::ReadReservations { .. } => "read-reservations",
            Self::ReadMirror { .. } => "read-mirror",
        }
    }

    /// Whether it carries an `Idempotency-Key`, under which no other payload may be sent.
    pub const fn is_frozen(&self) -> bool {
        matches!(
            self,
            Self::Reserve { .. }
                | Self::Commit { .. }
                | Self::Release { .. }
                | Self::Extend { .. }
                | Self::Adjust { .. }
                | Self::PublishMirror { .. }
        )
    }

    /// What its refusals are counted by. Where a definite answer makes the next attempt take a key of
    /// its own, that is not the `key`: the intention outlives it.
    pub(crate) fn intention<'a>(&'a self, key: &'a str) -> Cow<'a, str> {
        match self {
            Self::Reserve { order, .. } => Cow::Owned(format!("reserve:{order}")),
            Self::Adjust { changes } => changes
                .first()
                .map_or(key, |change| &change.change_id)
                .into(),
            // Its last part counts the refusals.
            Self::Release { .. } => key.rsplit_once(':').map_or(key, |(what, _)| what).into(),
            _ => key.into(),
        }
    }

    /// Whether it takes goods or gives them back, and would do so twice where a vendor forgot its key.
    pub fn moves_goods(&self) -> bool {
        matches!(
            self,
            Self::Reserve { .. } | Self::Commit { .. } | Self::Release { .. }
        )
    }

    /// Whether sending it again is the way to ask what became of it. Extending twice takes nothing and
    /// moves nothing, and what is asked about for too long has ended.
    pub fn asks_by_repeating(&self) -> bool {
        self.is_read() || matches!(self, Self::Adjust { .. } | Self::Extend { .. })
    }
}
