//! S3: under a strong mapping an order is confirmed only while the goods it promises are reserved for it.

use std::collections::BTreeMap;

use super::{
    Case, Findings, Invariant, Violation, backorders,
    history::{Account, Criticality, JerkyFact, Mapping, PolishFact, ShopAccount},
    left_to_expire,
    names::{JerkySku, PolishSku},
    order::OrderState,
    stock::{LotStock, Stock},
    telling,
    timeline::Step,
};

/// S3.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "S3",
    name: "no_oversell",
    meaning: "Under a strong mapping an order is confirmed only while the goods it promises are reserved for it.",
    formula: "at each confirmation: reserved(order) + committed(order) >= ordered - cancelled for each component; other confirmed orders without cover <= eligible free stock; available >= 0; no reservation that a confirmed order needs expires in calm; an order that the shop confirmed by itself has its goods within a sweep of their being there",
    reads: "jerky reservations and movements, order life cycle, mapping",
    check,
};

// Relaxed: demand is held against stock only at the moment of a confirmation, and only the stock
// that the confirmed order itself took or another confirmed order has lost. Counterexample: 10
// packets, all reserved and confirmed; then the owner recalls the lot, or counts 4. Demand now
// exceeds eligible stock, and no acceptance is to blame.

fn check(case: &Case<'_>, findings: &mut Findings) {
    let mut pass = Pass {
        case,
        stock: Stock::default(),
        shelves: BTreeMap::new(),
        orders: BTreeMap::new(),
        uncovered: BTreeMap::new(),
    };
    for step in &case.timeline {
        pass.step(*step, findings);
    }
    left_to_expire::check(case, findings);
    backorders::check(case, findings);
}

struct Pass<'c, 'h> {
    case: &'c Case<'h>,
    stock: Stock<'h>,
    /// Free own stock.
    shelves: BTreeMap<&'h PolishSku, i64>,
    orders: BTreeMap<&'h str, OrderState<'h>>,
    /// Confirmed and neither reserved nor committed, by item and order. Never 0.
    uncovered: BTreeMap<&'h JerkySku, BTreeMap<&'h str, i64>>,
}

