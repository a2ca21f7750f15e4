//! Placing an order: minimum, multiple, availability, then a hold or its own confirmation.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Shop,
    lines::{MAX_REFERENCE, check_count, check_text},
    order::{PlacedLine, PlacedOrder},
    shelf::{Row, Shelf},
};
use crate::{
    command::{NewLine, NewOrder},
    event::{Resource, Topic},
    id::{LineId, OrderId},
    model::{Component, Confirmation, OrderStatus},
    refusal::{Complaint, ErrorCode, Refusal},
    truth::{Happening, OrderedLine},
};

impl Shop {
    /// Places an order; true when the same was placed under its external id before.
    pub(super) fn place(
        &mut self,
        new: NewOrder,
        now: Timestamp,
    ) -> Result<(OrderId, bool), Refusal> {
        check_order(&new)?;
        if let Some(known) = new
            .external_id
            .as_ref()
            .and_then(|name| self.orders.find(name))
        {
            return same_order(known, &new).map(|()| (known.id, true));
        }
        let lines = self.accept_lines(&new.lines)?;
        self.check_availability(&lines)?;
        let auto = lines.iter().all(|line| self.confirms_itself(line.row));
        Ok((self.write_order(new, lines, auto, now), false))
    }

    fn confirms_itself(&self, row: Row) -> bool {
        let shelf = self.shelves.get(row);
        shelf.is_some_and(|shelf| shelf.confirm == Confirmation::Auto)
    }

    /// The lines as they would be stored, or everything that is wrong with them.
    fn accept_lines(&self, lines: &[NewLine]) -> Result<Vec<PlacedLine>, Refusal> {
        let mut accepted = Vec::with_capacity(lines.len());
        let mut complaints = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            match self.accept_line(line, index) {
                Ok(line) => accepted.push(line),
                Err(complaint) => complaints.push(complaint),
            }
        }
        if complaints.is_empty() {
            Ok(accepted)
        } else {
            Err(Refusal(complaints))
        }
    }

    fn accept_line(&self, line: &NewLine, index: usize) -> Result<PlacedLine, Complaint> {
        let row = self.shelves.find(line.sku.as_str());
        let known = row.and_then(|row| Some((row, self.shelves.get(row)?)));
        let Some((row, shelf)) = known.filter(|(_, shelf)| shelf.active) else {
            let message = format!("the shop does not sell {:?}", line.sku.as_str());
            let complaint = Complaint::new(ErrorCode::UnknownSku, message);
            return Err(complaint.at(format!("lines[{index}].sku")));
        };
        check_minimum(shelf, line.quantity, index)?;
        Ok(PlacedLine {
            row,
            sku: shelf.sku.clone(),
            quantity: line.quantity,
            fulfilled: 0,
            cancelled: 0,
            returned: 0,
            restocked: 0,
            reason: None,
            taken_from: None,
        })
    }

    /// Lines and gift boxes of one order compete for the same shelves, so they are added up.
    fn check_availability(&self, lines: &[PlacedLine]) -> Result<(), Refusal> {
        let mut need: BTreeMap<Row, i64> = BTreeMap::new();
        for line in lines {
            for (row, amount) in self.shelves.held_by(line.row, line.quantity) {
                *need.entry(row).or_insert(0) += amount;
            }
        }
        let short = |row: &Row| {
            let free = self.shelves.get(*row).map_or(0, Shelf::uncommitted);
            need.get(row).is_some_and(|need| *need > free)
        };
        let complaints: Vec<Complaint> = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| {
                let held = self.shelves.held_by(line.row, line.quantity);
                held.iter().any(|(row, _)| short(row))
            })
            .map(|(index, line)| self.insufficient(line, index))
            .collect();
        if complaints.is_empty() {
            Ok(())
        } else {
            Err(Refusal(complaints))
        }
    }

    fn insufficient(&self, line: &PlacedLine, index: usize) -> Complaint {
        let sellable = self.shelves.sellable(line.row);
        let message = format!(
            "{} of {} were ordered and {sellable} can be sold, all lines together",
            line.quantity, line.sku
        );
        Complaint::new(ErrorCode::InsufficientAvailability, message)
            .at(format!("lines[{index}].quantity"))
    }

    fn write_order(
        &mut self,
        new: NewOrder,
        mut lines: Vec<PlacedLine>,
        auto: bool,
        now: Timestamp,
    ) -> OrderId {
        let id = self.orders.next_id();
        let hold_expires_at = (!auto).then(|| self.config.hold_end(now));
        let status = if auto {
            OrderStatus::Confirmed
        } else {
            OrderStatus::Pending
        };
        self.record_placing(id, &new, &lines, status, hold_expires_at, now);
        if let Some(expires_at) = hold_expires_at {
            self.hold_lines(id, &lines, expires_at, now);
        } else {
            for line in &mut lines {
                line.taken_from = self.take(now, line.row, line.quantity, id);
            }
        }
        self.orders.add(PlacedOrder {
            id,
            external_id: new.external_id,
            status,
            reason: None,
            hold_expires_at,
            ready_to_ship: false,
            customer: new.customer,
            lines,
            shipments: Vec::new(),
            returns: Vec::new(),
            cancellations: Vec::new(),
            version: 1,
            created_at: now,
            updated_at: now,
        });
        self.tell(Topic::OrderCreated, Resource::Order(id), 1, now);
        id
    }

    fn hold_lines(
        &mut self,
        id: OrderId,
        lines: &[PlacedLine],
        expires_at: Timestamp,
        now: Timestamp,
    ) {
        for line in lines {
            self.hold(now, line.row, line.quantity, id);
        }
        let held = lines
            .iter()
            .flat_map(|line| self.shelves.held_by(line.row, line.quantity));
        self.holds.open(id, expires_at, held);
    }

    fn record_placing(
        &mut self,
        order: OrderId,
        new: &NewOrder,
        lines: &[PlacedLine],
        status: OrderStatus,
        hold_expires_at: Option<Timestamp>,
        now: Timestamp,
    ) {
        let ordered = |(index, line): (usize, &PlacedLine)| OrderedLine {
            line_id: LineId::at(index),
            sku: line.sku.clone(),
            quantity: line.quantity,
        };
        let held = match hold_expires_at {
            Some(_) => self.held_components(lines),
            None => Vec::new(),
        };
        let placed = Happening::OrderPlaced {
            order,
            external_id: new.external_id.clone(),
            status,
            hold_expires_at,
            lines: lines.iter().enumerate().map(ordered).collect(),
            held,
        };
        self.record(now, placed);
    }

    fn held_components(&self, lines: &[PlacedLine]) -> Vec<Component> {
        let mut held: BTreeMap<Row, i64> = BTreeMap::new();
        for line in lines {
            for (row, amount) in self.shelves.held_by(line.row, line.quantity) {
                *held.entry(row).or_insert(0) += amount;
            }
        }
        let component = |(row, quantity)| {
            let sku = self.shelves.get(row)?.sku.clone();
            Some(Component { sku, quantity })
        };
        held.into_iter().filter_map(component).collect()
    }
}

