//! What the engine can be told, and what it says it made of it.

use std::collections::BTreeSet;

use bytes::Bytes;
use jiff::Timestamp;

use crate::{
    sku::{JerkySku, OrderId, PolishSku, ReservationId},
    vendor::{
        jerky::view::{ItemView, JerkyEventView, MirrorView, ReservationView, StockLevelView},
        polish::view::{CountView, OrderView, PolishEventView, ProductView},
        reading::{Row, Unreadable},
    },
};

/// Something that was learned from a vendor. Observing it twice, or late, changes nothing.
#[derive(Clone, Debug)]
pub enum Observation {
    /// A jerky webhook whose signature was verified.
    JerkyWebhook {
        /// What it said.
        event: Box<JerkyEventView>,
        /// Its exact bytes.
        raw: Bytes,
    },
    /// A page of the change feed.
    JerkyFeed {
        /// Its rows, in order.
        events: Vec<Row<JerkyEventView>>,
        /// The position of the last row; the feed's cursor moves here with the rows' effects.
        up_to: u64,
    },
    /// The feed had forgotten the cursor. Tell it after a sweep of the stock that began when the
    /// feed's end stood at `at`.
    FeedRestarted {
        /// The new cursor.
        at: u64,
    },
    /// Items of the jerky catalogue.
    Items(Vec<Row<ItemView>>),
    /// Stock levels that were read, not pushed.
    Stock(Vec<Row<StockLevelView>>),
    /// Reservations that were read.
    Reservations(Vec<Row<ReservationView>>),
    /// Mirrors that were read.
    Mirrors(Vec<Row<MirrorView>>),
    /// A polish webhook whose signature was verified.
    PolishWebhook(PolishEventView),
    /// Products that were read.
    Products {
        /// The rows.
        rows: Vec<Row<ProductView>>,
        /// Where the next poll starts; none for a sweep.
        cursor: Option<Timestamp>,
    },
    /// Orders that were read.
    Orders {
        /// The rows.
        rows: Vec<Row<OrderView>>,
        /// Where the next poll starts; none for a sweep.
        cursor: Option<Timestamp>,
    },
    /// Recounts on the shop's side.
    Counts {
        /// The rows, ids ascending.
        rows: Vec<Row<CountView>>,
        /// The id after which the next poll reads.
        cursor: Option<String>,
    },
    /// Something that could not even be read: an event with a broken body, say.
    Unreadable(Unreadable),
    /// A sweep reached its end. What it should have shown and did not is read one by one, and
    /// dead commands get another chance.
    Swept(Swept),
}

/// A sweep that reached its end, and what it showed.
#[derive(Clone, Debug)]
pub enum Swept {
    /// All stock levels.
    Stock {
        /// The items it showed, unreadable rows excepted.
        seen: BTreeSet<JerkySku>,
    },
    /// All products.
    Products {
        /// The products it showed, unreadable rows excepted.
        seen: BTreeSet<PolishSku>,
    },
    /// All orders that are pending, confirmed or partially fulfilled.
    OpenOrders {
        /// The orders it showed, unreadable rows excepted.
        seen: BTreeSet<OrderId>,
        /// When it began, by the hub's clock: an order first seen later need not be in it.
        began: Timestamp,
    },
    /// All pending reservations.
    Reservations {
        /// The reservations it showed, unreadable rows excepted.
        seen: BTreeSet<ReservationId>,
        /// When it began, by the hub's clock.
        began: Timestamp,
    },
}

/// What the engine made of an observation or an outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Things that were new and taken in.
    pub applied: usize,
    /// Things that were known already: duplicates, older versions, echoes of our own writes.
    pub stale: usize,
    /// Things that were put into quarantine.
    pub quarantined: usize,
    /// Alerts raised.
    pub alerts: usize,
    /// Commands written to the outbox.
    pub commands: usize,
}

impl std::ops::AddAssign for Observed {
    fn add_assign(&mut self, other: Self) {
        self.applied += other.applied;
        self.stale += other.stale;
        self.quarantined += other.quarantined;
        self.alerts += other.alerts;
        self.commands += other.commands;
    }
}
