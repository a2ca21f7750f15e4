//! Ground truth: every fact of the warehouse, in order, from the first lot on its shelf.
//!
//! Whoever judges the world replays these facts and needs nothing else: seeding is facts too. The
//! warehouse writes them and never reads them back.

use std::{borrow::Cow, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    date::{LotDate, Zone},
    ids::{Actor, LineId, Location, LotId, Reference, ReservationId, Sku},
    model::{ItemKind, LotStatus},
    quantity::{Quantity, Unit},
};

/// One fact with who and what caused it. `number` counts from 1 without gaps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Position in the ledger.
    pub number: u64,
    /// When, by the warehouse's clock.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// The operation id that did it (`create_reservation`, …), or `tick` or `seed`.
    pub operation: Cow<'static, str>,
    /// The idempotency key of the request, where it carried one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Arc<str>>,
    /// What became true.
    #[serde(flatten)]
    pub fact: Fact,
}

/// What became true. Quantities are base units (GRM, MLT, H87).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// An item exists, with no stock yet.
    ItemSeeded {
        /// The item.
        sku: Sku,
        /// Owned here, or a mirror of the other side's stock.
        kind: ItemKind,
        /// The unit of its quantities on the wire.
        unit: Unit,
        /// The zone in which its lots expire.
        time_zone: Zone,
        /// What is withheld from its available stock.
        safety_stock: Quantity,
    },
    /// A lot exists, with no stock yet.
    LotOpened {
        /// The item.
        sku: Sku,
        /// The lot.
        lot: LotId,
        /// Its first status.
        status: LotStatus,
        /// When it was made.
        produced_on: Option<LotDate>,
        /// Its last usable day; never expires when absent.
        expires_on: Option<LotDate>,
    },
    /// A lot changed its status.
    LotChanged {
        /// The item.
        sku: Sku,
        /// The lot.
        lot: LotId,
        /// The status from here on.
        status: LotStatus,
        /// Its last usable day.
        expires_on: Option<LotDate>,
    },
    /// A quantity went from one account to another. The only fact that changes stock of items
    /// owned here.
    Moved {
        /// The item.
        sku: Sku,
        /// The lot.
        lot: LotId,
        /// The place.
        location: Location,
        /// The account that gave.
        from: Account,
        /// The account that took.
        to: Account,
        /// How much; always above zero.
        quantity: Quantity,
        /// Why.
        cause: CauseKind,
        /// The reservation, change or transaction behind it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<Arc<str>>,
    },
    /// Stock was reserved.
    ReservationOpened {
        /// The reservation.
        id: ReservationId,
        /// The caller's transaction.
        reference: Reference,
        /// When it lapses unless resolved.
        expires_at: Timestamp,
        /// Every line with what it holds.
        lines: Vec<FactLine>,
    },
    /// Part or all of a reservation was committed.
    ReservationCommitted {
        /// The reservation.
        id: ReservationId,
        /// The caller's transaction (a shipment).
        reference: Reference,
        /// What was committed, line by line, with the lots that leave.
        lines: Vec<FactLine>,
    },
    /// Part of a reservation moved to other lots, because its own had become ineligible.
    ReservationReallocated {
        /// The reservation.
        id: ReservationId,
        /// Every line touched, with all it holds now.
        lines: Vec<FactLine>,
    },
    /// Part or all of a reservation was given back.
    ReservationReleased {
        /// The reservation.
        id: ReservationId,
        /// What was given back.
        lines: Vec<FactLine>,
    },
    /// The unresolved rest of a reservation lapsed.
    ReservationExpired {
        /// The reservation.
        id: ReservationId,
        /// What lapsed.
        lines: Vec<FactLine>,
    },
    /// A reservation lives longer.
    ReservationExtended {
        /// The reservation.
        id: ReservationId,
        /// When it lapses from now on.
        expires_at: Timestamp,
    },
    /// Somebody counted a lot in a place. The movement that corrects the books follows.
    Counted {
        /// The item.
        sku: Sku,
        /// The lot.
        lot: LotId,
        /// The place.
        location: Location,
        /// What was on hand by count.
        counted: Quantity,
        /// What was on hand by the books.
        previous: Quantity,
    },
    /// The owner of a mirrored item told its availability.
    MirrorSet {
        /// The item.
        sku: Sku,
        /// What is available over there.
        quantity: Quantity,
        /// The owner's own order of changes.
        source_sequence: u64,
    },
}

