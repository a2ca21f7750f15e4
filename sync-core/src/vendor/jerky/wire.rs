//! The jerky vendor's own shapes, and how each becomes a view.
//!
//! Parsing is strict where a lenient reading would move stock: units, signs, sums, dates. Fields
//! that the hub does not use are not listed and may come and go.

use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::view::{
    AllocationView, BatchResultView, CauseView, CommitLineView, CommitView, EndpointStatus,
    EndpointView, ItemKind, ItemView, JerkyEventKind, JerkyEventView, LotView, MirrorView,
    ReservationLineView, ReservationState, ReservationView, StockLevelView,
};
use crate::{
    decimal,
    lot::LotStatus,
    quantity::Quantity,
    sku::{EventId, JerkySku, LineId, Location, LotId, ReservationId, Warehouse},
    unit::Unit,
    vendor::{
        error::Problem,
        reading::{RawRows, Readable, Row, read, short_text, sort_rows},
    },
};

#[derive(Deserialize)]
pub(crate) struct StockLevel {
    sku: JerkySku,
    unit: Unit,
    on_hand: String,
    available: String,
    committed: String,
    reserved: String,
    damaged: String,
    safety_stock: String,
    quality_control: String,
    sequence: u64,
    as_of: Timestamp,
    lots: Vec<Lot>,
}

#[derive(Deserialize)]
struct Lot {
    lot: LotId,
    location: Location,
    status: LotStatus,
    #[serde(default)]
    produced_on: Option<Date>,
    #[serde(default)]
    expires_on: Option<Date>,
    on_hand: String,
    available: String,
    reserved: String,
    committed: String,
    damaged: String,
    quality_control: String,
}

#[derive(Deserialize)]
pub(crate) struct Item {
    sku: JerkySku,
    name: String,
    kind: ItemKind,
    unit: Unit,
    warehouse: Warehouse,
    time_zone: String,
    safety_stock: String,
    discontinued: bool,
    sequence: u64,
}

#[derive(Deserialize)]
pub(crate) struct Event {
    id: EventId,
    #[serde(rename = "type")]
    kind: JerkyEventKind,
    position: u64,
    sku: JerkySku,
    sequence: u64,
    occurred_at: Timestamp,
    cause: Cause,
    data: EventData,
}

#[derive(Deserialize)]
struct Cause {
    kind: String,
    #[serde(default)]
    reference: Option<String>,
    actor: String,
}

#[derive(Deserialize)]
struct EventData {
    stock: StockLevel,
    #[serde(default)]
    reservation: Option<Reservation>,
}

#[derive(Deserialize)]
pub(crate) struct Reservation {
    id: ReservationId,
    reference: String,
    state: ReservationState,
    expires_at: Timestamp,
    created_at: Timestamp,
    lines: Vec<ReservationLine>,
    #[serde(default)]
    commits: Vec<Commit>,
    #[serde(default)]
    stock: RawRows,
}

#[derive(Deserialize)]
struct ReservationLine {
    line_id: LineId,
    sku: JerkySku,
    quantity: String,
    unit: Unit,
    committed: String,
    released: String,
    allocations: Vec<Allocation>,
}

#[derive(Deserialize)]
struct Allocation {
    lot: LotId,
    location: Location,
    quantity: String,
    #[serde(default)]
    committed: Option<String>,
    #[serde(default)]
    expires_on: Option<Date>,
}

#[derive(Deserialize)]
struct Commit {
    reference: String,
    at: Timestamp,
    lines: Vec<CommitLine>,
}

#[derive(Deserialize)]
struct CommitLine {
    line_id: LineId,
    quantity: String,
}

#[derive(Deserialize)]
pub(crate) struct BatchResult {
    change_id: String,
    status: u16,
    #[serde(default)]
    replayed: bool,
    #[serde(default)]
    sequence: Option<u64>,
    #[serde(default)]
    stock: Option<StockLevel>,
    #[serde(default)]
    problem: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
pub(crate) struct Mirror {
    sku: JerkySku,
    quantity: String,
    unit: Unit,
    source_sequence: u64,
}

#[derive(Deserialize)]
pub(crate) struct Endpoint {
    id: String,
    url: String,
    status: EndpointStatus,
}

impl Readable for StockLevelView {
    const WHAT: &'static str = "stock level";
    type Wire = StockLevel;

