//! Cancelling the unfulfilled remainder of an order, or part of it.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Shop,
    confirm::{cancel_lines, fact_lines},
    lines::{MAX_REASON, check_text, open_lines, wrong_state},
    order::{MadeCancellation, PlacedLine, PlacedOrder},
};
use crate::{
    command::CancelRequest,
    id::{LineId, OrderId},
    model::OrderStatus,
    refusal::Refusal,
    truth::Happening,
};

impl Shop {
    /// Cancels what the body names of the open lines; all of them when it names none.
    pub(super) fn cancel(
        &mut self,
        id: OrderId,
        if_match: Option<u64>,
        body: &CancelRequest,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        check_text("reason", &body.reason, (1, MAX_REASON))?;
        let order = self.order_at(id, if_match)?;
        if !can_be_cancelled(order.status) {
            return Err(wrong_state(order, "cancelled"));
        }
        let lines = open_lines(order, body.lines.as_deref())?;
        let status = status_without(order, &lines);
        let cancellation = self.numbers.cancellation();
        self.record(
            now,
            Happening::OrderCancelled {
                order: id,
                cancellation,
                reason: Arc::clone(&body.reason),
                lines: fact_lines(&lines),
                status,
            },
        );
        for (line, quantity) in &lines {
            self.let_go(now, id, *line, *quantity);
        }
        if status == OrderStatus::Cancelled {
            self.holds.close(id);
        }
        self.change_order(id, now, |order| {
            let lines = cancel_lines(order, &lines, |_| &body.reason);
            order.cancellations.push(MadeCancellation {
                id: cancellation,
                at: now,
                lines,
            });
            order.status = status;
            if status == OrderStatus::Cancelled {
                order.reason = Some(Arc::clone(&body.reason));
                order.hold_expires_at = None;
                order.ready_to_ship = false;
            }
        });
        Ok(())
    }
}

fn can_be_cancelled(status: OrderStatus) -> bool {
    matches!(
        status,
        OrderStatus::Pending | OrderStatus::Confirmed | OrderStatus::PartiallyFulfilled
    )
}

/// The status once `lines` are cancelled. A pending order stays pending while anything is open.
fn status_without(order: &PlacedOrder, lines: &[(LineId, i64)]) -> OrderStatus {
    let cancelled: i64 = lines.iter().map(|(_, quantity)| quantity).sum();
    let open: i64 = order.lines.iter().map(PlacedLine::open).sum();
    if cancelled < open {
        return order.status;
    }
    let mut rest = order.clone();
    for (id, quantity) in lines {
        if let Some(line) = rest.line_mut(*id) {
            line.cancelled += quantity;
        }
    }
    rest.standing()
}
