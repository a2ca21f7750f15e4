//! S2: an item's lots add up to the item, in every stated level.

use std::collections::BTreeMap;

use super::{
    Case, Findings, Invariant, Violation,
    history::{Account, Level},
    names::{JerkySku, Lot},
    stock::Stock,
};

/// S2.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "S2",
    name: "lots_sum_to_item",
    meaning: "An item's lots add up to the item, in every stated level.",
    formula: "sum(lots.on_hand) = on_hand = available + committed + reserved + damaged + safety_stock + quality_control = on hand by replay; in the end the middleware's ledger has of each lot what the warehouse has",
    reads: "stated stock levels (vendor and middleware's ledger), jerky movements",
    check,
};

fn check(case: &Case<'_>, findings: &mut Findings) {
    let history = case.history;
    if history.levels.is_empty() && !history.jerky.is_empty() {
        findings.unknown("no stock level of the vendor was recorded");
    }
    for level in &history.levels {
        findings.judged();
        identity("vendor", level, findings);
    }
    for level in &history.hub.levels {
        findings.judged();
        identity("middleware", level, findings);
    }
    against_truth(case, findings);
    if history.phases.converged.is_some() {
        ledger_against_truth(case, findings);
    }
}

fn identity(teller: &str, level: &Level, findings: &mut Findings) {
    let lots: i64 = level.lots.iter().map(|lot| lot.quantity).sum();
    let parts = level.available
        + level.committed
        + level.reserved
        + level.damaged
        + level.safety_stock
        + level.quality_control;
    if lots != level.on_hand || parts != level.on_hand {
        findings.violated(|| Violation {
            subject: format!("{} as the {teller} states it", level.sku),
            at: level.at,
            expected: format!("on hand {} = sum of lots = sum of parts", level.on_hand),
            found: format!("lots {lots}, parts {parts}"),
            history: vec![format!("{level:?}")],
        });
    }
}

/// What the vendor stated last is what its own movements add up to at that moment.
fn against_truth(case: &Case<'_>, findings: &mut Findings) {
    let mut levels: Vec<&Level> = case.history.levels.iter().collect();
    levels.sort_by_key(|level| level.at);
    let mut stock = Stock::default();
    let mut facts = case.history.jerky.iter().peekable();
    let mut touched: BTreeMap<&JerkySku, jiff::Timestamp> = BTreeMap::new();
    for level in levels {
        while let Some(fact) = facts.next_if(|fact| fact.at <= level.at) {
            stock.apply(fact.at, &fact.what);
            fact.what.item().map(|item| touched.insert(item, fact.at));
        }
        // Stated in the very millisecond of a movement: before or after it, nobody can tell.
        if touched.get(&level.sku) == Some(&level.at) {
            continue;
        }
        let Some(item) = stock.item(&level.sku) else {
            continue;
        };
        let replayed = [
            item.on_hand(),
            item.on(Account::Reserved),
            item.on(Account::Committed),
            item.on(Account::Damaged),
        ];
        let stated = [
            level.on_hand,
            level.reserved,
            level.committed,
            level.damaged,
        ];
        if replayed != stated {
            findings.violated(|| Violation {
                subject: level.sku.to_string(),
                at: level.at,
                expected: format!("[on hand, reserved, committed, damaged] = {replayed:?}"),
                found: format!("{stated:?}"),
                history: case.told_of_item(&level.sku, level.at),
            });
        }
    }
}

/// Once all is settled, the middleware's ledger has of each lot what is in the warehouse. An item of
/// which something was set aside is left out: what was not understood was not booked. So is one that
/// moved a moment before the end. Counterexample: a carrier collects goods between two polls.
fn ledger_against_truth(case: &Case<'_>, findings: &mut Findings) {
    let stock = Stock::at_end(&case.history.jerky);
    for level in &case.history.hub.levels {
        let Some(item) = stock.item(&level.sku) else {
            continue;
        };
        let is_news = case.moved_since(
            &level.sku,
            case.earlier(level.at, case.history.limits.notice),
        );
        if !case.is_mapped(&level.sku) || case.is_poisoned(level.sku.as_str()) || is_news {
            continue;
        }
        findings.judged();
        let booked: BTreeMap<&Lot, i64> = level
            .lots
            .iter()
            .map(|lot| (&lot.lot, lot.quantity))
            .collect();
        let wrong = item.lots.iter().find_map(|(lot, truth)| {
            let booked = booked.get(lot).copied().unwrap_or(0);
            (booked != truth.on_hand()).then_some((*lot, truth.on_hand(), booked))
        });
        if let Some((lot, truth, booked)) = wrong {
            findings.violated(|| Violation {
                subject: format!("{} lot {lot} in the middleware's ledger", level.sku),
                at: level.at,
                expected: format!("{truth} on hand, as in the warehouse"),
                found: booked.to_string(),
                history: case.told_of_item(&level.sku, level.at),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::oracle::testing::{World, assert_holds, assert_violated, verdict};

    fn stated() -> World {
        let mut world = World::quiet_day();
        world.state("J1", &[("A", 900), ("B", 1000)], 0);
        world
    }

    #[test]
    fn a_level_that_adds_up_holds() {
        assert_holds("lots_sum_to_item", &stated().end());
    }

    #[test]
    fn lots_that_do_not_sum_to_the_item_break_it() {
        let mut world = stated();
        world.history.levels[0].lots[0].quantity += 1;
        assert_violated("lots_sum_to_item", &world.end(), "J1");
    }

    #[test]
    fn parts_that_do_not_sum_to_the_item_break_it() {
        let mut world = stated();
        world.history.levels[0].safety_stock += 1;
        assert_violated("lots_sum_to_item", &world.end(), "J1");
    }

    #[test]
    fn a_level_that_its_own_movements_contradict_breaks_it() {
        let mut world = World::quiet_day();
        world.state("J1", &[("A", 950), ("B", 1000)], 0);
        let broken = assert_violated("lots_sum_to_item", &world.end(), "J1");
        assert!(broken.expected.contains("1900"), "{broken}");
    }

    #[test]
    fn what_the_middleware_believes_has_to_add_up_as_well() {
        let mut world = stated();
        let mut believed = world.history.levels[0].clone();
        believed.reserved += 50;
        world.history.hub.levels.push(believed);
        assert_violated("lots_sum_to_item", &world.end(), "middleware");
    }

    #[test]
    fn a_ledger_that_books_to_another_lot_breaks_it() {
        let mut world = stated();
        let mut booked = world.history.levels[0].clone();
        world.history.hub.levels.push(booked.clone());
        let mut history = world.end();
        history.phases.converged = Some(history.phases.ended);
        history.limits.notice = jiff::SignedDuration::ZERO;
        assert_holds("lots_sum_to_item", &history);
        booked.lots[0].quantity -= 50;
        booked.lots[1].quantity += 50;
        history.hub.levels = vec![booked];
        assert_violated("lots_sum_to_item", &history, "J1 lot A");
    }

    #[test]
    fn without_any_stated_level_it_is_unknown() {
        assert!(verdict("lots_sum_to_item", &World::quiet_day().end()).is_unknown());
    }
}
