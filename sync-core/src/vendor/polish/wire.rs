//! The polish vendor's own shapes, and how each becomes a view.
//!
//! Parsing is strict where a lenient reading would move stock or lose an order. Fields that the
//! hub does not use are not listed and may come and go.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::view::{
    BulkRowResult, CancellationView, ComponentView, ConfirmMode, CountView, LineQuantity,
    OrderLineView, OrderStatus, OrderView, PolishEventView, PolishTopic, ProductKind, ProductView,
    ReturnLineView, ReturnView, ShipmentView, WebhookView,
};
use crate::{
    quantity::Units,
    sku::{CountId, EventId, LineId, OrderId, PolishSku, ReturnRef, ShipmentRef},
    vendor::{
        error::PolishFault,
        reading::{Readable, Row, read, short_text},
    },
};

#[derive(Deserialize)]
pub(crate) struct Product {
    sku: PolishSku,
    kind: ProductKind,
    confirm: ConfirmMode,
    moq: Units,
    order_multiple: Units,
    #[serde(default)]
    components: Vec<Component>,
    #[serde(default)]
    on_hand: Option<Units>,
    #[serde(default)]
    allocated: Option<Units>,
    available: Units,
    held: Units,
    sellable: Units,
    active: bool,
    version: u64,
    updated_at: Timestamp,
}

#[derive(Deserialize)]
struct Component {
    sku: PolishSku,
    quantity: Units,
}

#[derive(Deserialize)]
pub(crate) struct Order {
    id: OrderId,
    status: OrderStatus,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    hold_expires_at: Option<Timestamp>,
    ready_to_ship: bool,
    lines: Vec<OrderLine>,
    #[serde(default)]
    shipments: Vec<Shipment>,
    #[serde(default)]
    returns: Vec<Return>,
    #[serde(default)]
    cancellations: Vec<Cancellation>,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Deserialize)]
struct OrderLine {
    line_id: LineId,
    sku: PolishSku,
    quantity: Units,
    fulfilled: Units,
    cancelled: Units,
    returned: Units,
    restocked: Units,
}

#[derive(Deserialize)]
struct Shipment {
    reference: ShipmentRef,
    shipped_at: Timestamp,
    lines: Vec<LineQuantity>,
}

#[derive(Deserialize)]
struct Return {
    reference: ReturnRef,
    returned_at: Timestamp,
    lines: Vec<ReturnLineView>,
}

#[derive(Deserialize)]
struct Cancellation {
    id: String,
    at: Timestamp,
    lines: Vec<LineQuantity>,
}

#[derive(Deserialize)]
pub(crate) struct Count {
    id: CountId,
    reference: String,
    sku: PolishSku,
    counted: Units,
    previous_available: Units,
    delta: Units,
    counted_at: Timestamp,
}

#[derive(Deserialize)]
pub(crate) struct Event {
    id: EventId,
    topic: PolishTopic,
    resource_id: String,
    version: u64,
    occurred_at: Timestamp,
}

#[derive(Deserialize)]
pub(crate) struct BulkRow {
    sku: PolishSku,
    status: u16,
    #[serde(default)]
    version: Option<u64>,
    #[serde(default)]
    error: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
pub(crate) struct Webhook {
    id: String,
    url: String,
}

impl Readable for ProductView {
    const WHAT: &'static str = "product";
    type Wire = Product;

    fn from_wire(wire: Product, _at: Timestamp) -> Result<Self, String> {
        let product = Self {
            sku: wire.sku,
            kind: wire.kind,
            confirm: wire.confirm,
            moq: not_negative("moq", wire.moq)?,
            order_multiple: not_negative("order_multiple", wire.order_multiple)?,
            components: wire.components.into_iter().map(Component::view).collect(),
            on_hand: wire.on_hand,
            allocated: wire.allocated,
            available: wire.available,
            held: not_negative("held", wire.held)?,
            sellable: not_negative("sellable", wire.sellable)?,
            active: wire.active,
            version: wire.version,
            updated_at: wire.updated_at,
        };
        product.adds_up()?;
        Ok(product)
    }
}

impl ProductView {
    fn adds_up(&self) -> Result<(), String> {
        if self.kind != ProductKind::Own {
            return not_negative("available", self.available).map(|_| ());
        }
        let (Some(on_hand), Some(allocated)) = (self.on_hand, self.allocated) else {
            return Err("an own product without on_hand or allocated".to_owned());
        };
        not_negative("on_hand", on_hand)?;
        not_negative("allocated", allocated)?;
        if on_hand.checked_sub(allocated) != Some(self.available) {
            let available = self.available;
            return Err(format!(
                "available is {available}, on_hand − allocated {on_hand} − {allocated}"
            ));
        }
        Ok(())
    }
}

impl Component {
    fn view(self) -> ComponentView {
        ComponentView {
            sku: self.sku,
            quantity: self.quantity,
        }
    }
}

impl Readable for OrderView {
    const WHAT: &'static str = "order";
    type Wire = Order;

