//! S10: minimum order and multiple hold, and packs convert exactly.

use std::collections::BTreeMap;

use super::{
    Case, Findings, Invariant, Violation,
    history::{Actor, Fact, JerkyFact, PolishFact},
    names::PolishSku,
    order::OrderState,
    telling,
    timeline::Step,
};

/// S10.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "S10",
    name: "units",
    meaning: "Minimum order and multiple hold, and packs convert exactly.",
    formula: "published = 0 or (published >= moq and published mod multiple = 0); order lines likewise; reserved mod need = 0; mirrored mod factor = 0",
    reads: "published numbers, orders, reservations, mirrors, mapping",
    check,
};

// `0 <= x - base(pack(x)) < one pack` is judged where x is known: a published number is floored
// from true stock in `justified`, and what an order takes is whole packs here.

fn check(case: &Case<'_>, findings: &mut Findings) {
    published(case, findings);
    ordered(case, findings);
    reserved(case, findings);
    mirrored(case, findings);
}

fn published(case: &Case<'_>, findings: &mut Findings) {
    for (sku, numbers) in &case.numbers.listings {
        let (moq, multiple) = (numbers.listing.moq, numbers.listing.multiple.max(1));
        for shown in numbers.published() {
            findings.judged();
            if shown.value != 0 && (shown.value < moq || shown.value % multiple != 0) {
                findings.violated(|| Violation {
                    subject: sku.to_string(),
                    at: shown.at,
                    expected: format!("0, or at least {moq} and a multiple of {multiple}"),
                    found: shown.value.to_string(),
                    history: vec![telling::line(shown.step)],
                });
            }
        }
    }
}

fn ordered(case: &Case<'_>, findings: &mut Findings) {
    let mut rules: BTreeMap<&PolishSku, (i64, i64)> = BTreeMap::new();
    for fact in &case.history.polish {
        if let PolishFact::Product {
            sku, moq, multiple, ..
        } = &fact.what
        {
            rules.insert(sku, (*moq, (*multiple).max(1)));
        }
        let PolishFact::Placed { order, lines, .. } = &fact.what else {
            continue;
        };
        for line in lines {
            findings.judged();
            let (moq, multiple) = rules.get(&line.sku).copied().unwrap_or((1, 1));
            if line.quantity < moq || line.quantity % multiple != 0 {
                findings.violated(|| Violation {
                    subject: format!("order {order} line {}", line.line_id),
                    at: fact.at,
                    expected: format!("at least {moq} and a multiple of {multiple}"),
                    found: line.quantity.to_string(),
                    history: vec![telling::line(Step::Polish(fact))],
                });
            }
        }
    }
}

fn reserved(case: &Case<'_>, findings: &mut Findings) {
    let ours = |fact: &&Fact<JerkyFact>| fact.actor == Actor::Middleware;
    for fact in case.history.jerky.iter().filter(ours) {
        if let JerkyFact::Opened { reference, .. } = &fact.what
            && let Some(order) = case.orders.get(reference.as_str())
            && order.placed.is_some()
        {
            whole_packs(case, reference, order, fact, findings);
        }
    }
}

/// Every reserved line is whole sell units of the order's products.
fn whole_packs(
    case: &Case<'_>,
    reference: &str,
    order: &OrderState<'_>,
    fact: &Fact<JerkyFact>,
    findings: &mut Findings,
) {
    let JerkyFact::Opened { lines, .. } = &fact.what else {
        return;
    };
    let listings = &case.history.mapping.listings;
    for line in lines {
        findings.judged();
        let of_order = order
            .lines
            .values()
            .filter_map(|line| listings.get(line.sku));
        let needs = of_order.map(|listing| listing.need_of(&line.sku));
        let pack = needs.fold(0, gcd);
        if pack == 0 || line.quantity % pack != 0 {
            findings.violated(|| Violation {
                subject: format!("order {reference} line {}", line.line_id),
                at: fact.at,
                expected: format!("whole packs of {pack} of {}", line.sku),
                found: line.quantity.to_string(),
                history: case.told_of_order(reference, fact.at),
            });
        }
    }
}

fn mirrored(case: &Case<'_>, findings: &mut Findings) {
    for (sku, numbers) in &case.numbers.mirrors {
        let factor = numbers.mirror.factor.max(1);
        for shown in &numbers.shown {
            findings.judged();
            if shown.value < 0 || shown.value % factor != 0 {
                findings.violated(|| Violation {
                    subject: sku.to_string(),
                    at: shown.at,
                    expected: format!("a multiple of {factor} base units, not below 0"),
                    found: shown.value.to_string(),
                    history: vec![telling::line(shown.step)],
                });
            }
        }
    }
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use crate::oracle::{
        history::PolishFact,
        testing::{World, assert_holds, assert_violated},
    };

    #[test]
    fn whole_packs_and_multiples_hold() {
        assert_holds("units", &World::quiet_day().end());
    }

    #[test]
    fn a_published_number_below_the_minimum_order_breaks_it() {
        let mut world = World::quiet_day();
        world.publish("SIX", 5);
        let broken = assert_violated("units", &world.end(), "SIX");
        assert_eq!(broken.expected, "0, or at least 6 and a multiple of 6");
    }

    #[test]
    fn a_published_number_off_the_multiple_breaks_it() {
        let mut world = World::quiet_day();
        world.publish("SIX", 13);
        assert_violated("units", &world.end(), "SIX");
    }

    #[test]
    fn what_the_shop_gives_back_for_a_refused_order_is_no_publish() {
        let mut world = World::quiet_day();
        world.publish("SIX", 12);
        let version = world.history.polish.len() as u64 - 1;
        world.polish(PolishFact::Available {
            sku: "SIX".into(),
            available: 17,
            version,
        });
        world.publish("SIX", 12);
        assert_holds("units", &world.end());
    }

    #[test]
    fn an_order_below_the_minimum_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "SIX", 3);
        assert_violated("units", &world.end(), "ORD-9 line 1");
    }

    #[test]
    fn part_of_a_pack_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        world.reserve("ORD-9", &[("J1", "A", 49)]);
        let broken = assert_violated("units", &world.end(), "ORD-9");
        assert_eq!(broken.expected, "whole packs of 50 of J1");
    }

    #[test]
    fn an_item_that_nobody_ordered_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        world.reserve("ORD-9", &[("J3", "D", 50)]);
        assert_violated("units", &world.end(), "ORD-9");
    }

    #[test]
    fn a_mirror_off_its_factor_breaks_it() {
        let mut world = World::quiet_day();
        world
            .history
            .mapping
            .mirrors
            .get_mut("M-NAIL")
            .unwrap()
            .factor = 4;
        assert_violated("units", &world.end(), "M-NAIL");
    }
}
