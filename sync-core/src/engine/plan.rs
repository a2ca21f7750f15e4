//! From what changed to what follows: numbers are aimed anew, and each aggregate concerned gets the
//! one command that is its next step.

use jiff::{SignedDuration, Timestamp};

use super::{
    demand::owed,
    draft::Draft,
    held::Held,
    next::{Next, Step, Trigger, Wait, World},
    order::Order,
    order_saga, publish,
    state::{Awaiting, Row},
};
use crate::{
    catalogue::Listing,
    outbox::{Aggregate, Change, ChangeKind, Command, CommandState},
    quantity::Quantity,
    sku::{JerkySku, OrderId, PolishSku},
    sometimes::{Mark, reached},
    store::StoreError,
    vendor::polish::view::OrderStatus,
};

impl Draft<'_> {
    /// Follows the changes until nothing more follows.
    pub(super) fn follow(&mut self) -> Result<(), StoreError> {
        loop {
            if let Some(sku) = self.moved_items.pop_first() {
                self.follow_item(&sku);
            } else if let Some(sku) = self.moved_products.pop_first() {
                self.follow_product(&sku);
            } else if let Some(aggregate) = self.dirty.pop_first() {
                self.plan(&aggregate)?;
            } else {
                return Ok(());
            }
        }
    }

    fn follow_item(&mut self, sku: &JerkySku) {
        let catalogue = self.catalogue;
        for listing in catalogue.listings_with(sku) {
            self.aim(listing);
        }
        self.wake(&Trigger::Stock(sku.clone()));
    }

    fn follow_product(&mut self, sku: &PolishSku) {
        let catalogue = self.catalogue;
        for listing in catalogue.listings_with_own(sku) {
            self.aim(listing);
        }
        if let Some(mirror) = catalogue.mirror_of(sku) {
            self.dirty.insert(Aggregate::Mirror(mirror.jerky.clone()));
        }
    }

    /// Computes what a listing should show.
    pub(super) fn aim(&mut self, listing: &Listing) {
        let desired = publish::desired(listing, self, |sku| self.unserved(sku));
        let known = self.listed(&listing.polish);
        if known.is_none_or(|product| product.desired != desired) {
            self.product_mut(&listing.polish).aim(desired);
            self.dirty
                .insert(Aggregate::Listing(listing.polish.clone()));
        }
    }

    pub(super) fn wake(&mut self, trigger: &Trigger) {
        let waiting = self.state.waits.on(trigger);
        self.dirty
            .extend(waiting.map(|order| Aggregate::Order(order.clone())));
    }

    fn plan(&mut self, aggregate: &Aggregate) -> Result<(), StoreError> {
        let next = match aggregate {
            Aggregate::Order(id) => self.plan_order(id)?,
            Aggregate::Listing(sku) => {
                self.settle_waiting(sku);
                self.plan_listing(sku)
            }
            Aggregate::Mirror(sku) => self.plan_mirror(sku),
            Aggregate::Item(sku) => self.item(sku).map_or(Next::Rest, |item| item.next(sku)),
        };
        self.arrange(aggregate, next)
    }

    fn plan_order(&mut self, id: &OrderId) -> Result<Next, StoreError> {
        self.await_lower_numbers(id)?;
        self.note_unserved(id);
        let Some(order) = self.order(id) else {
            return Ok(Next::Rest);
        };
        let aggregate = Aggregate::Order(id.clone());
        let is_dead = |intention: &str| self.is_dead(&aggregate, intention);
        Ok(order_saga::next(order, self, is_dead))
    }

    /// Whether this was tried in vain so often that it waits for a reconciliation.
    fn is_dead(&self, aggregate: &Aggregate, intention: &str) -> bool {
        let dead = self.state.outbox.dead(aggregate);
        let known = dead.and_then(|dead| dead.get(intention));
        let mut fresh = self.changes.rows.values().flatten();
        known.is_some_and(|row| !self.changes.rows.contains_key(row))
            || fresh.any(|row| {
                let is_dead = row.state == CommandState::Dead && row.aggregate == *aggregate;
                is_dead && row.intention() == intention
            })
    }

    /// Once its reservation stands, the numbers of its listings that are on their way to the shop
    /// are those it waits for.
    fn await_lower_numbers(&mut self, id: &OrderId) -> Result<(), StoreError> {
        let Some(order) = self.order(id) else {
            return Ok(());
        };
        let Some(facts) = &order.facts else {
            return Ok(());
        };
        if order.awaited.is_some() || facts.status != OrderStatus::Pending {
            return Ok(());
        }
        let Some(held) = order.live() else {
            return Ok(());
        };
        if self.is_to_be_read(held) {
            return self.confirm_in_time(id);
        }
        let on_their_way = facts.lines.iter().filter_map(|line| {
            let product = self.listed(&line.sku)?;
            (product.shown < product.changes).then(|| (line.sku.clone(), product.changes))
        });
        let awaited = Some(on_their_way.collect());
        self.order_mut(id)?.awaited = awaited;
        self.confirm_in_time(id)
    }

    /// Whether the level of anything that is held is to be read again: the number that follows from
    /// the reservation is not on its way yet.
    fn is_to_be_read(&self, held: &Held) -> bool {
        let mut items = held.lines.iter().filter_map(|line| self.item(&line.sku));
        items.any(|item| item.reread)
    }

    /// An order does not wait for a number for ever.
    fn confirm_in_time(&mut self, id: &OrderId) -> Result<(), StoreError> {
        let confirm_by = self.now.saturating_add(self.policy.confirm_wait).ok();
        let order = self.order_mut(id)?;
        order.confirm_by = order.confirm_by.or(confirm_by);
        Ok(())
    }

    /// Notes what the shop confirmed by itself and no reservation holds yet.
    fn note_unserved(&mut self, id: &OrderId) {
        let order = self.order(id);
        let unserved = order.map_or_else(Vec::new, |order| unserved(order, self));
        let changed = self.changes.unserved.get(id);
        let known = changed.or_else(|| self.state.unserved_of.get(id));
        if known.map_or(&[][..], Vec::as_slice) == unserved {
            return;
        }
        let skus = known.into_iter().flatten().chain(&unserved);
        let skus: Vec<JerkySku> = skus.map(|(sku, _)| sku.clone()).collect();
        self.moved_items.extend(skus);
        self.changes.unserved.insert(id.clone(), unserved);
    }

    fn plan_listing(&mut self, sku: &PolishSku) -> Next {
        let Some(product) = self.listed(sku) else {
            return Next::Rest;
        };
        let is_shown = product.shows_what_it_should() && !self.is_being_published(sku);
        let foreign_until = product.foreign_until(self.policy.foreign_change_wait);
        if is_shown && (foreign_until.is_some() || product.shown != product.changes) {
            // That the numbers agree does not say that what is behind the shop's own has arrived:
            // another order for the same item may have made them equal, and its end may part them.
            let is_over = foreign_until.is_none_or(|until| until <= self.now);
            let product = self.product_mut(sku);
            product.shown = product.changes;
            if is_over {
                product.foreign_since = None;
            }
            self.wake(&Trigger::Shown(sku.clone()));
        }
        let aggregate = Aggregate::Listing(sku.clone());
        let is_dead = |intention: &str| self.is_dead(&aggregate, intention);
        self.listed(sku).map_or(Next::Rest, |product| {
            publish::next(sku, product, self, is_dead)
        })
    }

    /// Whether another number may be on its way to the shop.
    fn is_being_published(&self, sku: &PolishSku) -> bool {
        let row = self.live_row(&Aggregate::Listing(sku.clone()));
        row.is_some_and(|row| {
            let is_publish = matches!(row.command, Command::Publish { .. });
            is_publish && (row.state == CommandState::Unknown || self.is_out(row.id))
        })
    }

    fn plan_mirror(&mut self, sku: &JerkySku) -> Next {
        let Some(mirror) = self.catalogue.mirror_at(sku) else {
            return Next::Rest;
        };
        let shown = self.mirror(sku).cloned().unwrap_or_default();
        shown.next(mirror, self)
    }

    /// Brings the outbox in line with what follows. A command that is out, or whose outcome is not
    /// known for good, is left alone: its outcome leads back here.
    fn arrange(&mut self, aggregate: &Aggregate, next: Next) -> Result<(), StoreError> {
        let row = self.live_row(aggregate).cloned();
        let mut not_before = self.now;
        if let Some(row) = row {
            if row.state == CommandState::Unknown || row.unanswered || self.is_out(row.id) {
                return Ok(());
            }
            match &next {
                Next::Do(step) if step.key == row.key => {
                    self.renew(row, step);
                    return Ok(());
                }
                Next::Do(step) if row.attempts > 0 && row.is_like(&step.command) => {
                    // A vendor that has just failed is left alone, whatever else there is to say.
                    not_before = row.due_at;
                    self.drop_row(row.id);
                }
                _ => self.drop_row(row.id),
            }
        }
        let concern = match &next {
            Next::Do(step) => step.concern.clone(),
            Next::Wait(wait) => wait.concern.clone(),
            Next::Rest => None,
        };
        if let (Some(concern), Aggregate::Order(id)) = (&concern, aggregate) {
            self.tell(id, concern)?;
        }
        if let (Next::Rest, Aggregate::Order(id)) = (&next, aggregate) {
            // It may close: that is written.
            self.order_mut(id)?;
        }
        let awaiting = match next {
            Next::Do(step) => {
                note_step(&step.command);
                if let Aggregate::Order(id) = aggregate {
                    let now = self.now;
                    self.order_mut(id)?.ask(&step, now);
                }
                self.enqueue(aggregate, step, not_before);
                None
            }
            Next::Wait(wait) => {
                note_wait(&wait);
                Some(Awaiting {
                    until: wait.until,
                    on: wait.on,
                    why: wait.why,
                })
            }
            Next::Rest => None,
        };
        self.changes.awaiting.insert(aggregate.clone(), awaiting);
        Ok(())
    }

    /// A payload under an idempotency key stays what it was once it may have been sent.
    fn renew(&mut self, row: Row, step: &Step) {
        let may_change = !row.command.is_frozen() || row.attempts == 0;
        if may_change && row.command != step.command {
            self.put_row(Row {
                command: step.command.clone(),
                ..row
            });
        }
    }

    fn enqueue(&mut self, aggregate: &Aggregate, step: Step, not_before: Timestamp) {
        if self.is_dead(aggregate, &step.intention()) {
            return;
        }
        let failures = self.failures(aggregate, &step.intention());
        let wait = match failures {
            0 => SignedDuration::ZERO,
            failures => self.backoff(&step.key, failures),
        };
        let state = if failures >= self.policy.dead_after {
            let detail = format!("{} failed {failures} times", step.command.name());
            reached(Mark::Dead);
            self.alert("dead-command", &aggregate.to_string(), detail);
            // What is dead must not hold up the rest of an order, or the number of a listing.
            if matches!(aggregate, Aggregate::Order(_) | Aggregate::Listing(_)) {
                self.dirty.insert(aggregate.clone());
            }
            CommandState::Dead
        } else {
            CommandState::Pending
        };
        self.changes.observed.commands += 1;
        let id = self.next_command();
        let due_at = self.now.saturating_add(wait).unwrap_or(self.now);
        let due_at = due_at.max(not_before);
        self.put_row(Row {
            id,
            aggregate: aggregate.clone(),
            command: step.command,
            key: step.key,
            state,
            attempts: 0,
            due_at,
            unanswered: false,
        });
    }

    /// How long to wait after so many attempts: doubling, with jitter keyed by what is retried, so
    /// that many that failed together do not return together.
    pub(super) fn backoff(&self, key: &str, failures: u32) -> SignedDuration {
        let first = self.policy.backoff_first.as_millis();
        let longest = self.policy.backoff_longest.as_millis();
        let doubled = first.saturating_mul(1_i128 << failures.saturating_sub(1).min(20));
        let whole = u64::try_from(doubled.min(longest)).unwrap_or(0);
        let draw = self.keyed.draw("backoff", key, u64::from(failures));
        let ms = draw.between(whole / 2, whole);
        SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX))
    }
}