    fn from_wire(wire: Order, _at: Timestamp) -> Result<Self, String> {
        if wire.lines.is_empty() {
            return Err("an order without lines".to_owned());
        }
        let order = Self {
            id: wire.id,
            status: wire.status,
            reason: wire.reason,
            hold_expires_at: wire.hold_expires_at,
            ready_to_ship: wire.ready_to_ship,
            lines: wire
                .lines
                .into_iter()
                .map(OrderLine::view)
                .collect::<Result<_, _>>()?,
            shipments: wire.shipments.into_iter().map(Shipment::view).collect(),
            returns: wire.returns.into_iter().map(Return::view).collect(),
            cancellations: wire
                .cancellations
                .into_iter()
                .map(Cancellation::view)
                .collect(),
            version: wire.version,
            created_at: wire.created_at,
            updated_at: wire.updated_at,
        };
        order.adds_up()?;
        Ok(order)
    }
}

impl OrderView {
    /// What was shipped and returned in each line is the sum of its shipments and returns: goods
    /// are committed and taken back by those, so a missing one would be lost without a trace.
    fn adds_up(&self) -> Result<(), String> {
        for line in &self.lines {
            let of = |lines: &[LineQuantity]| {
                let own = lines.iter().filter(|part| part.line_id == line.line_id);
                own.map(|part| part.quantity).sum::<Units>()
            };
            let shipped = self.shipments.iter().map(|s| of(&s.lines)).sum::<Units>();
            if shipped != line.fulfilled {
                let (id, fulfilled) = (&line.line_id, line.fulfilled);
                return Err(format!(
                    "line {id} has {fulfilled} fulfilled and {shipped} shipped"
                ));
            }
            let back = self.returns.iter().flat_map(|r| &r.lines);
            let back = back.filter(|part| part.line_id == line.line_id);
            let back = back.map(|part| part.quantity).sum::<Units>();
            if back != line.returned {
                let (id, returned) = (&line.line_id, line.returned);
                return Err(format!(
                    "line {id} has {returned} returned and {back} in its returns"
                ));
            }
        }
        self.names_its_own_lines()
    }

    fn names_its_own_lines(&self) -> Result<(), String> {
        let shipped = self.shipments.iter().flat_map(|s| &s.lines);
        let cancelled = self.cancellations.iter().flat_map(|c| &c.lines);
        let returned = self.returns.iter().flat_map(|r| &r.lines);
        let named = shipped.chain(cancelled).map(|l| (&l.line_id, l.quantity));
        for (id, quantity) in named.chain(returned.map(|l| (&l.line_id, l.quantity))) {
            if !self.lines.iter().any(|line| line.line_id == *id) {
                return Err(format!("names a line {id} there is not"));
            }
            if !quantity.is_positive() {
                return Err(format!("moves {quantity} of line {id}"));
            }
        }
        Ok(())
    }
}

impl OrderLine {
    fn view(self) -> Result<OrderLineView, String> {
        let line = OrderLineView {
            quantity: self.quantity,
            fulfilled: not_negative("lines.fulfilled", self.fulfilled)?,
            cancelled: not_negative("lines.cancelled", self.cancelled)?,
            returned: not_negative("lines.returned", self.returned)?,
            restocked: not_negative("lines.restocked", self.restocked)?,
            line_id: self.line_id,
            sku: self.sku,
        };
        let resolved = line.fulfilled.saturating_add(line.cancelled);
        let sound = line.quantity.is_positive()
            && resolved <= line.quantity
            && line.returned <= line.fulfilled
            && line.restocked <= line.returned;
        if !sound {
            return Err(format!(
                "the quantities of line {} contradict",
                line.line_id
            ));
        }
        Ok(line)
    }
}

impl Shipment {
    fn view(self) -> ShipmentView {
        ShipmentView {
            reference: self.reference,
            shipped_at: self.shipped_at,
            lines: self.lines,
        }
    }
}

impl Return {
    fn view(self) -> ReturnView {
        ReturnView {
            reference: self.reference,
            returned_at: self.returned_at,
            lines: self.lines,
        }
    }
}

impl Cancellation {
    fn view(self) -> CancellationView {
        CancellationView {
            id: self.id,
            at: self.at,
            lines: self.lines,
        }
    }
}

impl Readable for CountView {
    const WHAT: &'static str = "count";
    type Wire = Count;

    fn from_wire(wire: Count, _at: Timestamp) -> Result<Self, String> {
        let count = Self {
            id: wire.id,
            reference: short_text("reference", wire.reference)?,
            sku: wire.sku,
            counted: not_negative("counted", wire.counted)?,
            previous_available: wire.previous_available,
            delta: wire.delta,
            counted_at: wire.counted_at,
        };
        Ok(count)
    }
}

impl Readable for PolishEventView {
    const WHAT: &'static str = "polish event";
    type Wire = Event;

    fn from_wire(wire: Event, _at: Timestamp) -> Result<Self, String> {
        Ok(Self {
            id: wire.id,
            topic: wire.topic,
            resource_id: short_text("resource_id", wire.resource_id)?,
            version: wire.version,
            occurred_at: wire.occurred_at,
        })
    }
}

impl PolishEventView {
    /// The event in the exact bytes of a webhook's body.
    ///
    /// # Errors
    /// [`Unreadable`](crate::vendor::reading::Unreadable) with what is wrong with it.
    pub fn read(body: &[u8], at: Timestamp) -> Row<Self> {
        read(body, at)
    }
}

impl Readable for BulkRowResult {
    const WHAT: &'static str = "bulk result";
    type Wire = BulkRow;

    fn from_wire(wire: BulkRow, _at: Timestamp) -> Result<Self, String> {
        Ok(Self {
            sku: wire.sku,
            status: wire.status,
            version: wire.version,
            error: wire
                .error
                .map(|raw| PolishFault::read(raw.get().as_bytes())),
        })
    }
}

impl Readable for WebhookView {
    const WHAT: &'static str = "webhook";
    type Wire = Webhook;

    fn from_wire(wire: Webhook, _at: Timestamp) -> Result<Self, String> {
        Ok(Self {
            id: short_text("id", wire.id)?,
            url: short_text("url", wire.url)?,
        })
    }
}

fn not_negative(field: &str, units: Units) -> Result<Units, String> {
    if units.is_negative() {
        return Err(format!("{field} is {units}"));
    }
    Ok(units)
}
