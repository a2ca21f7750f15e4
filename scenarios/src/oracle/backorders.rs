//! S3, for orders that the shop confirmed by itself: one that waits for goods has them soon after
//! enough have come. `no_oversell` asks.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Case, Findings, Violation,
    calm::Calm,
    history::{Component, Listing},
    names::JerkySku,
    order::OrderState,
    stock::Stock,
    telling,
    timeline::Step,
};

// Relaxed where a wrong clock hides what came first, and for what could not be read.

/// Judges each wait for goods.
pub(super) fn check(case: &Case<'_>, findings: &mut Findings) {
    if case.history.limits.skew.is_positive() {
        return;
    }
    let mut pass = Pass {
        case,
        stock: Stock::default(),
        waiting: BTreeMap::new(),
    };
    for step in &case.timeline {
        pass.overdue(step.at(), findings);
        pass.step(*step);
    }
    pass.overdue(case.history.phases.ended, findings);
}

struct Pass<'c, 'h> {
    case: &'c Case<'h>,
    stock: Stock<'h>,
    waiting: BTreeMap<&'h str, Waiting<'h>>,
}

/// An order that the shop confirmed by itself.
struct Waiting<'h> {
    order: OrderState<'h>,
    /// Since when there has been all that it lacks.
    served_since: Option<Timestamp>,
}

impl<'h> Pass<'_, 'h> {
    fn step(&mut self, step: Step<'h>) {
        if let Step::Jerky(fact) = step {
            self.stock.apply(fact.at, &fact.what);
        }
        if let Some(id) = self.case.order_of(step)
            && self
                .case
                .orders
                .get(id)
                .is_some_and(|order| order.automatic)
            && !self.case.is_poisoned(id)
        {
            let waiting = self.waiting.entry(id).or_insert_with(|| Waiting {
                order: OrderState::default(),
                served_since: None,
            });
            waiting.order.apply(step);
        }
        let (case, stock) = (self.case, &self.stock);
        for waiting in self.waiting.values_mut() {
            let can_be_served = can_be_served(case, stock, &waiting.order, step.at());
            let since = waiting.served_since.unwrap_or(step.at());
            waiting.served_since = can_be_served.then_some(since);
        }
    }

    /// Orders that could have been served for too long at `now`.
    fn overdue(&mut self, now: Timestamp, findings: &mut Findings) {
        let (case, sweep) = (self.case, self.case.history.limits.sweep);
        let overdue = |waiting: &Waiting<'_>| {
            let due = Calm(&case.history.disturbed).after(waiting.served_since?, sweep);
            (due < now).then_some(due)
        };
        let overdue: Vec<(&str, Timestamp)> = self
            .waiting
            .iter()
            .filter_map(|(id, waiting)| Some((*id, overdue(waiting)?)))
            .collect();
        for (id, due) in overdue {
            let Some(waiting) = self.waiting.remove(id) else {
                continue;
            };
            findings.judged();
            findings.violated(|| Violation {
                subject: format!("order {id}"),
                at: due,
                expected: format!(
                    "its goods reserved, of which there were enough since {}",
                    waiting.served_since.map_or_else(String::new, telling::time)
                ),
                found: "none".to_owned(),
                history: case.told_of_order(id, due),
            });
        }
    }
}

/// Whether the order lacks goods, and all that it lacks is there and may be reserved.
fn can_be_served(
    case: &Case<'_>,
    stock: &Stock<'_>,
    order: &OrderState<'_>,
    at: Timestamp,
) -> bool {
    let mapping = &case.history.mapping;
    let is_open = order.lines.values().any(|line| line.open() > 0);
    let mut lacked = order.items(mapping).into_iter().filter_map(|item| {
        let uncovered = order.uncovered(mapping, item);
        (uncovered > 0).then_some((item, uncovered))
    });
    let mut listings = order.lines.values().filter_map(|line| {
        let listing = mapping.listings.get(line.sku)?;
        Some((line.sku, listing))
    });
    let is_there = |(item, uncovered): (&JerkySku, i64)| {
        let free = stock.item(item).map_or(0, |stock| {
            let (min_days, safety) = kept(case, order, item);
            stock.eligible(at, min_days) - stock.safety - safety
        });
        free >= uncovered && !case.has_blocked_lots(item)
    };
    is_open
        && order.live().next().is_none()
        && lacked
            .next()
            .is_some_and(|first| is_there(first) && lacked.all(is_there))
        && listings.all(|(sku, listing)| !case.has_poison(sku, listing))
}

/// What the order's listings keep back of an item: days that a lot must have left, and base units.
fn kept(case: &Case<'_>, order: &OrderState<'_>, item: &JerkySku) -> (i64, i64) {
    let listings = order.lines.values();
    let listings = listings.filter_map(|line| case.history.mapping.listings.get(line.sku));
    let kept = listings.map(|listing| (listing.min_days, safety(listing, item)));
    kept.fold((0, 0), |most, kept| {
        (most.0.max(kept.0), most.1.max(kept.1))
    })
}

fn safety(listing: &Listing, item: &JerkySku) -> i64 {
    let parts = listing.components.iter().map(|part| match part {
        Component::Jerky { sku, safety, .. } if sku == item => *safety,
        Component::Jerky { .. } | Component::Own { .. } => 0,
    });
    parts.sum()
}

#[cfg(test)]
mod tests {
    use crate::oracle::testing::{World, assert_holds, assert_violated};

    /// The shop sells sixty by itself, and there is enough for fifty.
    fn short() -> World {
        let mut world = World::quiet_day();
        world.place_as("ORD-9", "AUTO", 60, true);
        world
    }

    #[test]
    fn an_order_that_lacks_goods_waits() {
        let mut world = short();
        world.pass(7200);
        assert_holds("no_oversell", &world.end());
    }

    #[test]
    fn one_that_waits_on_although_they_came_breaks_it() {
        let mut world = short();
        world.receive("J3", "E", 300, None);
        world.pass(7200);
        let broken = assert_violated("no_oversell", &world.end(), "ORD-9");
        assert!(broken.expected.contains("enough"), "{broken}");
    }

    #[test]
    fn one_that_gets_them_then_holds() {
        let mut world = short();
        world.receive("J3", "E", 300, None);
        world.pass(60);
        world.reserve("ORD-9", &[("J3", "D", 500), ("J3", "E", 100)]);
        world.pass(7200);
        assert_holds("no_oversell", &world.end());
    }
}
