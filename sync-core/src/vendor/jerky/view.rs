//! What the jerky vendor says, parsed: base units, domain names, nothing optional by accident.
//!
//! The vendor's own shapes are in `wire`; what a view means for an order is the engine's business.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    lot::LotStatus,
    quantity::Quantity,
    sku::{EventId, JerkySku, LineId, Location, LotId, ReservationId, Warehouse},
    unit::Unit,
    vendor::{error::Problem, reading::Unreadable},
};

/// The stock of one item, with its lots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockLevelView {
    /// The item.
    pub sku: JerkySku,
    /// The unit the vendor counts in. Quantities below are already in its base unit; the mapping
    /// must still agree with it, or the number is a thousand times wrong.
    pub unit: Unit,
    /// Everything in the warehouse.
    pub on_hand: Quantity,
    /// Free to reserve, the vendor's safety stock already withheld.
    pub available: Quantity,
    /// Committed to a reservation and not picked up yet.
    pub committed: Quantity,
    /// Held by pending reservations.
    pub reserved: Quantity,
    /// Not fit for sale.
    pub damaged: Quantity,
    /// Withheld by the vendor from `available`, of the item as a whole.
    pub safety_stock: Quantity,
    /// In quality control, or in a lot that is unreleased or expired.
    pub quality_control: Quantity,
    /// Counts every change of this item at the vendor.
    pub sequence: u64,
    /// When the vendor read it, by the vendor's clock. Never used to order anything.
    pub as_of: Timestamp,
    /// Its lots, as the vendor lists them.
    pub lots: Vec<LotView>,
}

/// The stock of one lot at one location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotView {
    /// The lot.
    pub lot: LotId,
    /// Where it lies.
    pub location: Location,
    /// What quality control says of it.
    pub status: LotStatus,
    /// Production day.
    pub produced_on: Option<Date>,
    /// Last usable day in the warehouse's zone; a lot without one never expires.
    pub expires_on: Option<Date>,
    /// Everything of this lot here.
    pub on_hand: Quantity,
    /// Free to reserve; the item's safety stock is not deducted from it.
    pub available: Quantity,
    /// Held by pending reservations.
    pub reserved: Quantity,
    /// Committed and not picked up yet.
    pub committed: Quantity,
    /// Not fit for sale.
    pub damaged: Quantity,
    /// In quality control, unreleased or expired.
    pub quality_control: Quantity,
}

/// An item of the jerky catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemView {
    /// The item.
    pub sku: JerkySku,
    /// Its name in print.
    pub name: String,
    /// Whether the vendor owns its stock.
    pub kind: ItemKind,
    /// The unit it is counted in.
    pub unit: Unit,
    /// The warehouse that holds it.
    pub warehouse: Warehouse,
    /// IANA name of the warehouse's zone, in which its lots expire.
    pub time_zone: String,
    /// The vendor's safety stock for it.
    pub safety_stock: Quantity,
    /// No longer traded.
    pub discontinued: bool,
    /// Counts every change of this item at the vendor.
    pub sequence: u64,
}

/// Which side owns the stock of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// The jerky warehouse.
    Stocked,
    /// The other side; the vendor shows what was last published to it.
    Mirror,
}

/// One entry of the change feed, or the body of one webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JerkyEventView {
    /// The vendor's id, the same in the feed and in every delivery.
    pub id: EventId,
    /// What happened.
    pub kind: JerkyEventKind,
    /// Its place in the feed; gapless from 1.
    pub position: u64,
    /// The item concerned.
    pub sku: JerkySku,
    /// The item's sequence after the change.
    pub sequence: u64,
    /// By the vendor's clock.
    pub occurred_at: Timestamp,
    /// What the vendor says caused it.
    pub cause: CauseView,
    /// The level after the change.
    pub stock: StockLevelView,
    /// The reservation, when one expired.
    pub reservation: Option<ReservationView>,
}

