//! What follows for an order: reserve, confirm, commit what ships, give back what does not.
//!
//! The rules are asked in the order of their urgency and look only at what is known now: the
//! shop's facts and the reservations. Whether something was done is read off the reservations
//! themselves, so an outcome that was lost is found by asking, and doing nothing twice is not a
//! matter of remembering.

use std::collections::BTreeSet;

use super::{
    backorder, blocked,
    demand::{Owed, is_strong, owed, reserve_lines, unknown_lines},
    extend,
    held::{Held, HeldLine},
    next::{Next, Trigger, Wait, World},
    order::{Order, OrderFacts},
    returns,
};
use crate::{
    outbox::{Command, LineReason, ReservationPart},
    quantity::Quantity,
    sku::LineId,
    vendor::polish::view::OrderStatus,
};

/// The reason the shop shows for an order that asked for more than there is.
pub(super) const INSUFFICIENT: &str = "insufficient_stock";
/// The reason the shop shows for an order of a product that nobody knows.
pub(super) const UNKNOWN_SKU: &str = "unknown_sku";

/// An order with all that its rules look at.
pub(super) struct Case<'a, W> {
    pub(super) order: &'a Order,
    pub(super) facts: &'a OrderFacts,
    pub(super) owed: &'a [Owed<'a>],
    pub(super) world: &'a W,
}

/// What follows for an order. Intentions that are dead are passed over: they wait for a reconciliation
/// and must not hold up the rest of the order.
pub(super) fn next(order: &Order, world: &impl World, is_dead: impl Fn(&str) -> bool) -> Next {
    let alive = |next: Next| match next {
        Next::Do(step) if is_dead(&step.intention()) => Next::Rest,
        next => next,
    };
    let Some(facts) = &order.facts else {
        return read(order);
    };
    let owed = owed(facts, world.catalogue());
    let case = Case {
        order,
        facts,
        owed: &owed,
        world,
    };
    // It has a deadline, and does no harm: nothing that may take longer is waited for.
    let extension = alive(extend::next(&case));
    if matches!(extension, Next::Do(_)) {
        return extension;
    }
    if order.is_stale() {
        return alive(read(order)).or_else(|| extension);
    }
    let list = format!("list:{}", order.id);
    if order.relist && !is_dead(&list) {
        return relist(list, order);
    }
    if order.relist {
        // That they cannot be listed is in the way of what is made anew, and not of what is held; nor
        // of what was asked for already, and may be done.
        let fresh = |next: Next| match next {
            Next::Do(step) if order.unbelieved.contains(&step.key) => Next::Rest,
            next => alive(next),
        };
        return fresh(case.commit())
            .or_else(|| fresh(case.release_excess()))
            .or_else(|| extension)
            .or_else(|| relist(list, order));
    }
    let unknown = case.unknown();
    let serve = || match unknown.as_slice() {
        [] => alive(case.reserve()).or_else(|| alive(case.confirm())),
        _ => Next::Rest,
    };
    let next = alive(case.release_strays())
        .or_else(|| alive(case.refuse_unknown(&unknown)))
        .or_else(|| alive(case.commit()))
        .or_else(|| alive(case.release_excess()))
        .or_else(serve)
        .or_else(|| alive(returns::next(&case)))
        .or_else(|| extension);
    blocked::watch(&case, next)
}

fn read(order: &Order) -> Next {
    let key = format!("read:{}:{}", order.id, order.version());
    let order = order.id.clone();
    Next::step(key, Command::ReadOrder { order })
}

fn relist(key: String, order: &Order) -> Next {
    let order = order.id.clone();
    Next::step(key, Command::ReadReservations { order })
}