    fn from_wire(wire: StockLevel, _at: Timestamp) -> Result<Self, String> {
        let unit = wire.unit;
        let lots: Vec<LotView> = wire
            .lots
            .into_iter()
            .map(|lot| lot.view(unit))
            .collect::<Result<_, _>>()?;
        let level = Self {
            sku: wire.sku,
            unit,
            on_hand: amount("on_hand", &wire.on_hand, unit)?,
            available: amount("available", &wire.available, unit)?,
            committed: amount("committed", &wire.committed, unit)?,
            reserved: amount("reserved", &wire.reserved, unit)?,
            damaged: amount("damaged", &wire.damaged, unit)?,
            safety_stock: amount("safety_stock", &wire.safety_stock, unit)?,
            quality_control: amount("quality_control", &wire.quality_control, unit)?,
            sequence: wire.sequence,
            as_of: wire.as_of,
            lots,
        };
        level.adds_up()?;
        Ok(level)
    }
}

impl JerkyEventView {
    /// The event in the exact bytes of a webhook's body.
    ///
    /// # Errors
    /// [`Unreadable`](crate::vendor::reading::Unreadable) with what is wrong with it.
    pub fn read(body: &[u8], at: Timestamp) -> Row<Self> {
        read(body, at)
    }
}

impl StockLevelView {
    /// A level whose parts do not make its whole was altered on the way; publishing from it would
    /// oversell or wipe a listing.
    fn adds_up(&self) -> Result<(), String> {
        let parts = sum([
            self.available,
            self.committed,
            self.reserved,
            self.damaged,
            self.safety_stock,
            self.quality_control,
        ])?;
        if parts != self.on_hand {
            return Err(format!("on_hand is {}, its parts {parts}", self.on_hand));
        }
        if self.lots.is_empty() {
            // A mirror has no lots.
            return Ok(());
        }
        let lots = sum(self.lots.iter().map(|lot| lot.on_hand))?;
        if lots != self.on_hand {
            return Err(format!("on_hand is {}, its lots {lots}", self.on_hand));
        }
        Ok(())
    }
}

impl Lot {
    fn view(self, unit: Unit) -> Result<LotView, String> {
        let lot = LotView {
            on_hand: amount("lots.on_hand", &self.on_hand, unit)?,
            available: amount("lots.available", &self.available, unit)?,
            reserved: amount("lots.reserved", &self.reserved, unit)?,
            committed: amount("lots.committed", &self.committed, unit)?,
            damaged: amount("lots.damaged", &self.damaged, unit)?,
            quality_control: amount("lots.quality_control", &self.quality_control, unit)?,
            lot: self.lot,
            location: self.location,
            status: self.status,
            produced_on: self.produced_on,
            expires_on: self.expires_on,
        };
        let parts = sum([
            lot.available,
            lot.reserved,
            lot.committed,
            lot.damaged,
            lot.quality_control,
        ])?;
        if parts != lot.on_hand {
            let name = &lot.lot;
            return Err(format!(
                "on_hand of lot {name} is {}, its parts {parts}",
                lot.on_hand
            ));
        }
        Ok(lot)
    }
}

impl Readable for ItemView {
    const WHAT: &'static str = "item";
    type Wire = Item;

    fn from_wire(wire: Item, _at: Timestamp) -> Result<Self, String> {
        Ok(Self {
            name: short_text("name", wire.name)?,
            kind: wire.kind,
            unit: wire.unit,
            warehouse: wire.warehouse,
            time_zone: short_text("time_zone", wire.time_zone)?,
            safety_stock: amount("safety_stock", &wire.safety_stock, wire.unit)?,
            discontinued: wire.discontinued,
            sequence: wire.sequence,
            sku: wire.sku,
        })
    }
}

impl Readable for JerkyEventView {
    const WHAT: &'static str = "jerky event";
    type Wire = Event;

    fn from_wire(wire: Event, at: Timestamp) -> Result<Self, String> {
        let stock = StockLevelView::from_wire(wire.data.stock, at)?;
        if stock.sku != wire.sku {
            return Err(format!(
                "sku is {}, that of its data {}",
                wire.sku, stock.sku
            ));
        }
        if stock.sequence != wire.sequence {
            let (own, data) = (wire.sequence, stock.sequence);
            return Err(format!("sequence is {own}, that of its data {data}"));
        }
        if wire.position == 0 {
            return Err("position is 0".to_owned());
        }
        Ok(Self {
            id: wire.id,
            kind: wire.kind,
            position: wire.position,
            sku: wire.sku,
            sequence: wire.sequence,
            occurred_at: wire.occurred_at,
            cause: CauseView {
                kind: short_text("cause.kind", wire.cause.kind)?,
                reference: wire.cause.reference,
                actor: short_text("cause.actor", wire.cause.actor)?,
            },
            stock,
            reservation: wire
                .data
                .reservation
                .map(|reservation| ReservationView::from_wire(reservation, at))
                .transpose()?,
        })
    }
}

impl Readable for ReservationView {
    const WHAT: &'static str = "reservation";
    type Wire = Reservation;

