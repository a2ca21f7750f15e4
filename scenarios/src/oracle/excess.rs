//! L2, for reservations that hold more than an order still needs: what was called off is given back
//! soon. `reservations_end` asks.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Case, Findings, Violation, calm::Calm, names::JerkySku, order::OrderState, telling,
    trail::Trail,
};

// Relaxed where a wrong clock hides what came first, for what could not be read, and for lots that
// may no longer leave.

/// Judges each order whose reservations hold too much for too long.
pub(super) fn check(case: &Case<'_>, findings: &mut Findings) {
    if case.history.limits.skew.is_positive() {
        return;
    }
    let readable = case.trails.values();
    for trail in readable.filter(|trail| !case.order_was_poisoned(trail.id)) {
        judge(case, trail, findings);
    }
}

/// The first item of an order that is held too much of for too long.
fn judge(case: &Case<'_>, trail: &Trail<'_>, findings: &mut Findings) {
    let mut order = OrderState::default();
    let mut since: BTreeMap<&JerkySku, Timestamp> = BTreeMap::new();
    let ends = trail.steps.iter().skip(1).map(|step| step.at());
    let ends = ends.chain([case.history.phases.ended]);
    for (step, until) in trail.steps.iter().zip(ends) {
        order.apply(*step);
        let excess = excess(case, &order);
        since.retain(|item, _| excess.contains_key(item));
        for (item, held) in excess {
            let since = *since.entry(item).or_insert(step.at());
            findings.judged();
            let due = Calm(&case.history.disturbed).after(since, case.history.limits.sweep);
            if due < until {
                findings.violated(|| violation(case, trail.id, (item, held), since, due));
                return;
            }
        }
    }
}

fn violation(
    case: &Case<'_>,
    id: &str,
    (item, held): (&JerkySku, i64),
    since: Timestamp,
    due: Timestamp,
) -> Violation {
    let since = telling::time(since);
    Violation {
        subject: format!("order {id}"),
        at: due,
        expected: format!("what it needs no more of {item} since {since} given back"),
        found: format!("{held} too many held"),
        history: case.told_of_order(id, due),
    }
}

/// Base units that an order's reservations hold beyond what is still to leave.
fn excess<'h>(case: &Case<'h>, order: &OrderState<'_>) -> BTreeMap<&'h JerkySku, i64> {
    let mapping = &case.history.mapping;
    let items = order.items(mapping).into_iter();
    let excess = items.map(|item| {
        let needed = order.goods(mapping, item, |line| line.ordered - line.cancelled);
        (
            item,
            order.held(item) - (needed - order.committed(item)).max(0),
        )
    });
    excess
        .filter(|(item, excess)| *excess > 0 && !case.has_blocked_lots(item))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::oracle::testing::{World, assert_holds, assert_violated};

    /// Three bags are reserved, and one is called off.
    fn called_off() -> (World, String) {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 3);
        let id = world.reserve("ORD-9", &[("J1", "A", 150)]);
        world.confirm("ORD-9");
        world.cancel("ORD-9", 1);
        (world, id)
    }

    #[test]
    fn what_is_given_back_holds() {
        let (mut world, id) = called_off();
        world.pass(60);
        world.release(&id, &[("J1", "A", 50)]);
        world.ship("ORD-9", "SHIP-9", 2);
        world.commit(&id, "SHIP-9", &[("J1", "A", 100)]);
        assert_holds("reservations_end", &world.end());
    }

    #[test]
    fn what_an_order_that_is_over_had_reserved_is_given_back_as_well() {
        let (mut world, id) = called_off();
        world.cancel("ORD-9", 2);
        world.pass(60);
        world.release(&id, &[("J1", "A", 150)]);
        assert_holds("reservations_end", &world.end());
        let (mut world, _) = called_off();
        world.cancel("ORD-9", 2);
        let broken = assert_violated("reservations_end", &world.end(), "order ORD-9");
        assert_eq!(broken.found, "150 too many held");
    }

    #[test]
    fn what_stays_reserved_for_nobody_breaks_it() {
        let (world, _) = called_off();
        let broken = assert_violated("reservations_end", &world.end(), "ORD-9");
        assert_eq!(broken.found, "50 too many held");
    }
}
