//! Giving back: by the caller, or because the time to live is over.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Answer, Warehouse, bounded,
    expiry::by_itself,
    invalid,
    moves::Move,
    reservation::{check_names, open_of, open_part, place_of, skus},
};
use crate::{
    command::Reply,
    ids::ReservationId,
    model::{
        Cause, EventType, LineQuantity, ReleaseRequest, Reservation, ReservationLine,
        ReservationState,
    },
    problem::ProblemKind,
    quantity::Quantity,
    truth::{Account, CauseKind, Fact, FactAllocation, FactLine, Stamp},
};

/// How much of which line, by the line's index.
pub(super) type Parts = Vec<(usize, Quantity)>;

impl Warehouse {
    pub(super) fn release(
        &mut self,
        stamp: &Stamp,
        id: &ReservationId,
        request: &ReleaseRequest,
    ) -> Answer<Reply> {
        if let Some(reference) = &request.reference {
            bounded(reference.as_str(), 128, || "reference".to_owned())?;
        }
        let mut reservation = self.pending(id)?;
        let parts = self.parts(&reservation, request.lines.as_deref())?;
        let lines = self.give_back(stamp, &mut reservation, &parts, CauseKind::Release);
        self.truth.record(
            stamp,
            Fact::ReservationReleased {
                id: id.clone(),
                lines,
            },
        );
        Ok(self.conclude(stamp, reservation, CauseKind::Release))
    }

    /// Gives back what is left of a reservation whose time is over.
    pub(super) fn lapse(&mut self, id: &ReservationId, at: Timestamp) {
        let stamp = by_itself("system", at);
        let Ok(mut reservation) = self.pending(id) else {
            return;
        };
        if reservation.expires_at > at {
            return;
        }
        let parts = all_open(&reservation);
        let lines = self.give_back(&stamp, &mut reservation, &parts, CauseKind::Expiry);
        self.truth.record(
            &stamp,
            Fact::ReservationExpired {
                id: id.clone(),
                lines,
            },
        );
        reservation.state = ReservationState::Expired;
        self.keep(&mut reservation);
        self.tell_lapsed(&stamp, reservation, &parts);
    }

    /// What a request asks for, checked against what is open; all that is open without `lines`.
    pub(super) fn parts(
        &self,
        reservation: &Reservation,
        lines: Option<&[LineQuantity]>,
    ) -> Answer<Parts> {
        let Some(lines) = lines else {
            return Ok(all_open(reservation));
        };
        check_names(lines.iter().map(|line| &line.line_id))?;
        let each = lines.iter().enumerate();
        each.map(|(index, line)| self.part(reservation, line, index))
            .collect()
    }

    fn part(
        &self,
        reservation: &Reservation,
        asked: &LineQuantity,
        index: usize,
    ) -> Answer<(usize, Quantity)> {
        let mut lines = reservation.lines.iter();
        let Some(found) = lines.position(|line| line.line_id == asked.line_id) else {
            let detail = format!("{} has no line {}", reservation.id, asked.line_id);
            let field = format!("lines[{index}].line_id");
            return Err(ProblemKind::UnknownLine.because(detail).at(field).into());
        };
        let line = &reservation.lines[found];
        let field = || format!("lines[{index}].quantity");
        let Some(quantity) = asked.quantity.in_base_of(line.unit) else {
            let detail = format!("{} does not fit {}", asked.quantity, line.unit.code());
            return Err(ProblemKind::UnitMismatch.because(detail).at(field()).into());
        };
        if quantity <= Quantity::ZERO {
            return Err(invalid("must be above zero", field()));
        }
        if quantity > open_of(line) {
            let open = self.item(&line.sku)?.amount(open_of(line));
            let detail = format!("only {open} of line {} is open", line.line_id);
            let problem = ProblemKind::QuantityExceedsOpen.because(detail);
            return Err(problem.at(field()).current(open).into());
        }
        Ok((found, quantity))
    }

    fn give_back(
        &mut self,
        stamp: &Stamp,
        reservation: &mut Reservation,
        parts: &Parts,
        cause: CauseKind,
    ) -> Vec<FactLine> {
        let subject = reservation.id.shared();
        let mut facts = Vec::with_capacity(parts.len());
        for (index, quantity) in parts {
            let Some(line) = reservation.lines.get_mut(*index) else {
                continue;
            };
            let fact = give_back_line(line, *quantity);
            for part in &fact.allocations {
                self.post(
                    stamp,
                    &Move {
                        sku: &fact.sku,
                        place: &super::Place {
                            lot: part.lot.clone(),
                            location: part.location.clone(),
                        },
                        from: Account::Reserved,
                        to: Account::OnHand,
                        quantity: part.quantity,
                        cause,
                        subject: Some(&subject),
                    },
                );
            }
            facts.push(fact);
        }
        facts
    }

    fn tell_lapsed(&mut self, stamp: &Stamp, reservation: Reservation, parts: &Parts) {
        let lapsed = parts
            .iter()
            .filter_map(|(index, _)| reservation.lines.get(*index));
        let lapsed: Vec<_> = lapsed.map(|line| line.sku.clone()).collect();
        let touched = skus(&reservation);
        let reservation = Arc::new(reservation);
        for sku in touched.into_iter().filter(|sku| lapsed.contains(sku)) {
            let cause = Cause {
                kind: CauseKind::Expiry,
                reference: Some(reservation.reference.shared()),
                actor: stamp.actor.clone(),
            };
            let told = Some(Arc::clone(&reservation));
            self.announce_with(stamp.at, &sku, EventType::ReservationExpired, cause, told);
        }
    }
}

/// Everything that is open.
fn all_open(reservation: &Reservation) -> Parts {
    let each = reservation.lines.iter().enumerate();
    let open = each.map(|(index, line)| (index, open_of(line)));
    open.filter(|(_, quantity)| *quantity > Quantity::ZERO)
        .collect()
}

/// Takes from what a line holds, last expired first: what is kept leaves the warehouse earliest.
fn give_back_line(line: &mut ReservationLine, quantity: Quantity) -> FactLine {
    let mut missing = quantity;
    let mut given = Vec::new();
    for part in line.allocations.iter_mut().rev() {
        let back = open_part(part).min(missing);
        if back > Quantity::ZERO {
            missing -= back;
            part.quantity.add(-back);
            let place = place_of(part);
            given.push(FactAllocation {
                lot: place.lot,
                location: place.location,
                quantity: back,
                expires_on: part.expires_on,
            });
        }
    }
    line.allocations
        .retain(|part| part.quantity.quantity() > Quantity::ZERO);
    line.released.add(quantity);
    FactLine {
        line_id: line.line_id.clone(),
        sku: line.sku.clone(),
        quantity,
        directed: false,
        allocations: given,
    }
}
