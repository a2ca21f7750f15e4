//! S4: a reservation is resolved at most once.

use super::{
    Case, Findings, Invariant, Violation, history::JerkyFact, order::OrderState, timeline::Step,
    trail::Trail,
};

/// S4.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "S4",
    name: "one_resolution",
    meaning: "A reservation is resolved at most once.",
    formula: "for each line: committed + released <= reserved; nothing after expiry or full resolution",
    reads: "jerky reservations",
    check,
};

fn check(case: &Case<'_>, findings: &mut Findings) {
    for trail in case.trails.values() {
        judge(trail, findings);
    }
}

fn judge(trail: &Trail<'_>, findings: &mut Findings) {
    let mut order = OrderState::default();
    for (index, step) in trail.steps.iter().enumerate() {
        let complaint = match step {
            Step::Jerky(fact) => resolved_again(&order, &fact.what),
            Step::Polish(_) => None,
        };
        order.apply(*step);
        if let Some((expected, found)) = complaint.or_else(|| overdrawn(&order)) {
            findings.violated(|| Violation {
                subject: format!("reservation for {}", trail.id),
                at: step.at(),
                expected,
                found,
                history: trail.told(index),
            });
            break;
        }
    }
    order.reservations.iter().for_each(|_| findings.judged());
}

fn resolved_again(order: &OrderState<'_>, fact: &JerkyFact) -> Option<(String, String)> {
    let (ended, how) = fact
        .reservation()
        .and_then(|id| order.reservations.get(id))
        .and_then(|reservation| reservation.ended)?;
    Some((
        format!("nothing after it was {how:?} at {ended}"),
        fact.to_string(),
    ))
}

fn overdrawn(order: &OrderState<'_>) -> Option<(String, String)> {
    let lines = order
        .reservations
        .values()
        .flat_map(|reservation| &reservation.lines);
    let (id, line) = lines.into_iter().find(|(_, line)| line.open() < 0)?;
    Some((
        format!("committed + released <= {} on line {id}", line.reserved),
        format!("{} + {}", line.committed, line.released),
    ))
}

#[cfg(test)]
mod tests {
    use crate::oracle::testing::{World, assert_holds, assert_violated};

    #[test]
    fn reservations_resolved_once_hold() {
        assert_holds("one_resolution", &World::quiet_day().end());
    }

    #[test]
    fn releasing_what_was_committed_breaks_it() {
        let mut world = World::quiet_day();
        world.release("res_1", &[("J1", "A", 100)]);
        let broken = assert_violated("one_resolution", &world.end(), "ORD-1");
        assert!(broken.expected.contains("Resolved"), "{broken}");
        assert!(broken.history.len() > 3);
    }

    #[test]
    fn committing_after_expiry_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        let id = world.reserve("ORD-9", &[("J1", "A", 50)]);
        world.expire(&id, &[("J1", "A", 50)]);
        world.commit(&id, "SHIP-9", &[("J1", "A", 50)]);
        assert_violated("one_resolution", &world.end(), "ORD-9");
    }

    #[test]
    fn committing_more_than_was_reserved_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        let id = world.reserve("ORD-9", &[("J1", "A", 50)]);
        world.commit(&id, "SHIP-9", &[("J1", "A", 100)]);
        let broken = assert_violated("one_resolution", &world.end(), "ORD-9");
        assert_eq!(broken.found, "100 + 0");
    }
}