/// A line of a reservation in a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactLine {
    /// The caller's name of the line.
    pub line_id: LineId,
    /// The item.
    pub sku: Sku,
    /// How much this fact is about.
    pub quantity: Quantity,
    /// Whether the caller named the lots itself; otherwise the warehouse picked by FEFO.
    pub directed: bool,
    /// The lots it is about.
    pub allocations: Vec<FactAllocation>,
}

/// A quantity of one lot in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactAllocation {
    /// The lot.
    pub lot: LotId,
    /// The place.
    pub location: Location,
    /// How much.
    pub quantity: Quantity,
    /// The lot's last usable day.
    pub expires_on: Option<LotDate>,
}

/// The accounts of a lot in a place. The first five are its on-hand stock, the others lie
/// outside; over all of them every lot in every place sums to zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// On the shelf and promised to nobody.
    OnHand,
    /// Promised to a pending reservation.
    Reserved,
    /// Picked for a shipment, waiting for the carrier.
    Committed,
    /// Damaged.
    Damaged,
    /// Returned and not yet judged.
    QualityControl,
    /// Where receipts come from; never above zero.
    Supplier,
    /// Gone with the carrier, less what came back.
    Sold,
    /// Destroyed.
    Disposed,
    /// Differences found by counts and adjustments.
    CountedOff,
    /// Between two places; zero after every transfer.
    InTransit,
}

/// Why stock changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// The opening balance.
    Seed,
    /// Goods came in.
    Receipt,
    /// A correction by a delta.
    Adjustment,
    /// A physical count.
    Count,
    /// Goods found damaged.
    Damage,
    /// Goods came back.
    Return,
    /// Returned goods found good.
    Restock,
    /// Goods destroyed.
    Disposal,
    /// Goods moved to another place.
    Transfer,
    /// A lot changed its status.
    LotStatus,
    /// A reservation was made.
    Reservation,
    /// A reservation moved to other lots.
    Reallocation,
    /// A reservation was committed.
    Commit,
    /// A reservation was released.
    Release,
    /// A reservation lapsed.
    Expiry,
    /// The carrier picked up.
    Sale,
    /// The owner of a mirrored item told its availability.
    Mirror,
}

/// The append-only ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Truth {
    entries: Vec<Entry>,
}

impl Account {
    /// All accounts, in the order of their index.
    pub const ALL: [Self; 10] = [
        Self::OnHand,
        Self::Reserved,
        Self::Committed,
        Self::Damaged,
        Self::QualityControl,
        Self::Supplier,
        Self::Sold,
        Self::Disposed,
        Self::CountedOff,
        Self::InTransit,
    ];

    /// Whether goods in this account stand in the warehouse.
    pub fn is_stock(self) -> bool {
        (self as usize) < 5
    }
}

impl Truth {
    /// All facts so far, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The facts after the first `known`, for whoever already has those.
    pub fn since(&self, known: usize) -> &[Entry] {
        self.entries.get(known..).unwrap_or_default()
    }

    pub(crate) fn record(&mut self, stamp: &Stamp, fact: Fact) {
        self.entries.push(Entry {
            number: self.entries.len() as u64 + 1,
            at: stamp.at,
            actor: stamp.actor.clone(),
            operation: Cow::Borrowed(stamp.operation),
            key: stamp.key.clone(),
            fact,
        });
    }
}

/// Who does what, and when: the part of an entry that all facts of one command share.
#[derive(Clone, Debug)]
pub(crate) struct Stamp {
    pub(crate) at: Timestamp,
    pub(crate) actor: Actor,
    pub(crate) operation: &'static str,
    pub(crate) key: Option<Arc<str>>,
}
