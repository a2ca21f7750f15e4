//! Committing: promised goods become picked goods, and leave when the carrier comes. What lies in
//! a lot that is no longer released, or has expired, is taken from other lots, or refused.

use jiff::SignedDuration;

use super::{
    Answer, Warehouse, bounded,
    expiry::{Due, PickUp},
    fefo::Shelf,
    item::ItemState,
    lot::Place,
    moves::Move,
    release::Parts,
    reservation::{add_allocation, fact_line, open_part, place_of},
};
use crate::{
    command::Reply,
    ids::{ReservationId, Sku},
    model::{
        Allocation, Commit, CommitAllocation, CommitLine, CommitRequest, Reservation,
        ReservationLine,
    },
    problem::ProblemKind,
    quantity::{Amount, Quantity},
    truth::{Account, CauseKind, Fact, FactAllocation, FactLine, Stamp},
};

/// A movement that a commit will post once all its lines are found possible.
struct Step {
    sku: Sku,
    place: Place,
    from: Account,
    to: Account,
    quantity: Quantity,
    cause: CauseKind,
}

/// What a commit will do.
#[derive(Default)]
struct Plan {
    steps: Vec<Step>,
    reallocated: Vec<FactLine>,
    committed: Vec<FactLine>,
}

impl Warehouse {
    pub(super) fn commit(
        &mut self,
        stamp: &Stamp,
        id: &ReservationId,
        request: &CommitRequest,
    ) -> Answer<Reply> {
        bounded(request.reference.as_str(), 128, || "reference".to_owned())?;
        let mut reservation = self.pending(id)?;
        let parts = self.parts(&reservation, request.lines.as_deref())?;
        let plan = self.plan_commit(stamp, &mut reservation, &parts)?;
        reservation.commits.push(Commit {
            reference: request.reference.clone(),
            at: stamp.at,
            lines: plan
                .committed
                .iter()
                .map(|line| commit_line(&reservation, line))
                .collect(),
        });
        self.carry_out_commit(stamp, &reservation, request, plan);
        Ok(self.conclude(stamp, reservation, CauseKind::Commit))
    }

    /// Works out every line on the copy; nothing moves until all are possible.
    fn plan_commit(
        &self,
        stamp: &Stamp,
        reservation: &mut Reservation,
        parts: &Parts,
    ) -> Answer<Plan> {
        let mut plan = Plan::default();
        // Several lines may be of one item: what one takes from the shelf, the next cannot have.
        let mut shelves: Vec<(Sku, Shelf)> = Vec::new();
        for (index, quantity) in parts {
            let Some(line) = reservation.lines.get_mut(*index) else {
                continue;
            };
            let item = self.item(&line.sku)?;
            let at = shelves.iter().position(|(sku, _)| *sku == line.sku);
            let at = at.unwrap_or_else(|| {
                shelves.push((line.sku.clone(), Shelf::for_sale(item, stamp.at)));
                shelves.len() - 1
            });
            let eligible = |part: &Allocation| {
                let lot = item.lots.get(&part.lot);
                lot.is_some_and(|lot| lot.is_eligible(item.today(stamp.at)))
            };
            plan.reallocate(line, &mut shelves[at].1, eligible);
            plan.commit(item, line, *quantity, eligible)?;
        }
        Ok(plan)
    }

    fn carry_out_commit(
        &mut self,
        stamp: &Stamp,
        reservation: &Reservation,
        request: &CommitRequest,
        plan: Plan,
    ) {
        let subject = reservation.id.shared();
        let mut goods = Vec::new();
        for step in plan.steps {
            self.post(
                stamp,
                &Move {
                    sku: &step.sku,
                    place: &step.place,
                    from: step.from,
                    to: step.to,
                    quantity: step.quantity,
                    cause: step.cause,
                    subject: Some(&subject),
                },
            );
            if step.to == Account::Committed {
                goods.push((step.sku, step.place, step.quantity));
            }
        }
        if !plan.reallocated.is_empty() {
            self.truth.record(
                stamp,
                Fact::ReservationReallocated {
                    id: reservation.id.clone(),
                    lines: plan.reallocated,
                },
            );
        }
        self.truth.record(
            stamp,
            Fact::ReservationCommitted {
                id: reservation.id.clone(),
                reference: request.reference.clone(),
                lines: plan.committed,
            },
        );
        let wait = SignedDuration::from_mins(self.policy.pickup_minutes.into());
        let pick_up = PickUp {
            reservation: reservation.id.clone(),
            goods,
        };
        let at = stamp.at.saturating_add(wait).unwrap_or(stamp.at);
        self.agenda.add(at, Due::PickUp(pick_up));
    }
}

