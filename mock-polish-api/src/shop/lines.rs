//! Which lines of an order a request means, and what callers may write into texts.

use std::collections::BTreeSet;

use super::{Shop, no_order, order::PlacedOrder};
use crate::{
    command::LineQuantity,
    id::{LineId, OrderId},
    model::OrderStatus,
    refusal::{ErrorCode, Refusal},
};

/// Most sell units in one line of a request.
pub(super) const MAX_QUANTITY: i64 = 1_000_000;
/// Most lines in one request.
pub(super) const MAX_LINES: usize = 100;
/// Longest reference, in characters.
pub(super) const MAX_REFERENCE: usize = 100;
/// Longest reason or note, in characters.
pub(super) const MAX_REASON: usize = 500;

impl Shop {
    /// The order, if the caller's version is still its version.
    pub(super) fn order_at(
        &self,
        id: OrderId,
        if_match: Option<u64>,
    ) -> Result<&PlacedOrder, Refusal> {
        let order = self.orders.get(id).ok_or_else(|| no_order(id))?;
        match if_match {
            Some(version) if version != order.version => {
                Err(Refusal::version_mismatch(order.version))
            }
            _ => Ok(order),
        }
    }
}

/// The open lines that `wanted` means: all of them when it is absent.
pub(super) fn open_lines(
    order: &PlacedOrder,
    wanted: Option<&[LineQuantity]>,
) -> Result<Vec<(LineId, i64)>, Refusal> {
    let Some(wanted) = wanted else {
        return Ok(order.open_lines());
    };
    let pairs = wanted
        .iter()
        .map(|line| (line.line_id.as_str(), line.quantity));
    let chosen = chosen_lines(order, pairs)?;
    for (index, (id, quantity)) in chosen.iter().enumerate() {
        let open = order.line(*id).map_or(0, super::order::PlacedLine::open);
        if *quantity > open {
            let message = format!("line {id} has {open} open, not {quantity}");
            let field = format!("lines[{index}].quantity");
            return Err(Refusal::at(ErrorCode::InvalidState, field, message));
        }
    }
    Ok(chosen)
}

/// The lines named by `wanted`, each once and with a quantity in range.
pub(super) fn chosen_lines<'a>(
    order: &PlacedOrder,
    wanted: impl ExactSizeIterator<Item = (&'a str, i64)>,
) -> Result<Vec<(LineId, i64)>, Refusal> {
    check_count("lines", wanted.len())?;
    let mut seen = BTreeSet::new();
    let mut chosen = Vec::with_capacity(wanted.len());
    for (index, (text, quantity)) in wanted.enumerate() {
        let id = known_line(order, text, index)?;
        if !seen.insert(id) {
            let message = format!("line {id} is named twice; add its quantities up");
            let field = format!("lines[{index}].line_id");
            return Err(Refusal::at(ErrorCode::Invalid, field, message));
        }
        check_quantity(&format!("lines[{index}].quantity"), quantity)?;
        chosen.push((id, quantity));
    }
    Ok(chosen)
}

/// The line that `text` names.
pub(super) fn known_line(order: &PlacedOrder, text: &str, index: usize) -> Result<LineId, Refusal> {
    let id: Option<LineId> = text.parse().ok();
    id.filter(|id| order.line(*id).is_some()).ok_or_else(|| {
        let message = format!("{} has no line {text:?}", order.id);
        Refusal::at(
            ErrorCode::UnknownLine,
            format!("lines[{index}].line_id"),
            message,
        )
    })
}

pub(super) fn check_quantity(field: &str, quantity: i64) -> Result<(), Refusal> {
    if (1..=MAX_QUANTITY).contains(&quantity) {
        return Ok(());
    }
    let message = format!("must be from 1 to {MAX_QUANTITY}, not {quantity}");
    Err(Refusal::at(ErrorCode::Invalid, field, message))
}

pub(super) fn check_count(field: &str, count: usize) -> Result<(), Refusal> {
    if (1..=MAX_LINES).contains(&count) {
        return Ok(());
    }
    let message = format!("must have from 1 to {MAX_LINES} entries, not {count}");
    Err(Refusal::at(ErrorCode::Invalid, field, message))
}

/// Lengths count characters, as JSON Schema does.
pub(super) fn check_text(
    field: &str,
    text: &str,
    (least, most): (usize, usize),
) -> Result<(), Refusal> {
    let length = text.chars().count();
    if (least..=most).contains(&length) {
        return Ok(());
    }
    let message = format!("must have from {least} to {most} characters, not {length}");
    Err(Refusal::at(ErrorCode::Invalid, field, message))
}

pub(super) fn wrong_state(order: &PlacedOrder, wish: &str) -> Refusal {
    let message = format!(
        "{} is {} and cannot be {wish}",
        order.id,
        status_name(order.status)
    );
    Refusal::new(ErrorCode::InvalidState, message)
}

fn status_name(status: OrderStatus) -> &'static str {
    match status {
        OrderStatus::Pending => "pending",
        OrderStatus::Confirmed => "confirmed",
        OrderStatus::PartiallyFulfilled => "partially fulfilled",
        OrderStatus::Fulfilled => "fulfilled",
        OrderStatus::Returned => "returned",
        OrderStatus::Rejected => "rejected",
        OrderStatus::Cancelled => "cancelled",
    }
}
