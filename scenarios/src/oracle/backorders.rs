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
        orders: BTreeMap::new(),
        waits: BTreeMap::new(),
    };
    for step in &case.timeline {
        pass.overdue(step.at(), findings);
        pass.step(*step);
        pass.renew(step.at(), findings);
    }
    pass.overdue(case.history.phases.ended, findings);
}

struct Pass<'c, 'h> {
    case: &'c Case<'h>,
    stock: Stock<'h>,
    orders: BTreeMap<&'h str, OrderState<'h>>,
    /// Those that lack goods, and since when there has been all that one lacks.
    waits: BTreeMap<&'h str, Option<Timestamp>>,
}

impl<'h> Pass<'_, 'h> {
    fn step(&mut self, step: Step<'h>) {
        if let Step::Jerky(fact) = step {
            self.stock.apply(fact.at, &fact.what);
        }
        if let Some(id) = self.case.order_of(step)
            && self.is_judged(id)
        {
            let order = self.orders.entry(id).or_default();
            order.apply(step);
            if lacks_goods(self.case, order) {
                self.waits.entry(id).or_default();
            } else {
                self.waits.remove(id);
            }
        }
    }

    /// Whether the shop confirmed the order by itself, and all of it could be read.
    fn is_judged(&self, id: &str) -> bool {
        let order = self.case.orders.get(id);
        order.is_some_and(|order| order.automatic) && !self.case.is_poisoned(id)
    }

    /// Which orders could be served after what happened at `now`.
    fn renew(&mut self, now: Timestamp, findings: &mut Findings) {
        for (id, since) in &mut self.waits {
            let order = self.orders.get(id);
            if !order.is_some_and(|order| can_be_served(self.case, &self.stock, order, now)) {
                *since = None;
            } else if since.is_none() {
                findings.judged();
                *since = Some(now);
            }
        }
    }

    /// Orders that could have been served for too long at `now`. Lots end at midnight without a word,
    /// so what could be served after the last step is looked at once more.
    fn overdue(&mut self, now: Timestamp, findings: &mut Findings) {
        let (case, sweep) = (self.case, self.case.history.limits.sweep);
        let (orders, stock) = (&self.orders, &self.stock);
        self.waits.retain(|id, since| {
            let Some(begun) = *since else {
                return true;
            };
            let due = Calm(&case.history.disturbed).after(begun, sweep);
            if due >= now {
                return true;
            }
            let order = orders.get(id);
            if !order.is_some_and(|order| can_be_served(case, stock, order, due)) {
                *since = None;
                return true;
            }
            findings.violated(|| violation(case, id, begun, due));
            false
        });
    }
}

fn violation(case: &Case<'_>, id: &str, since: Timestamp, due: Timestamp) -> Violation {
    let since = telling::time(since);
    Violation {
        subject: format!("order {id}"),
        at: due,
        expected: format!("its goods reserved, of which there were enough since {since}"),
        found: "none".to_owned(),
        history: case.told_of_order(id, due),
    }
}

/// Whether an order that goes on needs more than it has, of which nothing is reserved.
fn lacks_goods(case: &Case<'_>, order: &OrderState<'_>) -> bool {
    let is_open = order.lines.values().any(|line| line.open() > 0);
    is_open && order.live().next().is_none() && lacked(case, order).next().is_some()
}

/// Items that an order lacks, in base units.
fn lacked<'h>(
    case: &Case<'h>,
    order: &OrderState<'h>,
) -> impl Iterator<Item = (&'h JerkySku, i64)> {
    let mapping = &case.history.mapping;
    let lacked = order.items(mapping).into_iter();
    let lacked = lacked.map(|item| (item, order.uncovered(mapping, item)));
    lacked.filter(|(_, uncovered)| *uncovered > 0)
}

/// Whether all that the order lacks is there and may be reserved.
fn can_be_served(
    case: &Case<'_>,
    stock: &Stock<'_>,
    order: &OrderState<'_>,
    at: Timestamp,
) -> bool {
    let mut listings = order.lines.values().filter_map(|line| {
        let listing = case.history.mapping.listings.get(line.sku)?;
        Some((line.sku, listing))
    });
    let is_there = |(item, uncovered): (&JerkySku, i64)| {
        let free = stock.item(item).map_or(0, |stock| {
            let (min_days, safety) = kept(case, order, item);
            stock.eligible(at, min_days) - stock.safety - safety
        });
        free >= uncovered && !case.has_blocked_lots(item)
    };
    lacked(case, order).all(is_there)
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

    /// Goods for an order that waits, ten minutes before the warehouse's midnight.
    fn served_until_midnight(last_day: i8) -> World {
        let mut world = World::quiet_day();
        let midnight: jiff::Timestamp = "2026-11-03T06:00:00Z".parse().unwrap();
        world.pass(midnight.duration_since(world.now).as_secs() - 600);
        world.place_as("ORD-9", "AUTO", 60, true);
        world.receive("J3", "E", 300, Some(last_day));
        world
    }

    #[test]
    fn one_whose_goods_expire_before_anybody_could_reserve_them_waits_on() {
        assert_holds("no_oversell", &served_until_midnight(2).end());
        assert_violated("no_oversell", &served_until_midnight(3).end(), "ORD-9");
    }
}
