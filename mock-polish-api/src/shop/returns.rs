//! Taking shipped goods back. A return is not a restock: each line says whether it is one.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Shop,
    lines::{MAX_REASON, MAX_REFERENCE, check_text, chosen_lines, wrong_state},
    no_order,
    order::{PlacedOrder, TakenReturn},
};
use crate::{
    command::ReturnRequest,
    id::{LineId, OrderId},
    model::{OrderStatus, ReturnLine},
    refusal::{ErrorCode, Refusal},
    truth::{Happening, OwnAccount, ReturnedLine},
};

impl Shop {
    /// Takes back what the body names; true when the same came back under its reference before.
    pub(super) fn take_back(
        &mut self,
        id: OrderId,
        if_match: Option<u64>,
        body: ReturnRequest,
        now: Timestamp,
    ) -> Result<bool, Refusal> {
        check_return(&body)?;
        let order = self.orders.get(id).ok_or_else(|| no_order(id))?;
        if let Some(taken) = order
            .returns
            .iter()
            .find(|taken| taken.reference == body.reference)
        {
            return same_return(taken, &body);
        }
        let order = self.order_at(id, if_match)?;
        let lines = returnable(order, &body)?;
        self.write_return(id, body, lines, now);
        Ok(false)
    }

    fn write_return(
        &mut self,
        id: OrderId,
        body: ReturnRequest,
        lines: Vec<ReturnLine>,
        now: Timestamp,
    ) {
        let return_id = self.numbers.taken_return();
        for line in lines.iter().filter(|line| line.restock) {
            let placed = self
                .orders
                .get(id)
                .and_then(|order| order.line(line.line_id));
            if let Some(row) = placed.map(|placed| placed.row) {
                let accounts = (OwnAccount::Sold, OwnAccount::Free);
                self.move_behind(now, row, accounts, line.quantity, id);
            }
        }
        let (reference, fact_lines) = (Arc::clone(&body.reference), fact_lines(&lines));
        self.change_order(id, now, |order| {
            for returned in &lines {
                mark_returned(order, returned);
            }
            order.returns.push(TakenReturn {
                id: return_id,
                reference: body.reference,
                request: body.lines,
                at: now,
                lines,
            });
            order.status = order.standing();
        });
        let status = self
            .orders
            .get(id)
            .map_or(OrderStatus::Returned, |order| order.status);
        let lines = fact_lines;
        self.record(
            now,
            Happening::Returned {
                order: id,
                return_id,
                reference,
                lines,
                status,
            },
        );
    }
}

fn check_return(body: &ReturnRequest) -> Result<(), Refusal> {
    check_text("reference", &body.reference, (1, MAX_REFERENCE))?;
    for (index, line) in body.lines.iter().enumerate() {
        check_text(
            &format!("lines[{index}].reason"),
            &line.reason,
            (1, MAX_REASON),
        )?;
    }
    Ok(())
}

fn returnable(order: &PlacedOrder, body: &ReturnRequest) -> Result<Vec<ReturnLine>, Refusal> {
    let pairs = body
        .lines
        .iter()
        .map(|line| (line.line_id.as_str(), line.quantity));
    let chosen = chosen_lines(order, pairs)?;
    if order.lines.iter().all(|line| line.fulfilled == 0) {
        return Err(wrong_state(order, "returned"));
    }
    let mut lines = Vec::with_capacity(chosen.len());
    for (index, ((line_id, quantity), asked)) in chosen.into_iter().zip(&body.lines).enumerate() {
        check_returnable(order, line_id, quantity, index)?;
        lines.push(ReturnLine {
            line_id,
            quantity,
            restock: asked.restock,
            reason: Arc::clone(&asked.reason),
        });
    }
    Ok(lines)
}

fn check_returnable(
    order: &PlacedOrder,
    id: LineId,
    quantity: i64,
    index: usize,
) -> Result<(), Refusal> {
    let out = order
        .line(id)
        .map_or(0, |line| line.fulfilled - line.returned);
    if quantity <= out {
        return Ok(());
    }
    let message = format!("line {id} has {out} with the customer, not {quantity}");
    let field = format!("lines[{index}].quantity");
    Err(Refusal::at(ErrorCode::InvalidState, field, message))
}

fn mark_returned(order: &mut PlacedOrder, returned: &ReturnLine) {
    if let Some(line) = order.line_mut(returned.line_id) {
        line.returned += returned.quantity;
        if returned.restock {
            line.restocked += returned.quantity;
        }
    }
}

fn same_return(taken: &TakenReturn, body: &ReturnRequest) -> Result<bool, Refusal> {
    if taken.request == body.lines {
        return Ok(true);
    }
    let message = format!(
        "{} came back under this reference with other lines",
        taken.id
    );
    Err(Refusal::at(
        ErrorCode::ReferenceConflict,
        "reference",
        message,
    ))
}

fn fact_lines(lines: &[ReturnLine]) -> Vec<ReturnedLine> {
    let lines = lines.iter();
    let fact = |line: &ReturnLine| ReturnedLine {
        line_id: line.line_id,
        quantity: line.quantity,
        restock: line.restock,
        reason: Arc::clone(&line.reason),
    };
    lines.map(fact).collect()
}
