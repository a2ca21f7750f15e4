//! The jerky system's ground truth, in base units (grams, millilitres, pieces).

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::oracle::names::{JerkySku, Lot, ReservationId};

/// What happened in the jerky warehouse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum JerkyFact {
    /// A stocked item came to be.
    Item {
        /// The item.
        sku: JerkySku,
        /// IANA name of the zone in which its lots expire.
        zone: String,
        /// Safety stock that the vendor itself withholds.
        safety: i64,
    },
    /// A lot came to be, or its status or expiry day changed.
    Lot {
        /// The item.
        sku: JerkySku,
        /// The lot.
        lot: Lot,
        /// Its status from now on.
        status: LotStatus,
        /// The last day it is usable, in the warehouse's zone; `None` never expires.
        expires_on: Option<Date>,
    },
    /// Goods went from one account of an item to another.
    Moved {
        /// The item.
        sku: JerkySku,
        /// The lot.
        lot: Lot,
        /// The place.
        location: String,
        /// Taken from here.
        from: Account,
        /// Given to there.
        to: Account,
        /// Base units; never negative.
        quantity: i64,
        /// The movement's kind in the vendor's words, such as `receipt` or `restock`.
        cause: String,
        /// The change id, reservation or transaction behind it.
        subject: Option<String>,
    },
    /// The owner of the stock counted a lot.
    Counted {
        /// The item.
        sku: JerkySku,
        /// The lot.
        lot: Lot,
        /// The place.
        location: String,
        /// Base units found on hand.
        counted: i64,
    },
    /// A reservation came to be.
    Opened {
        /// The reservation.
        id: ReservationId,
        /// The order it is for, as the caller wrote it.
        reference: String,
        /// When it ends by itself.
        expires_at: Timestamp,
        /// What it holds.
        lines: Vec<ReservedLine>,
    },
    /// Reserved goods were committed.
    Committed {
        /// The reservation.
        id: ReservationId,
        /// The shipment, as the caller wrote it.
        reference: String,
        /// What was committed, with the lots that left.
        lines: Vec<ReservedLine>,
    },
    /// Lines of a reservation moved to other lots, because their own had become ineligible.
    Reallocated {
        /// The reservation.
        id: ReservationId,
        /// Every line touched, with all that it holds now.
        lines: Vec<ReservedLine>,
    },
    /// Reserved goods were given back by the caller.
    Released {
        /// The reservation.
        id: ReservationId,
        /// What was given back.
        lines: Vec<ReservedLine>,
    },
    /// The rest of a reservation ended with its time to live.
    Expired {
        /// The reservation.
        id: ReservationId,
    },
    /// A reservation's time to live was moved.
    Extended {
        /// The reservation.
        id: ReservationId,
        /// When it ends by itself now.
        expires_at: Timestamp,
    },
    /// A mirror of polish-owned stock was set.
    Mirrored {
        /// The mirror.
        sku: JerkySku,
        /// Base units of the mirror.
        quantity: i64,
        /// The source's sequence that the caller gave.
        source_sequence: u64,
    },
}

/// One line of a reservation, or the part of it that a commit or release concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservedLine {
    /// The line.
    pub line_id: String,
    /// The item.
    pub sku: JerkySku,
    /// Base units.
    pub quantity: i64,
    /// The caller chose the lots; otherwise the vendor picked them.
    pub directed: bool,
    /// From which lots; may be empty for a release.
    pub allocations: Vec<Allocation>,
}

/// A quantity out of one lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// The lot.
    pub lot: Lot,
    /// Base units.
    pub quantity: i64,
}

/// Where goods of an item can be. All accounts of an item sum to zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// Outside, before receipt.
    Supplier,
    /// In the warehouse and free.
    Available,
    /// Held for a reservation.
    Reserved,
    /// Committed, waiting for the carrier.
    Committed,
    /// In the warehouse, broken.
    Damaged,
    /// In the warehouse, under inspection.
    QualityControl,
    /// Outside, sold.
    Sold,
    /// Outside, disposed of.
    Disposed,
    /// Outside, found missing or surplus by a count or adjustment.
    CountedOff,
    /// Between two places of the warehouse; zero after every transfer.
    InTransit,
}

impl Account {
    /// The accounts of goods that are in the warehouse.
    pub const ON_HAND: [Self; 5] = [
        Self::Available,
        Self::Reserved,
        Self::Committed,
        Self::Damaged,
        Self::QualityControl,
    ];
}

impl JerkyFact {
    /// The item this is about; `None` for a reservation, which may be about several.
    pub fn item(&self) -> Option<&JerkySku> {
        match self {
            Self::Item { sku, .. }
            | Self::Lot { sku, .. }
            | Self::Moved { sku, .. }
            | Self::Counted { sku, .. }
            | Self::Mirrored { sku, .. } => Some(sku),
            Self::Opened { .. }
            | Self::Committed { .. }
            | Self::Reallocated { .. }
            | Self::Released { .. }
            | Self::Expired { .. }
            | Self::Extended { .. } => None,
        }
    }

    /// Whether this is about the item, be it as a line of a reservation.
    pub fn concerns(&self, item: &JerkySku) -> bool {
        match self {
            Self::Opened { lines, .. }
            | Self::Committed { lines, .. }
            | Self::Reallocated { lines, .. }
            | Self::Released { lines, .. } => lines.iter().any(|line| line.sku == *item),
            _ => self.item() == Some(item),
        }
    }

    /// The reservation this is about.
    pub fn reservation(&self) -> Option<&ReservationId> {
        match self {
            Self::Opened { id, .. }
            | Self::Committed { id, .. }
            | Self::Reallocated { id, .. }
            | Self::Released { id, .. }
            | Self::Expired { id }
            | Self::Extended { id, .. } => Some(id),
            Self::Item { .. }
            | Self::Lot { .. }
            | Self::Moved { .. }
            | Self::Counted { .. }
            | Self::Mirrored { .. } => None,
        }
    }
}

/// An entry of the jerky system's change feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedEvent {
    /// Gapless from 1.
    pub position: u64,
    /// Its id, which the webhook about it bears as well.
    pub id: String,
    /// The item.
    pub sku: JerkySku,
    /// The item's sequence after it.
    pub sequence: u64,
    /// When it happened, in world time.
    pub at: Timestamp,
}

/// A lot's status. Expired is derived from its date, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LotStatus {
    /// Not yet inspected.
    Quarantine,
    /// May be sold.
    Released,
    /// Stopped for now.
    OnHold,
    /// Called back by the producer.
    Recalled,
    /// Gone.
    Disposed,
}

/// A stock level as somebody stated it: the vendor in a reply, or the middleware from its store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// When it was stated.
    pub at: Timestamp,
    /// The item.
    pub sku: JerkySku,
    /// In the warehouse, all accounts together.
    pub on_hand: i64,
    /// Free to promise.
    pub available: i64,
    /// Waiting for the carrier.
    pub committed: i64,
    /// Held for reservations.
    pub reserved: i64,
    /// Broken.
    pub damaged: i64,
    /// Withheld as safety stock.
    pub safety_stock: i64,
    /// Under inspection, unreleased or expired.
    pub quality_control: i64,
    /// On hand by lot.
    pub lots: Vec<Allocation>,
}
