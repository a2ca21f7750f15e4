//! The middleware's answer to an order: confirmed or rejected.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use super::{
    Shop,
    lines::{MAX_LINES, MAX_REASON, check_count, check_text, known_line, wrong_state},
    order::{MadeCancellation, PlacedOrder},
};
use crate::{
    command::Rejection,
    event::{Resource, Topic},
    id::{LineId, OrderId},
    model::{CancelledLine, OrderStatus},
    refusal::{ErrorCode, Refusal},
    truth::{FactLine, Happening, OwnAccount},
};

impl Shop {
    /// Confirms a pending order, or marks one that confirmed itself as ready. Repeating it does
    /// nothing, as long as nothing has been shipped.
    pub(super) fn confirm(
        &mut self,
        id: OrderId,
        if_match: Option<u64>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let order = self.order_at(id, if_match)?;
        let was_pending = match (order.status, order.ready_to_ship) {
            (OrderStatus::Pending, _) => true,
            (OrderStatus::Confirmed, false) => false,
            (OrderStatus::Confirmed, true) => return Ok(()),
            _ => return Err(wrong_state(order, "confirmed")),
        };
        self.record(
            now,
            Happening::OrderConfirmed {
                order: id,
                was_pending,
            },
        );
        if was_pending {
            self.allocate(id, now);
        }
        self.change_order(id, now, |order| {
            order.status = OrderStatus::Confirmed;
            order.hold_expires_at = None;
            order.ready_to_ship = true;
        });
        Ok(())
    }

    /// Refuses a pending order with a reason, and reasons for lines.
    pub(super) fn reject(
        &mut self,
        id: OrderId,
        if_match: Option<u64>,
        body: &Rejection,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let order = self.order_at(id, if_match)?;
        let reasons = line_reasons(order, body)?;
        if order.status != OrderStatus::Pending {
            return Err(wrong_state(order, "rejected"));
        }
        let lines = fact_lines(&order.open_lines());
        let reason = Arc::clone(&body.reason);
        self.record(
            now,
            Happening::OrderRejected {
                order: id,
                reason,
                lines,
            },
        );
        self.close_pending(id, &body.reason, &reasons, OrderStatus::Rejected, now);
        Ok(())
    }

    /// Ends the holds that are due, each at its own time.
    pub(super) fn expire_holds(&mut self, now: Timestamp) {
        while let Some((at, id)) = self.holds.first_due(now) {
            self.cause = crate::truth::Cause::shop();
            let open = self
                .orders
                .get(id)
                .map(PlacedOrder::open_lines)
                .unwrap_or_default();
            let cancellation = self.numbers.peek_cancellation();
            let lines = fact_lines(&open);
            self.record(
                at,
                Happening::HoldExpired {
                    order: id,
                    cancellation,
                    lines,
                },
            );
            let reason: Arc<str> = "hold_expired".into();
            self.close_pending(id, &reason, &BTreeMap::new(), OrderStatus::Cancelled, at);
            self.settle(at);
        }
    }

    /// Changes an order and tells the world.
    pub(super) fn change_order(
        &mut self,
        id: OrderId,
        now: Timestamp,
        change: impl FnOnce(&mut PlacedOrder),
    ) {
        self.settle(now);
        if let Some(version) = self.orders.change(id, now, change) {
            self.tell(Topic::OrderUpdated, Resource::Order(id), version, now);
        }
    }

    /// What was held becomes allocated.
    fn allocate(&mut self, id: OrderId, now: Timestamp) {
        let open = self
            .orders
            .get(id)
            .map(PlacedOrder::open_lines)
            .unwrap_or_default();
        for (line, quantity) in open {
            let row = self
                .orders
                .get(id)
                .and_then(|order| order.line(line))
                .map(|line| line.row);
            if let Some(row) = row {
                self.end_hold(now, row, quantity, id, OwnAccount::Allocated);
            }
        }
        self.holds.close(id);
    }

    /// Ends a pending order whose open lines will not be shipped.
    fn close_pending(
        &mut self,
        id: OrderId,
        reason: &Arc<str>,
        reasons: &BTreeMap<LineId, Arc<str>>,
        status: OrderStatus,
        now: Timestamp,
    ) {
        let open = self
            .orders
            .get(id)
            .map(PlacedOrder::open_lines)
            .unwrap_or_default();
        for (line, quantity) in &open {
            self.let_go(now, id, *line, *quantity);
        }
        self.holds.close(id);
        let cancellation = self.numbers.cancellation();
        self.change_order(id, now, |order| {
            let lines = cancel_lines(order, &open, |line| reasons.get(&line).unwrap_or(reason));
            order.cancellations.push(MadeCancellation {
                id: cancellation,
                at: now,
                lines,
            });
            order.status = status;
            order.reason = Some(Arc::clone(reason));
            order.hold_expires_at = None;
        });
    }
}

/// Marks `open` as cancelled in the order's lines.
pub(super) fn cancel_lines<'a>(
    order: &mut PlacedOrder,
    open: &[(LineId, i64)],
    reason_of: impl Fn(LineId) -> &'a Arc<str>,
) -> Vec<CancelledLine> {
    let mut lines = Vec::with_capacity(open.len());
    for (line_id, quantity) in open.iter().copied() {
        let reason = reason_of(line_id);
        if let Some(line) = order.line_mut(line_id) {
            line.cancelled += quantity;
            line.reason = Some(Arc::clone(reason));
        }
        lines.push(CancelledLine {
            line_id,
            quantity,
            reason: Arc::clone(reason),
        });
    }
    lines
}

pub(super) fn fact_lines(lines: &[(LineId, i64)]) -> Vec<FactLine> {
    let lines = lines.iter().copied();
    lines
        .map(|(line_id, quantity)| FactLine { line_id, quantity })
        .collect()
}

fn line_reasons(
    order: &PlacedOrder,
    body: &Rejection,
) -> Result<BTreeMap<LineId, Arc<str>>, Refusal> {
    check_text("reason", &body.reason, (1, MAX_REASON))?;
    if body.lines.len() > MAX_LINES {
        check_count("lines", body.lines.len())?;
    }
    let mut reasons = BTreeMap::new();
    for (index, line) in body.lines.iter().enumerate() {
        let id = known_line(order, &line.line_id, index)?;
        check_text(
            &format!("lines[{index}].reason"),
            &line.reason,
            (1, MAX_REASON),
        )?;
        if reasons.insert(id, Arc::clone(&line.reason)).is_some() {
            let message = format!("line {id} is named twice");
            let field = format!("lines[{index}].line_id");
            return Err(Refusal::at(ErrorCode::Invalid, field, message));
        }
    }
    Ok(reasons)
}
