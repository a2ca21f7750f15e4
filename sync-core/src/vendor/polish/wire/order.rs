//! Orders with what was shipped, returned and cancelled, and whether they add up.

use jiff::Timestamp;
use serde::Deserialize;

use super::not_negative;
use crate::{
    quantity::Units,
    sku::{LineId, OrderId, PolishSku, ReturnRef, ShipmentRef},
    vendor::{
        polish::view::{
            CancellationView, LineQuantity, OrderLineView, OrderStatus, OrderView, ReturnLineView,
            ReturnView, ShipmentView,
        },
        reading::Readable,
    },
};

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