    fn from_wire(wire: Reservation, at: Timestamp) -> Result<Self, String> {
        let units: Vec<(LineId, Unit)> = wire
            .lines
            .iter()
            .map(|line| (line.line_id.clone(), line.unit))
            .collect();
        let (stock, unreadable) = sort_rows(wire.stock.read(at));
        Ok(Self {
            id: wire.id,
            reference: short_text("reference", wire.reference)?,
            state: wire.state,
            expires_at: wire.expires_at,
            created_at: wire.created_at,
            lines: wire
                .lines
                .into_iter()
                .map(ReservationLine::view)
                .collect::<Result<_, _>>()?,
            commits: wire
                .commits
                .into_iter()
                .map(|commit| commit.view(&units))
                .collect::<Result<_, _>>()?,
            stock,
            unreadable,
        })
    }
}

impl ReservationLine {
    fn view(self) -> Result<ReservationLineView, String> {
        let unit = self.unit;
        let line = ReservationLineView {
            unit,
            quantity: amount("lines.quantity", &self.quantity, unit)?,
            committed: amount("lines.committed", &self.committed, unit)?,
            released: amount("lines.released", &self.released, unit)?,
            allocations: self
                .allocations
                .into_iter()
                .map(|allocation| allocation.view(unit))
                .collect::<Result<_, _>>()?,
            line_id: self.line_id,
            sku: self.sku,
        };
        if sum([line.committed, line.released])? > line.quantity {
            return Err(format!(
                "line {} resolves more than its {}",
                line.line_id, line.quantity
            ));
        }
        Ok(line)
    }
}

impl Allocation {
    fn view(self, unit: Unit) -> Result<AllocationView, String> {
        Ok(AllocationView {
            quantity: amount("allocations.quantity", &self.quantity, unit)?,
            committed: match &self.committed {
                Some(text) => amount("allocations.committed", text, unit)?,
                None => Quantity::ZERO,
            },
            lot: self.lot,
            location: self.location,
            expires_on: self.expires_on,
        })
    }
}

impl Commit {
    fn view(self, units: &[(LineId, Unit)]) -> Result<CommitView, String> {
        let line = |line: CommitLine| {
            let unit = units.iter().find(|(id, _)| *id == line.line_id);
            let Some((_, unit)) = unit else {
                return Err(format!("commits name a line {} there is not", line.line_id));
            };
            Ok(CommitLineView {
                quantity: amount("commits.quantity", &line.quantity, *unit)?,
                line_id: line.line_id,
            })
        };
        Ok(CommitView {
            reference: self.reference,
            at: self.at,
            lines: self.lines.into_iter().map(line).collect::<Result<_, _>>()?,
        })
    }
}

impl Readable for BatchResultView {
    const WHAT: &'static str = "batch result";
    type Wire = BatchResult;

    fn from_wire(wire: BatchResult, at: Timestamp) -> Result<Self, String> {
        Ok(Self {
            change_id: wire.change_id,
            status: wire.status,
            replayed: wire.replayed,
            sequence: wire.sequence,
            stock: wire
                .stock
                .map(|level| StockLevelView::from_wire(level, at))
                .transpose()?,
            problem: wire
                .problem
                .map(|raw| Problem::read(wire.status, raw.get().as_bytes())),
        })
    }
}

impl Readable for MirrorView {
    const WHAT: &'static str = "mirror";
    type Wire = Mirror;

    fn from_wire(wire: Mirror, _at: Timestamp) -> Result<Self, String> {
        Ok(Self {
            quantity: amount("quantity", &wire.quantity, wire.unit)?,
            sku: wire.sku,
            source_sequence: wire.source_sequence,
        })
    }
}

impl Readable for EndpointView {
    const WHAT: &'static str = "webhook endpoint";
    type Wire = Endpoint;

    fn from_wire(wire: Endpoint, _at: Timestamp) -> Result<Self, String> {
        Ok(Self {
            id: short_text("id", wire.id)?,
            url: short_text("url", wire.url)?,
            status: wire.status,
        })
    }
}

fn amount(field: &str, text: &str, unit: Unit) -> Result<Quantity, String> {
    decimal::amount(text, unit).map_err(|error| format!("{field}: {error}"))
}

fn sum(parts: impl IntoIterator<Item = Quantity>) -> Result<Quantity, String> {
    parts
        .into_iter()
        .try_fold(Quantity::ZERO, Quantity::checked_add)
        .ok_or_else(|| "the quantities add up to more than fits".to_owned())
}