/// The kinds of jerky event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum JerkyEventKind {
    /// Some quantity moved.
    #[serde(rename = "stock.changed")]
    StockChanged,
    /// A lot was released, held, recalled…
    #[serde(rename = "lot.status_changed")]
    LotStatusChanged,
    /// A reservation's time to live ran out.
    #[serde(rename = "reservation.expired")]
    ReservationExpired,
}

/// Why a level changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CauseView {
    /// The vendor's word: `receipt`, `reservation`, `count`…
    pub kind: String,
    /// The caller's reference, where there was one.
    pub reference: Option<String>,
    /// Whose credentials did it.
    pub actor: String,
}

/// Where a reservation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReservationState {
    /// Some quantity is still held.
    Pending,
    /// Resolved, and something of it was committed.
    Committed,
    /// Resolved, all of it released.
    Released,
    /// Its time to live ran out.
    Expired,
}

/// A reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservationView {
    /// The vendor's id.
    pub id: ReservationId,
    /// The caller's reference.
    pub reference: String,
    /// Where it stands.
    pub state: ReservationState,
    /// When what is still held is given back, by the vendor's clock.
    pub expires_at: Timestamp,
    /// By the vendor's clock.
    pub created_at: Timestamp,
    /// What it holds.
    pub lines: Vec<ReservationLineView>,
    /// Its commits, in order.
    pub commits: Vec<CommitView>,
    /// Levels of the items touched, in replies to writes.
    pub stock: Vec<StockLevelView>,
    /// Levels in the same reply that could not be read. They spoil nothing else of it.
    #[serde(skip)]
    pub unreadable: Vec<Unreadable>,
}

/// One line of a reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservationLineView {
    /// The caller's name for the line.
    pub line_id: LineId,
    /// The item.
    pub sku: JerkySku,
    /// The unit the vendor speaks of this line in. Commits and releases of it are told in it.
    pub unit: Unit,
    /// Reserved in all.
    pub quantity: Quantity,
    /// Committed so far.
    pub committed: Quantity,
    /// Given back so far, by release or expiry.
    pub released: Quantity,
    /// The lots that serve it.
    pub allocations: Vec<AllocationView>,
}

/// A quantity of one lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocationView {
    /// The lot.
    pub lot: LotId,
    /// Where it lies.
    pub location: Location,
    /// How much of it.
    pub quantity: Quantity,
    /// How much of that was committed.
    pub committed: Quantity,
    /// Last usable day of the lot.
    pub expires_on: Option<Date>,
}

/// One commit of a reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitView {
    /// The caller's reference.
    pub reference: String,
    /// By the vendor's clock.
    pub at: Timestamp,
    /// What was committed.
    pub lines: Vec<CommitLineView>,
}

/// One line of a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitLineView {
    /// The reservation's line.
    pub line_id: LineId,
    /// How much.
    pub quantity: Quantity,
}

/// What became of one change of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchResultView {
    /// The caller's name for the change.
    pub change_id: String,
    /// An HTTP status for this change alone; 2xx is applied.
    pub status: u16,
    /// Applied earlier; this is the same result again.
    pub replayed: bool,
    /// The item's sequence after the change.
    pub sequence: Option<u64>,
    /// The level after the change.
    pub stock: Option<StockLevelView>,
    /// Why it was refused.
    pub problem: Option<Problem>,
}

/// What the jerky side shows of stock that the polish side owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MirrorView {
    /// The item.
    pub sku: JerkySku,
    /// What was last published.
    pub quantity: Quantity,
    /// The sequence it was published with.
    pub source_sequence: u64,
}

/// A webhook endpoint as the vendor lists it. The secret is shown at registration only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointView {
    /// The vendor's id.
    pub id: String,
    /// Where deliveries go.
    pub url: String,
    /// Whether the vendor still delivers.
    pub status: EndpointStatus,
}

/// Whether the vendor still delivers to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointStatus {
    /// It does.
    Enabled,
    /// It gave up.
    Disabled,
}