impl<'h> Pass<'_, 'h> {
    fn step(&mut self, step: Step<'h>, findings: &mut Findings) {
        match step {
            Step::Jerky(fact) => {
                self.stock.apply(fact.at, &fact.what);
                self.never_negative(step, &fact.what, findings);
            }
            Step::Polish(fact) => self.own_stock(step, &fact.what, findings),
        }
        let Some(id) = self.case.order_of(step) else {
            return;
        };
        self.orders.entry(id).or_default().apply(step);
        self.note_uncovered(id);
        if let Step::Polish(fact) = step
            && matches!(fact.what, PolishFact::Confirmed { .. })
        {
            self.confirmed(id, step, findings);
        }
    }

    fn confirmed(&mut self, id: &'h str, step: Step<'h>, findings: &mut Findings) {
        let Some(order) = self.orders.get(id).filter(|order| !order.automatic) else {
            return;
        };
        findings.judged();
        let mapping = &self.case.history.mapping;
        for item in order.items(mapping) {
            let promised = promised(order, mapping, item);
            let covered = order.held(item) + order.committed(item);
            if uncovered(order, mapping, item) > 0 && self.beyond_skew(id, item, step) > 0 {
                findings.violated(|| Violation {
                    subject: format!("order {id}"),
                    at: step.at(),
                    expected: format!("{promised} of {item} reserved for it at its confirmation"),
                    found: covered.to_string(),
                    history: self.case.told_of_order(id, step.at()),
                });
            }
            self.at_the_cost_of_others(id, item, order.held(item), step, findings);
        }
    }

    fn at_the_cost_of_others(
        &self,
        id: &str,
        item: &JerkySku,
        held: i64,
        step: Step<'h>,
        findings: &mut Findings,
    ) {
        let free = self
            .stock
            .item(item)
            .map_or(0, |item| item.eligible(step.at(), 0));
        let owed = self.uncovered.get(item).into_iter().flatten();
        let others: Vec<_> = owed.filter(|(other, _)| **other != id).collect();
        let owed: i64 = others.iter().map(|(_, owed)| **owed).sum();
        let still_owed = || -> i64 {
            let others = others.iter();
            others
                .map(|(other, _)| self.beyond_skew(other, item, step))
                .sum()
        };
        if held > 0 && owed > free && still_owed() > free {
            findings.violated(|| Violation {
                subject: format!("order {id}"),
                at: step.at(),
                expected: format!(
                    "{owed} of {item} left for orders confirmed before: {}",
                    others
                        .iter()
                        .map(|(id, _)| **id)
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
                found: format!("{free} free after {id} took {held}"),
                history: self.case.told_of_item(item, step.at()),
            });
        }
    }

    /// What an order lacks of an item, once no wrong clock can be to blame for it.
    fn beyond_skew(&self, id: &str, item: &JerkySku, step: Step<'_>) -> i64 {
        let later = self.case.order_beyond_skew(id, step.at());
        let order = later.as_ref().or_else(|| self.orders.get(id));
        let mapping = &self.case.history.mapping;
        order.map_or(0, |order| uncovered(order, mapping, item))
    }

    fn note_uncovered(&mut self, id: &'h str) {
        let mapping = &self.case.history.mapping;
        let Some(order) = self
            .orders
            .get(id)
            .filter(|order| order.confirmed.is_some())
        else {
            return;
        };
        for item in order.items(mapping) {
            let uncovered = uncovered(order, mapping, item);
            let of_item = self.uncovered.entry(item).or_default();
            if uncovered > 0 && !order.automatic {
                of_item.insert(id, uncovered);
            } else {
                of_item.remove(id);
            }
        }
    }

    fn never_negative(&self, step: Step<'h>, fact: &JerkyFact, findings: &mut Findings) {
        let JerkyFact::Moved {
            sku,
            lot,
            from: Account::Available,
            ..
        } = fact
        else {
            return;
        };
        let item = self.stock.item(sku);
        let free = item
            .and_then(|item| item.lot(lot))
            .map_or(0, LotStock::free);
        if free < 0 {
            findings.violated(|| Violation {
                subject: format!("{sku}/{lot}"),
                at: step.at(),
                expected: "available stock of at least 0".to_owned(),
                found: free.to_string(),
                history: self.case.told_of_item(sku, step.at()),
            });
        }
    }

    /// A count may leave less than was promised; taking an order must not.
    fn own_stock(&mut self, step: Step<'h>, fact: &'h PolishFact, findings: &mut Findings) {
        let PolishFact::OwnMoved {
            sku,
            from,
            to,
            quantity,
        } = fact
        else {
            return;
        };
        let free = self.shelves.entry(sku).or_default();
        *free += quantity * (is_free(*to) - is_free(*from));
        let promised = matches!(to, ShopAccount::Held | ShopAccount::Allocated);
        if promised && *from == ShopAccount::Free && *free < 0 {
            findings.violated(|| Violation {
                subject: sku.to_string(),
                at: step.at(),
                expected: "own stock to be there when it is promised".to_owned(),
                found: format!("{free} free afterwards"),
                history: vec![telling::line(step)],
            });
        }
    }
}

fn is_free(account: ShopAccount) -> i64 {
    i64::from(account == ShopAccount::Free)
}

/// What a confirmation promises of an item and neither reservation nor commit covers.
fn uncovered(order: &OrderState<'_>, mapping: &Mapping, item: &JerkySku) -> i64 {
    promised(order, mapping, item) - order.held(item) - order.committed(item)
}