fn unserved(order: &Order, world: &impl World) -> Vec<(JerkySku, Quantity)> {
    let Some(facts) = &order.facts else {
        return Vec::new();
    };
    let confirmed = facts.is_open() && facts.status != OrderStatus::Pending;
    if !confirmed || order.live().is_some() || order.shortage.refusals > 0 {
        return Vec::new();
    }
    owed(facts, world.catalogue())
        .iter()
        .map(|owed| (owed.component.sku.clone(), owed.rest(order, true)))
        .filter(|(_, quantity)| quantity.is_positive())
        .collect()
}

fn note_step(command: &Command) {
    let mark = match command {
        Command::Reserve { generation, .. } if *generation > 0 => Mark::ReservedAgain,
        Command::Release { lines: Some(_), .. } => Mark::PartRelease,
        Command::Extend { .. } => Mark::ExtendedReservation,
        Command::Reject { .. } => Mark::RejectedOrder,
        Command::Cancel { .. } => Mark::BrokenPromise,
        Command::Adjust { changes } => return changes.iter().for_each(note_change),
        _ => return,
    };
    reached(mark);
}

fn note_change(change: &Change) {
    match change.kind {
        ChangeKind::Disposal => reached(Mark::ExpiredReturn),
        ChangeKind::Restock => reached(Mark::Restock),
        _ => {}
    }
}

fn note_wait(wait: &Wait) {
    match wait.on.first() {
        Some(Trigger::Shown(_)) => reached(Mark::LowerNumberAwaited),
        Some(Trigger::Stock(_)) if wait.until.is_some() => reached(Mark::LowerNumberAwaited),
        Some(Trigger::Stock(_)) => reached(Mark::Backorder),
        Some(Trigger::ProductsSwept) | None => {}
    }
}
