//! Shipping the open lines of an order, whole or in part.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Shop,
    confirm::fact_lines,
    lines::{MAX_REFERENCE, check_text, open_lines, wrong_state},
    no_order,
    order::{MadeShipment, PlacedOrder},
    shelf::{Row, Shelf},
};
use crate::{
    command::ShipRequest,
    id::{LineId, OrderId},
    model::{OrderStatus, ShippedLine},
    refusal::{ErrorCode, Refusal},
    truth::{Happening, OwnAccount},
};

impl Shop {
    /// Ships what the body names; true when the same was shipped under its reference before.
    pub(super) fn ship(
        &mut self,
        id: OrderId,
        if_match: Option<u64>,
        body: ShipRequest,
        now: Timestamp,
    ) -> Result<bool, Refusal> {
        check_text("reference", &body.reference, (1, MAX_REFERENCE))?;
        let order = self.orders.get(id).ok_or_else(|| no_order(id))?;
        if let Some(made) = order
            .shipments
            .iter()
            .find(|made| made.reference == body.reference)
        {
            return same_shipment(made, &body);
        }
        let order = self.order_at(id, if_match)?;
        let lines = shippable(order, &body)?;
        self.check_on_hand(order, &lines)?;
        self.write_shipment(id, body, &lines, now);
        Ok(false)
    }

    /// A count may have found less than is promised; what is not there cannot leave.
    fn check_on_hand(&self, order: &PlacedOrder, lines: &[(LineId, i64)]) -> Result<(), Refusal> {
        let mut need: BTreeMap<Row, i64> = BTreeMap::new();
        for (id, quantity) in lines {
            let Some(line) = order.line(*id) else {
                continue;
            };
            for (row, amount) in self.shelves.own_stock_behind(line.row, *quantity) {
                *need.entry(row).or_insert(0) += amount;
            }
        }
        let missing = |(row, need): (&Row, &i64)| {
            let shelf = self.shelves.get(*row)?;
            (shelf.stock.on_hand < *need).then_some((shelf, *need))
        };
        match need.iter().find_map(missing) {
            Some((shelf, need)) => Err(not_on_hand(shelf, need)),
            None => Ok(()),
        }
    }

    fn write_shipment(
        &mut self,
        id: OrderId,
        body: ShipRequest,
        lines: &[(LineId, i64)],
        now: Timestamp,
    ) {
        let shipment = self.numbers.shipment();
        for (line, quantity) in lines {
            let row = self
                .orders
                .get(id)
                .and_then(|order| order.line(*line))
                .map(|line| line.row);
            if let Some(row) = row {
                let accounts = (OwnAccount::Allocated, OwnAccount::Sold);
                self.move_behind(now, row, accounts, *quantity, id);
            }
        }
        let reference = body.reference.clone();
        let made = MadeShipment {
            id: shipment,
            reference: body.reference,
            request: body.lines,
            at: now,
            lines: shipped_lines(lines),
        };
        self.change_order(id, now, |order| {
            for (id, quantity) in lines {
                if let Some(line) = order.line_mut(*id) {
                    line.fulfilled += quantity;
                }
            }
            order.shipments.push(made);
            order.status = order.standing();
        });
        let status = self
            .orders
            .get(id)
            .map_or(OrderStatus::Fulfilled, |order| order.status);
        let lines = fact_lines(lines);
        self.record(
            now,
            Happening::Shipped {
                order: id,
                shipment,
                reference,
                lines,
                status,
            },
        );
    }
}

fn shippable(order: &PlacedOrder, body: &ShipRequest) -> Result<Vec<(LineId, i64)>, Refusal> {
    let open = matches!(
        order.status,
        OrderStatus::Confirmed | OrderStatus::PartiallyFulfilled
    );
    if !open {
        return Err(wrong_state(order, "shipped"));
    }
    if !order.ready_to_ship {
        let message = format!(
            "{} is not ready to ship; it waits to be confirmed",
            order.id
        );
        return Err(Refusal::new(ErrorCode::InvalidState, message));
    }
    open_lines(order, body.lines.as_deref())
}

fn same_shipment(made: &MadeShipment, body: &ShipRequest) -> Result<bool, Refusal> {
    if made.request == body.lines {
        return Ok(true);
    }
    let message = format!(
        "{} was shipped under this reference with other lines",
        made.id
    );
    Err(Refusal::at(
        ErrorCode::ReferenceConflict,
        "reference",
        message,
    ))
}

fn shipped_lines(lines: &[(LineId, i64)]) -> Vec<ShippedLine> {
    let lines = lines.iter().copied();
    lines
        .map(|(line_id, quantity)| ShippedLine { line_id, quantity })
        .collect()
}

fn not_on_hand(shelf: &Shelf, need: i64) -> Refusal {
    let (sku, on_hand) = (&shelf.sku, shelf.stock.on_hand);
    let message = format!("{need} of {sku} should leave and {on_hand} are on hand; count again");
    Refusal::new(ErrorCode::InsufficientOnHand, message)
}