fn check_order(new: &NewOrder) -> Result<(), Refusal> {
    if let Some(name) = &new.external_id {
        check_text("external_id", name, (1, MAX_REFERENCE))?;
    }
    check_text("customer.name", &new.customer.name, (1, 200))?;
    check_text("customer.email", &new.customer.email, (3, 254))?;
    if !looks_like_email(&new.customer.email) {
        let message = "must be an address such as ada@example.com";
        return Err(Refusal::at(ErrorCode::Invalid, "customer.email", message));
    }
    check_count("lines", new.lines.len())?;
    for (index, line) in new.lines.iter().enumerate() {
        check_text(&format!("lines[{index}].sku"), line.sku.as_str(), (1, 64))?;
        super::lines::check_quantity(&format!("lines[{index}].quantity"), line.quantity)?;
    }
    Ok(())
}

fn looks_like_email(text: &str) -> bool {
    let plain = !text.chars().any(char::is_whitespace);
    let parts = text.split_once('@');
    plain
        && parts
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}

fn check_minimum(shelf: &Shelf, quantity: i64, index: usize) -> Result<(), Complaint> {
    let complain =
        |code, message| Err(Complaint::new(code, message).at(format!("lines[{index}].quantity")));
    if quantity < shelf.moq {
        let message = format!(
            "{} is sold from {} up, not {quantity}",
            shelf.sku, shelf.moq
        );
        return complain(ErrorCode::MoqNotMet, message);
    }
    if quantity % shelf.order_multiple != 0 {
        let message = format!(
            "{} is sold in multiples of {}, not {quantity}",
            shelf.sku, shelf.order_multiple
        );
        return complain(ErrorCode::MultipleNotMet, message);
    }
    Ok(())
}

fn same_order(known: &PlacedOrder, new: &NewOrder) -> Result<(), Refusal> {
    let lines = known.lines.iter().map(|line| (&line.sku, line.quantity));
    let wanted = new.lines.iter().map(|line| (&line.sku, line.quantity));
    if known.customer == new.customer && lines.eq(wanted) {
        return Ok(());
    }
    let message = format!(
        "{} was placed under this external_id with another body",
        known.id
    );
    Err(Refusal::at(
        ErrorCode::ReferenceConflict,
        "external_id",
        message,
    ))
}
