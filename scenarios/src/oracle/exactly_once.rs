//! S6: one order takes its goods once: one live reservation, and what left is what was shipped. One
//! recount moves its owner's stock once (`counts`).

use std::collections::BTreeMap;

use super::{
    Case, Findings, Invariant, Violation, counts,
    history::{Actor, Fact, JerkyFact},
    names::JerkySku,
    order::OrderState,
    telling,
    timeline::Step,
    trail::Trail,
};

/// S6.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "S6",
    name: "exactly_once",
    meaning: "One order takes its goods once, and one recount moves its owner's stock once, where its mapping lets counts win.",
    formula: "at most one live reservation for an order; reserved <= ordered - committed; at the end committed = shipped; one key, one effect on the goods; for each count at most one change, of (counted - owner's number) * need, by the mapping's conflict policy",
    reads: "jerky reservations and adjustments, order life cycle, counts, mapping",
    check,
};

fn check(case: &Case<'_>, findings: &mut Findings) {
    for trail in case.trails.values() {
        one_order(case, trail, findings);
    }
    one_key(case, findings);
    counts::check(case, findings);
    if case.history.phases.converged.is_none() {
        findings.note("it never converged, so what was shipped and not committed is not judged");
    }
}

fn one_order(case: &Case<'_>, trail: &Trail<'_>, findings: &mut Findings) {
    let mut order = OrderState::default();
    let mut broken = false;
    for (index, step) in trail.steps.iter().enumerate() {
        order.apply(*step);
        let complaint = match step {
            Step::Jerky(fact) if order.placed.is_some() => too_much(case, &order, &fact.what),
            _ => None,
        };
        if let Some((expected, found)) = complaint
            && !broken
            && !is_excused(case, trail, *step)
        {
            broken = true;
            findings.violated(|| Violation {
                subject: format!("order {}", trail.id),
                at: step.at(),
                expected,
                found,
                history: trail.told(index),
            });
        }
    }
    if !order.reservations.is_empty() || order.lines.values().any(|line| line.fulfilled > 0) {
        findings.judged();
        if !broken && case.history.phases.converged.is_some() {
            shipped_is_committed(case, trail, &order, findings);
        }
    }
}

fn is_excused(case: &Case<'_>, trail: &Trail<'_>, step: Step<'_>) -> bool {
    let Step::Jerky(fact) = step else {
        return false;
    };
    let later = case.order_beyond_skew(trail.id, fact.at);
    later.is_some_and(|order| too_much(case, &order, &fact.what).is_none())
}

fn too_much(case: &Case<'_>, order: &OrderState<'_>, fact: &JerkyFact) -> Option<(String, String)> {
    let mapping = &case.history.mapping;
    match fact {
        JerkyFact::Opened { lines, .. } => {
            let live = order.live().count();
            if live > 1 {
                let ids: Vec<_> = order.live().map(|(id, _)| id.as_str()).collect();
                return Some(("one live reservation".to_owned(), ids.join(" and ")));
            }
            lines.iter().find_map(|line| {
                let ordered = order.goods(mapping, &line.sku, |line| line.ordered);
                let taken = order.held(&line.sku) + order.committed(&line.sku);
                (taken > ordered).then(|| {
                    (
                        format!("at most {ordered} of {} taken for it", line.sku),
                        format!("{taken} reserved and committed"),
                    )
                })
            })
        }
        JerkyFact::Committed { lines, .. } => lines.iter().find_map(|line| {
            let shipped = order.goods(mapping, &line.sku, |line| line.fulfilled);
            let committed = order.committed(&line.sku);
            (committed > shipped).then(|| {
                (
                    format!("at most {shipped} of {} committed, as shipped", line.sku),
                    committed.to_string(),
                )
            })
        }),
        _ => None,
    }
}

/// Relaxed for orders of an item with a lot that may no longer leave. Counterexample: the shop ships
/// a gift box, the lot of one part is recalled before the commit arrives, and nothing else is there
/// to commit; the box's other parts then stay behind with it, as kits move whole.
fn shipped_is_committed(
    case: &Case<'_>,
    trail: &Trail<'_>,
    order: &OrderState<'_>,
    findings: &mut Findings,
) {
    let mapping = &case.history.mapping;
    if order
        .items(mapping)
        .into_iter()
        .any(|item| case.has_blocked_lots(item))
    {
        return;
    }
    for item in order.items(mapping) {
        let shipped = order.goods(mapping, item, |line| line.fulfilled);
        let committed = order.committed(item);
        if committed < shipped {
            findings.violated(|| Violation {
                subject: format!("order {}", trail.id),
                at: case.history.phases.ended,
                expected: format!("{shipped} of {item} committed, as shipped"),
                found: committed.to_string(),
                history: trail.told(usize::MAX),
            });
        }
    }
}

