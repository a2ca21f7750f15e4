//! The history of one run: append-only facts as plain data, which the harness fills and the
//! oracle replays. No vendor's type, no middleware's type and no judgement lives here.
//!
//! Every `at` is in the world's time. A vendor whose clock is skewed writes skewed facts; whoever
//! converts them puts them back on the world's clock and reports the skew in [`Limits::skew`].

mod exchange;
mod hub;
mod jerky;
mod mapping;
mod polish;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use exchange::{Delivery, Exchange, Vendor};
pub use hub::{Checkpoint, Crash, HubView, OutboxRow, Quarantined, inbox_key};
pub use jerky::{Account, Allocation, FeedEvent, JerkyFact, Level, LotStatus, ReservedLine};
pub use mapping::{Component, Criticality, Direction, Listing, Mapping, Mirror, Policy};
pub use polish::{PolishFact, ProductKind, Returned, ShopAccount, ShopLine, ShopQuantity};

/// Everything the oracle reads about one run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct History {
    /// When what happened.
    pub phases: Phases,
    /// How long is too long, in this run.
    pub limits: Limits,
    /// Which listing is made of what.
    pub mapping: Mapping,
    /// The jerky system's ground truth, ordered by number.
    pub jerky: Vec<Fact<JerkyFact>>,
    /// The polish shop's ground truth, ordered by number.
    pub polish: Vec<Fact<PolishFact>>,
    /// The jerky system's whole change feed, ordered by position.
    pub feed: Vec<FeedEvent>,
    /// Stock levels that the jerky system reported (the last sweep of the run is enough).
    pub levels: Vec<Level>,
    /// Every request of the middleware, ordered by `sent_at`.
    pub exchanges: Vec<Exchange>,
    /// Every webhook attempt towards the middleware, ordered by `sent_at`, forged ones included.
    pub deliveries: Vec<Delivery>,
    /// The middleware's crashes, oldest first.
    pub crashes: Vec<Crash>,
    /// The middleware's durable cursors at each crash and at the end, oldest first.
    pub checkpoints: Vec<Checkpoint>,
    /// The same in each commit that moved a cursor, oldest first; none in a world so large that
    /// reading all of it each time would cost more than the run.
    pub moves: Vec<Checkpoint>,
    /// When faults stood between the middleware and the vendors, each stretch with the time until its
    /// traces are repaired; in order and apart from each other.
    pub disturbed: Vec<Stretch>,
    /// What the middleware says of itself at the end.
    pub hub: HubView,
}

/// One entry of a vendor's ground-truth ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact<T> {
    /// Position in that vendor's ledger; orders facts of one instant.
    pub number: u64,
    /// World time.
    pub at: Timestamp,
    /// Who caused it.
    pub actor: Actor,
    /// Idempotency key, change id or reference that the caller gave.
    pub key: Option<String>,
    /// What happened.
    pub what: T,
}

/// Who caused a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The middleware under judgement.
    Middleware,
    /// Warehouse or shop staff.
    Staff,
    /// A shopper.
    Storefront,
    /// The vendor itself: expiry, pick-up, seeding.
    System,
}

/// From when until when.
pub type Stretch = (Timestamp, Timestamp);

/// When what happened, in world time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phases {
    /// The world starts.
    pub started: Timestamp,
    /// No traffic actor does anything after this.
    pub traffic_ended: Timestamp,
    /// No fault strikes after this; `traffic_ended` when there was none at all.
    pub faults_ended: Timestamp,
    /// When the harness first saw nothing left to do, or `None`.
    pub converged: Option<Timestamp>,
    /// The window in which nothing should be written, when there was one.
    pub quiescent: Option<(Timestamp, Timestamp)>,
    /// The last moment observed.
    pub ended: Timestamp,
}

/// How long is too long, in this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// How old a true state may be to justify a published number, in undisturbed time.
    pub staleness: SignedDuration,
    /// How long a published number may stand once it is true no more, in undisturbed time.
    pub standing: SignedDuration,
    /// How long after the last fault and the last traffic everything must agree.
    pub convergence: SignedDuration,
    /// How long past its time to live an unresolved reservation may linger.
    pub expiry: SignedDuration,
    /// How long until a scheduled sweep has seen everything once.
    pub sweep: SignedDuration,
    /// The stretch over which a throttled backlog must have shrunk.
    pub backlog: SignedDuration,
    /// The longest a vendor may ask the middleware to wait; more counts as absurd.
    pub retry_after: SignedDuration,
    /// How far the two vendors' clocks were apart at most.
    pub skew: SignedDuration,
    /// How far the shop's clock was off at most: its times are what a poll's cursor counts in.
    pub shop_skew: SignedDuration,
    /// How long a number that the shop took down by itself must stand once it was read, so that the
    /// order behind it can arrive.
    pub cause: SignedDuration,
    /// How long an order's confirmation waits for the lower number at most.
    pub lowered: SignedDuration,
    /// How long until the middleware hears of a change by itself, without any webhook.
    pub notice: SignedDuration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            staleness: SignedDuration::from_mins(15),
            standing: SignedDuration::from_mins(20),
            convergence: SignedDuration::from_mins(30),
            expiry: SignedDuration::from_mins(1),
            sweep: SignedDuration::from_mins(15),
            backlog: SignedDuration::from_mins(5),
            retry_after: SignedDuration::from_mins(2),
            skew: SignedDuration::ZERO,
            shop_skew: SignedDuration::ZERO,
            cause: SignedDuration::from_secs(3),
            lowered: SignedDuration::from_secs(20),
            notice: SignedDuration::from_secs(40),
        }
    }
}
