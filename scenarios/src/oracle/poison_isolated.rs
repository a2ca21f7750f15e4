//! L5: a poison item delays no other.

use jiff::Timestamp;

use super::{Case, Findings, Invariant, Violation, order::OrderState, telling};

/// L5.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "L5",
    name: "poison_isolated",
    meaning: "A poison item delays no other.",
    formula: "with anything in quarantine: every order not concerned is decided within a sweep and every listing not concerned agrees within the convergence bound",
    reads: "quarantine, both ground truths, outbox, mapping",
    check,
};

fn check(case: &Case<'_>, findings: &mut Findings) {
    let Some(first) = case
        .history
        .hub
        .quarantine
        .iter()
        .map(|entry| entry.at)
        .min()
    else {
        findings.note("nothing was quarantined in this run");
        return;
    };
    for (id, order) in &case.orders {
        let placed = order.placed.filter(|placed| *placed >= first);
        if let Some(placed) = placed
            && !order.automatic
            && !is_concerned(case, id, order)
        {
            decided(case, id, order, placed, findings);
        }
    }
    listings(case, first, findings);
}

fn decided(
    case: &Case<'_>,
    id: &str,
    order: &OrderState<'_>,
    placed: Timestamp,
    findings: &mut Findings,
) {
    let phases = &case.history.phases;
    let due = case.later(placed.max(phases.faults_ended), case.history.limits.sweep);
    // Once faults have stopped, a hold that ends before anybody decided is a delay as well.
    let lapsed = order.lapsed && order.decided.is_none() && placed > phases.faults_ended;
    if due > phases.ended && !lapsed {
        return;
    }
    findings.judged();
    if lapsed || order.is_undecided(due) {
        findings.violated(|| Violation {
            subject: format!("order {id}"),
            at: due,
            expected: format!(
                "a decision by {}, it has no poison in it",
                telling::time(due)
            ),
            found: order.decided.map_or("none".to_owned(), telling::time),
            history: case.told_of_order(id, phases.ended),
        });
    }
}

fn listings(case: &Case<'_>, first: Timestamp, findings: &mut Findings) {
    let phases = &case.history.phases;
    let quiet = phases.traffic_ended.max(phases.faults_ended).max(first);
    let due = case.later(quiet, case.history.limits.convergence);
    if due > phases.ended && phases.converged.is_none() {
        return;
    }
    for (sku, numbers) in &case.numbers.listings {
        if case.has_poison(sku, numbers.listing) {
            continue;
        }
        findings.judged();
        if let Some(shown) = numbers.shown_at(phases.ended)
            && !numbers.agrees(phases.ended)
        {
            findings.violated(|| Violation {
                subject: sku.to_string(),
                at: phases.ended,
                expected: numbers.truth(phases.ended).to_string(),
                found: shown.value.to_string(),
                history: case.told_of_listing(numbers.listing, shown),
            });
        }
    }
}

fn is_concerned(case: &Case<'_>, id: &str, order: &OrderState<'_>) -> bool {
    let listings = &case.history.mapping.listings;
    let mut lines = order.lines.values();
    case.is_poisoned(id)
        || lines.any(|line| {
            let listing = listings.get(line.sku);
            case.is_poisoned(line.sku.as_str())
                || listing.is_some_and(|listing| case.has_poison(line.sku, listing))
        })
}

#[cfg(test)]
mod tests {
    use crate::oracle::{
        history::History,
        testing::{World, assert_holds, assert_violated, set_aside, verdict},
    };

    fn poisoned(subject: &str) -> World {
        let mut world = World::quiet_day();
        set_aside(&mut world.history, subject, world.now);
        world
    }

    #[test]
    fn work_that_goes_on_beside_the_poison_holds() {
        let mut world = poisoned("J3");
        world.sell("ORD-9", ("BAG", 1), &[("J1", "A", 50)]);
        assert_holds("poison_isolated", &world.end());
    }

    #[test]
    fn an_order_that_waits_though_it_has_no_poison_in_it_breaks_it() {
        let mut world = poisoned("J3");
        world.place("ORD-9", "BAG", 1);
        assert_violated("poison_isolated", &world.end(), "ORD-9");
    }

    fn decided_after(minutes: i64) -> History {
        let mut world = poisoned("J3");
        let calm = world.now;
        world.place("ORD-9", "BAG", 1);
        world.pass(minutes * 60);
        world.reserve("ORD-9", &[("J1", "A", 50)]);
        world.settle();
        world.confirm("ORD-9");
        let mut history = world.end();
        history.phases.faults_ended = calm;
        history
    }

    #[test]
    fn an_order_has_a_sweep_to_be_decided_in_and_no_longer() {
        assert!(!verdict("poison_isolated", &decided_after(14)).is_violated());
        assert_violated("poison_isolated", &decided_after(16), "ORD-9");
    }

    #[test]
    fn an_order_with_the_poison_in_it_may_wait() {
        let mut world = poisoned("J1");
        world.place("ORD-9", "BAG", 1);
        assert!(!verdict("poison_isolated", &world.end()).is_violated());
    }

    #[test]
    fn a_listing_left_untrue_though_it_has_no_poison_in_it_breaks_it() {
        let mut world = poisoned("J3");
        world.publish("BAG", 1);
        assert_violated("poison_isolated", &world.end(), "BAG");
    }

    #[test]
    fn without_poison_there_is_nothing_to_judge() {
        let verdict = verdict("poison_isolated", &World::quiet_day().end());
        assert!(verdict.judged == 0 && verdict.note.is_some());
    }
}