/// A request's key and a change's id each have one effect. An extension has none on the goods: where the
/// vendor ignored its key, and told of it in a unit that nobody believed, sending it again moves the end
/// of a reservation once more and takes nothing (seed 143010105).
fn one_key(case: &Case<'_>, findings: &mut Findings) {
    let mut effects: BTreeMap<(&str, &str, &str), &Fact<JerkyFact>> = BTreeMap::new();
    let ours = case
        .history
        .jerky
        .iter()
        .filter(|fact| fact.actor == Actor::Middleware);
    for fact in ours {
        let Some((key, effect)) = keyed(fact) else {
            continue;
        };
        let Some(first) = effects.get(&effect) else {
            effects.insert(effect, fact);
            findings.judged();
            continue;
        };
        // One change may move goods of several places: all in one instant.
        let is_part = first.at == fact.at && matches!(fact.what, JerkyFact::Moved { .. });
        if !is_part {
            findings.violated(|| Violation {
                subject: format!("key {key}"),
                at: fact.at,
                expected: "one effect".to_owned(),
                found: "a second one".to_owned(),
                history: [*first, fact]
                    .map(|fact| telling::line(Step::Jerky(fact)))
                    .into(),
            });
        }
    }
}

fn keyed(fact: &Fact<JerkyFact>) -> Option<(&str, (&str, &str, &str))> {
    let by_key = |effect| fact.key.as_deref().map(|key| (key, (effect, key, "")));
    match &fact.what {
        JerkyFact::Opened { .. } => by_key("opened"),
        JerkyFact::Committed { .. } => by_key("committed"),
        JerkyFact::Released { .. } => by_key("released"),
        JerkyFact::Moved {
            sku: JerkySku(sku),
            cause,
            subject: Some(change),
            ..
        } if is_change(cause) => Some((change, (cause, change, sku))),
        _ => None,
    }
}

/// Movements that a change id stands behind, not a reservation.
fn is_change(cause: &str) -> bool {
    matches!(
        cause,
        "receipt" | "adjustment" | "count" | "damage" | "return" | "restock" | "disposal"
    )
}

#[cfg(test)]
mod tests {
    use crate::oracle::{
        history::{Account, LotStatus},
        testing::{World, assert_holds, assert_violated},
    };

    #[test]
    fn one_order_with_one_reservation_holds() {
        assert_holds("exactly_once", &World::quiet_day().end());
    }

    #[test]
    fn a_second_live_reservation_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        world.reserve("ORD-9", &[("J1", "A", 50)]);
        world.reserve("ORD-9", &[("J1", "A", 50)]);
        let broken = assert_violated("exactly_once", &world.end(), "ORD-9");
        assert_eq!(broken.found, "res_4 and res_5");
    }

    #[test]
    fn a_new_generation_after_the_old_one_expired_holds() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        let id = world.reserve("ORD-9", &[("J1", "A", 50)]);
        world.expire(&id, &[("J1", "A", 50)]);
        let id = world.reserve("ORD-9", &[("J1", "A", 50)]);
        world.confirm("ORD-9");
        world.ship("ORD-9", "SHIP-9", 1);
        world.commit(&id, "SHIP-9", &[("J1", "A", 50)]);
        assert_holds("exactly_once", &world.end());
    }

    #[test]
    fn reserving_more_than_was_ordered_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        world.reserve("ORD-9", &[("J1", "A", 100)]);
        assert_violated("exactly_once", &world.end(), "ORD-9");
    }

    #[test]
    fn committing_before_anything_shipped_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        let id = world.reserve("ORD-9", &[("J1", "A", 50)]);
        world.confirm("ORD-9");
        world.commit(&id, "SHIP-9", &[("J1", "A", 50)]);
        assert_violated("exactly_once", &world.end(), "ORD-9");
    }

    #[test]
    fn a_shipment_that_was_never_committed_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        world.reserve("ORD-9", &[("J1", "A", 50)]);
        world.confirm("ORD-9");
        world.ship("ORD-9", "SHIP-9", 1);
        let broken = assert_violated("exactly_once", &world.end(), "ORD-9");
        assert_eq!(broken.expected, "50 of J1 committed, as shipped");
    }

    #[test]
    fn a_shipment_whose_lot_was_recalled_cannot_be_committed() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        world.reserve("ORD-9", &[("J1", "A", 50)]);
        world.confirm("ORD-9");
        world.ship("ORD-9", "SHIP-9", 1);
        world.lot("J1", "A", LotStatus::Recalled, Some(20));
        assert_holds("exactly_once", &world.end());
    }

    #[test]
    fn one_key_with_two_effects_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        world.reserve_as("res_9", "reserve:res_1", "ORD-9", &[("J1", "A", 50)], false);
        assert_violated("exactly_once", &world.end(), "key reserve:res_1");
    }

    #[test]
    fn one_change_with_two_effects_breaks_it() {
        let mut world = World::quiet_day();
        let id = Some("count:CNT-1");
        for _ in 0..2 {
            world.moved(
                "J1",
                "B",
                Account::Available,
                Account::CountedOff,
                5,
                "adjustment",
                id,
            );
        }
        assert_violated("exactly_once", &world.end(), "count:CNT-1");
    }

    #[test]
    fn a_commit_that_a_wrong_clock_dates_before_its_shipment_holds() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        let id = world.reserve("ORD-9", &[("J1", "A", 50)]);
        world.confirm("ORD-9");
        world.commit(&id, "SHIP-9", &[("J1", "A", 50)]);
        world.pass(60);
        world.ship("ORD-9", "SHIP-9", 1);
        let mut history = world.end();
        assert_violated("exactly_once", &history, "ORD-9");
        assert_violated("crash_safe", &history, "without a cause");
        history.limits.skew = jiff::SignedDuration::from_secs(90);
        assert_holds("exactly_once", &history);
        assert_holds("crash_safe", &history);
    }
}