/// Base units of an item that a confirmation promises under strong mappings.
fn promised(order: &OrderState<'_>, mapping: &Mapping, item: &JerkySku) -> i64 {
    order.goods(mapping, item, |line| {
        let listing = mapping.listings.get(line.sku);
        let strong = listing.is_some_and(|listing| listing.criticality == Criticality::Strong);
        if strong {
            line.ordered - line.cancelled
        } else {
            0
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::oracle::{
        history::{Account, LotStatus, ShopAccount},
        testing::{World, assert_holds, assert_violated},
    };

    #[test]
    fn confirmations_with_their_reservations_hold() {
        assert_holds("no_oversell", &World::quiet_day().end());
    }

    #[test]
    fn a_confirmation_without_a_reservation_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 2);
        world.confirm("ORD-9");
        let broken = assert_violated("no_oversell", &world.end(), "ORD-9");
        assert_eq!(broken.found, "0");
        assert!(
            broken
                .history
                .iter()
                .any(|line| line.contains("ORD-9 confirmed"))
        );
    }

    #[test]
    fn a_confirmation_with_half_of_its_goods_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 2);
        world.reserve("ORD-9", &[("J1", "A", 50)]);
        world.confirm("ORD-9");
        assert_violated("no_oversell", &world.end(), "ORD-9");
    }

    #[test]
    fn a_confirmation_after_the_reservation_expired_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 2);
        let id = world.reserve("ORD-9", &[("J1", "A", 100)]);
        world.expire(&id, &[("J1", "A", 100)]);
        world.confirm("ORD-9");
        assert_violated("no_oversell", &world.end(), "ORD-9");
    }

    #[test]
    fn goods_promised_to_an_earlier_order_are_not_promised_again() {
        let mut world = World::quiet_day();
        world.place("ORD-8", "SIX", 18);
        let id = world.reserve("ORD-8", &[("J2", "C", 1800)]);
        world.confirm("ORD-8");
        world.expire(&id, &[("J2", "C", 1800)]);
        world.place("ORD-9", "SIX", 12);
        world.reserve("ORD-9", &[("J2", "C", 1200)]);
        world.confirm("ORD-9");
        let broken = assert_violated("no_oversell", &world.end(), "ORD-9");
        assert!(broken.expected.contains("ORD-8"), "{broken}");
    }

    #[test]
    fn a_recall_of_promised_goods_is_nobodys_oversell() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 2);
        world.reserve("ORD-9", &[("J1", "A", 100)]);
        world.confirm("ORD-9");
        world.lot("J1", "A", LotStatus::Recalled, Some(20));
        world.sell("ORD-10", ("BAG", 1), &[("J1", "B", 50)]);
        assert_holds("no_oversell", &world.end());
    }

    #[test]
    fn an_automatic_order_may_wait_for_its_reservation() {
        let mut world = World::quiet_day();
        world.place_as("ORD-9", "AUTO", 3, true);
        world.pass(600);
        world.reserve("ORD-9", &[("J3", "D", 30)]);
        assert_holds("no_oversell", &world.end());
    }

    #[test]
    fn available_stock_below_zero_breaks_it() {
        let mut world = World::quiet_day();
        world.moved(
            "J1",
            "A",
            Account::Available,
            Account::Reserved,
            901,
            "reservation",
            None,
        );
        assert_violated("no_oversell", &world.end(), "J1/A");
    }

    #[test]
    fn own_stock_promised_twice_breaks_it() {
        let mut world = World::quiet_day();
        world.own("NAIL", ShopAccount::Free, ShopAccount::Held, 10);
        assert_violated("no_oversell", &world.end(), "NAIL");
    }

    #[test]
    fn a_confirmation_that_a_wrong_clock_dates_before_its_reservation_holds() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        world.confirm("ORD-9");
        world.pass(60);
        world.reserve("ORD-9", &[("J1", "A", 50)]);
        let mut history = world.end();
        assert_violated("no_oversell", &history, "ORD-9");
        history.limits.skew = jiff::SignedDuration::from_secs(90);
        assert_holds("no_oversell", &history);
    }
}