impl<W: World> Case<'_, W> {
    /// Whether the warehouse has anything to do with it.
    fn takes_stock(&self) -> bool {
        !self.owed.is_empty()
    }

    /// Whether something has to leave the warehouse that no reservation was committed for.
    pub(super) fn is_owed(&self) -> bool {
        let open = self.facts.is_open();
        self.owed
            .iter()
            .any(|owed| owed.rest(self.order, open).is_positive())
    }

    /// A second live reservation: a person made it, or a vendor forgot a key and then applied late
    /// what was given up.
    fn release_strays(&self) -> Next {
        let live = self.order.reservations.iter().filter(|held| held.is_live());
        live.skip(1)
            .map(|stray| self.release(stray, None))
            .next()
            .unwrap_or(Next::Rest)
    }

    /// The lines of an open order whose product nobody knows. What it takes from the warehouse is not
    /// clear as long as there are any, even when they can neither be read again nor refused.
    fn unknown(&self) -> Vec<LineId> {
        let lines = unknown_lines(self.facts, self.world).filter(|_| self.facts.is_open());
        lines.map(|line| line.line.clone()).collect()
    }

    fn refuse_unknown(&self, lines: &[LineId]) -> Next {
        if lines.is_empty() {
            return Next::Rest;
        }
        if !self.world.products_swept() {
            return Next::Wait(Wait {
                on: vec![Trigger::ProductsSwept],
                why: Some("for all products to be read, to tell whether its own exist"),
                ..Wait::default()
            });
        }
        let order = self.order.id.clone();
        if !self.order.unknown_confirmed {
            return Next::step(format!("reread:{order}"), Command::ReadOrder { order });
        }
        self.refuse(UNKNOWN_SKU, lines)
    }

    fn commit(&self) -> Next {
        let Some(held) = self.order.live() else {
            return Next::Rest;
        };
        if self.order.singly {
            return blocked::commit(self, held);
        }
        for (place, (shipment, _)) in self.facts.shipments.iter().enumerate() {
            let done = |held: &Held| held.has_commit(shipment.as_str());
            if self.order.reservations.iter().any(done) {
                continue;
            }
            let lines: Vec<_> = self
                .owed
                .iter()
                .map(|owed| ReservationPart {
                    line: owed.held_line.clone(),
                    quantity: owed.shipped(self.facts, place),
                })
                .filter(|part| part.quantity.is_positive())
                .collect();
            if lines.is_empty() {
                continue;
            }
            return Next::step(
                self.commit_key(held, shipment.as_str()),
                Command::Commit {
                    order: self.order.id.clone(),
                    reservation: held.id.clone(),
                    shipment: shipment.clone(),
                    lines,
                },
            );
        }
        Next::Rest
    }

    /// A later reservation takes a key of its own: the vendor answers the old key with the old
    /// reservation's refusal.
    pub(super) fn commit_key(&self, held: &Held, shipment: &str) -> String {
        let id = &self.order.id;
        match self.order.reservations.first() {
            Some(first) if first.id == held.id => format!("commit:{id}:{shipment}"),
            _ => format!("commit:{id}:{shipment}:{}", held.id),
        }
    }

    /// What is held and neither shipped nor to be shipped goes back.
    fn release_excess(&self) -> Next {
        let Some(held) = self.order.live() else {
            return Next::Rest;
        };
        let open = self.facts.is_open();
        let wanted = |line: &LineId| {
            let mut owed = self.owed.iter().filter(|owed| owed.held_line == *line);
            owed.next()
                .map_or(Quantity::ZERO, |owed| owed.rest(self.order, open))
        };
        let parts: Vec<_> = held
            .lines
            .iter()
            .map(|line| ReservationPart {
                line: line.line.clone(),
                quantity: line.open().less(wanted(&line.line)),
            })
            .filter(|part| part.quantity.is_positive())
            .collect();
        if parts.is_empty() {
            return Next::Rest;
        }
        let given: Quantity = parts.iter().map(|part| part.quantity).sum();
        let open: Quantity = held.lines.iter().map(HeldLine::open).sum();
        self.release(held, (given < open).then_some(parts))
    }

    /// Another key only once something was given back, or refused to be: an earlier release may still be
    /// under way, whatever was committed since, and of two under one key the vendor takes one.
    fn release(&self, held: &Held, lines: Option<Vec<ReservationPart>>) -> Next {
        let (id, released, refused) = (&held.id, held.released(), self.order.rounds);
        Next::step(
            format!("release:{id}:{released}:{refused}"),
            Command::Release {
                order: self.order.id.clone(),
                reservation: held.id.clone(),
                lines,
            },
        )
    }

    fn reserve(&self) -> Next {
        if !self.is_owed() || self.order.live().is_some() {
            return Next::Rest;
        }
        if self.hold_is_over() {
            return Next::wait("for the shop to cancel it, its hold being over");
        }
        let open = self.facts.is_open();
        let lines = reserve_lines(self.order, self.owed, open, self.world);
        match (lines, self.order.shortage.refusals) {
            (Ok(lines), 0) => self.reserve_now(lines),
            (lines, _) => backorder::next(self, lines),
        }
    }

    pub(super) fn reserve_now(&self, lines: Vec<crate::outbox::ReserveLine>) -> Next {
        let (order, generation) = (self.order.id.clone(), self.order.generation);
        let policy = self.world.policy();
        let ttl = match (self.facts.status, self.order.hold_ends_at()) {
            (OrderStatus::Pending, Some(end)) => {
                let hold = end.duration_since(self.world.now());
                hold.max(jiff::SignedDuration::ZERO) + policy.reservation_margin
            }
            _ => policy.confirmed_ttl,
        };
        Next::step(
            format!("reserve:{order}:{generation}"),
            Command::Reserve {
                order,
                generation,
                ttl_seconds: ttl.as_secs(),
                lines,
            },
        )
    }

    /// Refuses what is pending and calls off what the shop confirmed already. A line may be named more
    /// than once, as a kit that lacks two of its parts is; the shop takes each once.
    pub(super) fn refuse(&self, reason: &str, lines: &[LineId]) -> Next {
        let order = self.order.id.clone();
        let lines: BTreeSet<&LineId> = lines.iter().collect();
        let detail = format!("{reason}: lines {}", join(&lines));
        if self.facts.status == OrderStatus::Pending {
            let lines = lines.into_iter().map(|line| LineReason {
                line: line.clone(),
                reason: reason.to_owned(),
            });
            let command = Command::Reject {
                order: order.clone(),
                reason: reason.to_owned(),
                lines: lines.collect(),
            };
            return Next::step(format!("reject:{order}"), command).with("order-rejected", detail);
        }
        let command = Command::Cancel {
            order: order.clone(),
            reason: reason.to_owned(),
        };
        Next::step(format!("cancel:{order}"), command).with("order-cancelled", detail)
    }

    /// A reservation stands, or none is needed: the order may go out.
    fn confirm(&self) -> Next {
        let waits = match self.facts.status {
            OrderStatus::Pending => true,
            OrderStatus::Confirmed | OrderStatus::PartiallyFulfilled => !self.facts.ready,
            _ => false,
        };
        if !waits || self.hold_is_over() {
            return Next::Rest;
        }
        if self.takes_stock() && self.order.live().is_none() && self.is_owed() {
            return Next::Rest;
        }
        self.wait_for_lower_number().or_else(|| {
            let order = self.order.id.clone();
            Next::step(format!("confirm:{order}"), Command::Confirm { order })
        })
    }

    /// Confirming ends the shop's hold: until the lower number is shown, what is reserved here
    /// would be on sale again.
    fn wait_for_lower_number(&self) -> Next {
        let Some(until) = self.order.confirm_by else {
            return Next::Rest;
        };
        if self.facts.status != OrderStatus::Pending || self.world.now() >= until {
            return Next::Rest;
        }
        let shown = |(sku, change): &&(_, u64)| {
            let product = self.world.product(sku);
            product.is_some_and(|product| product.shown < *change)
        };
        let on: Vec<_> = match &self.order.awaited {
            Some(awaited) => {
                let awaited = awaited.iter().filter(shown);
                awaited
                    .map(|(sku, _)| Trigger::Shown(sku.clone()))
                    .collect()
            }
            // What is held is to be read again before anybody knows what to show.
            None => {
                let held = self.order.live().into_iter();
                let lines = held.flat_map(|held| &held.lines);
                lines.map(|line| Trigger::Stock(line.sku.clone())).collect()
            }
        };
        if on.is_empty() {
            return Next::Rest;
        }
        Next::Wait(Wait {
            until: Some(until),
            on,
            why: Some("for the lower number to be shown"),
            concern: None,
        })
    }

    fn hold_is_over(&self) -> bool {
        self.facts.status == OrderStatus::Pending
            && self
                .order
                .hold_ends_at()
                .is_some_and(|end| end <= self.world.now())
    }

    /// Whether a shortage is a backorder rather than a broken promise.
    pub(super) fn may_wait(&self) -> bool {
        self.facts.status != OrderStatus::Pending && !is_strong(self.owed)
    }
}

fn join(lines: &BTreeSet<&LineId>) -> String {
    let lines: Vec<_> = lines.iter().map(|line| line.as_str()).collect();
    lines.join(", ")
}