impl Plan {
    /// Moves as much as possible of what a line holds in bad lots to good ones.
    fn reallocate(
        &mut self,
        line: &mut ReservationLine,
        shelf: &mut Shelf,
        eligible: impl Fn(&Allocation) -> bool,
    ) {
        let bad = line.allocations.iter().filter(|part| !eligible(part));
        let bad: Quantity = bad.map(open_part).sum();
        let moved = bad.min(shelf.spare());
        if moved <= Quantity::ZERO {
            return;
        }
        let Ok(taken) = shelf.take(moved) else {
            return;
        };
        let mut missing = moved;
        for part in line.allocations.iter_mut().filter(|part| !eligible(part)) {
            let back = open_part(part).min(missing);
            missing -= back;
            part.quantity.add(-back);
            self.step(
                &line.sku,
                place_of(part),
                Account::Reserved,
                Account::OnHand,
                back,
            );
        }
        line.allocations
            .retain(|part| part.quantity.quantity() > Quantity::ZERO);
        for part in taken {
            let (from, to) = (Account::OnHand, Account::Reserved);
            self.step(&line.sku, part.place.clone(), from, to, part.quantity);
            add_allocation(line, part);
        }
        self.reallocated.push(fact_line(line, false));
    }

    /// Commits a quantity of what a line holds in good lots, first expired first.
    fn commit(
        &mut self,
        item: &ItemState,
        line: &mut ReservationLine,
        quantity: Quantity,
        eligible: impl Fn(&Allocation) -> bool,
    ) -> Answer<()> {
        let mut missing = quantity;
        let mut allocations = Vec::new();
        for part in line.allocations.iter_mut().filter(|part| eligible(part)) {
            let taken = open_part(part).min(missing);
            if taken > Quantity::ZERO {
                missing -= taken;
                part.committed.add(taken);
                allocations.push(FactAllocation {
                    lot: part.lot.clone(),
                    location: part.location.clone(),
                    quantity: taken,
                    expires_on: part.expires_on,
                });
            }
        }
        if missing > Quantity::ZERO {
            let short = item.amount(missing);
            let detail = format!(
                "{short} of line {} lies in lots not released or expired, and no other lot has it",
                line.line_id
            );
            return Err(ProblemKind::LotNotEligible.because(detail).into());
        }
        line.committed.add(quantity);
        self.leave(line, quantity, allocations);
        Ok(())
    }

    fn leave(&mut self, line: &ReservationLine, quantity: Quantity, parts: Vec<FactAllocation>) {
        for part in &parts {
            let place = Place {
                lot: part.lot.clone(),
                location: part.location.clone(),
            };
            self.step(
                &line.sku,
                place,
                Account::Reserved,
                Account::Committed,
                part.quantity,
            );
        }
        self.committed.push(FactLine {
            line_id: line.line_id.clone(),
            sku: line.sku.clone(),
            quantity,
            directed: false,
            allocations: parts,
        });
    }

    fn step(&mut self, sku: &Sku, place: Place, from: Account, to: Account, quantity: Quantity) {
        let cause = if to == Account::Committed {
            CauseKind::Commit
        } else {
            CauseKind::Reallocation
        };
        self.steps.push(Step {
            sku: sku.clone(),
            place,
            from,
            to,
            quantity,
            cause,
        });
    }
}

fn commit_line(reservation: &Reservation, fact: &FactLine) -> CommitLine {
    let mut lines = reservation.lines.iter();
    let line = lines.find(|line| line.line_id == fact.line_id);
    let unit = line.map_or(crate::Unit::Grm, |line| line.unit);
    let parts = fact.allocations.iter().cloned();
    CommitLine {
        line_id: fact.line_id.clone(),
        quantity: Amount::new(fact.quantity, unit),
        allocations: parts
            .map(|part: FactAllocation| commit_allocation(part, unit))
            .collect(),
    }
}

fn commit_allocation(part: FactAllocation, unit: crate::Unit) -> CommitAllocation {
    CommitAllocation {
        lot: part.lot,
        location: part.location,
        quantity: Amount::new(part.quantity, unit),
        expires_on: part.expires_on,
    }
}
