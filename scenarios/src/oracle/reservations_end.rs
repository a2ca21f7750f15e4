//! L2: no reservation outlives its time to live or its order.

use jiff::Timestamp;

use super::{
    Case, Findings, Invariant, Violation, excess,
    order::{OrderState, ReservationState},
    telling,
};

/// L2.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "L2",
    name: "reservations_end",
    meaning: "No reservation outlives its time to live or its order.",
    formula: "unresolved reservation: ended <= expires_at + bound; its order over since less than the bound; what it holds beyond the order's need is given back within a sweep",
    reads: "jerky reservations, order life cycle, phases",
    check,
};

fn check(case: &Case<'_>, findings: &mut Findings) {
    excess::check(case, findings);
    for (id, order) in &case.orders {
        for (reservation, state) in &order.reservations {
            findings.judged();
            if let Some((due, why)) = overdue(case, (id, order), state) {
                findings.violated(|| Violation {
                    subject: format!("{reservation} for {id}"),
                    at: due,
                    expected: format!("ended by {}, {why}", telling::time(due)),
                    found: state.ended.map_or("still open".to_owned(), |(at, how)| {
                        format!("{how:?} at {}", telling::time(at))
                    }),
                    history: case.told_of_order(id, case.history.phases.ended),
                });
            }
        }
    }
}

/// When it should have ended, and why, if that passed while it was open.
///
/// Relaxed for an order that shipped from a lot that may no longer leave. Counterexample: the lot
/// is recalled between shipment and commit, nothing else is there, and the commit is refused until
/// the time to live ends, which may be a moment after the bound; or others come in the evening, and
/// it is committed from those. Relaxed for what can still not be read at the end.
fn overdue(
    case: &Case<'_>,
    (id, order): (&str, &OrderState<'_>),
    state: &ReservationState<'_>,
) -> Option<(Timestamp, &'static str)> {
    let (phases, limits) = (&case.history.phases, &case.history.limits);
    let open_until = state.ended.map_or(phases.ended, |(at, _)| at);
    let lapses = case.later(state.expires_at, limits.expiry.saturating_add(limits.skew));
    let by_itself = (lapses, "its time to live");
    let mut lines = state.lines.values();
    let blocked = lines.any(|line| {
        let stays = case.has_blocked_lots(line.sku) || case.may_not_leave(line.sku, line.from);
        line.open() > 0 && stays
    });
    let excused = blocked || case.stays_poisoned(id);
    let mut lines = state.lines.values();
    let goods_come = match lines.any(|line| case.has_unsaleable_lots(line.sku)) {
        true => phases.traffic_ended,
        false => Timestamp::MIN,
    };
    let with_order = order.over.filter(|_| !excused).map(|over| {
        let from = over
            .max(state.opened)
            .max(phases.faults_ended)
            .max(goods_come);
        (case.later(from, limits.convergence), "its order was over")
    });
    let mut dues = with_order.into_iter().chain([by_itself]);
    dues.find(|(due, _)| open_until > *due)
}

#[cfg(test)]
mod tests {
    use crate::oracle::{
        history::LotStatus,
        testing::{World, assert_holds, assert_violated},
    };

    #[test]
    fn reservations_resolved_in_time_hold() {
        assert_holds("reservations_end", &World::quiet_day().end());
    }

    #[test]
    fn a_reservation_past_its_time_to_live_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        world.reserve("ORD-9", &[("J1", "A", 50)]);
        world.pass(120);
        let broken = assert_violated("reservations_end", &world.end(), "res_4 for ORD-9");
        assert!(broken.expected.ends_with("its time to live"), "{broken}");
    }

    #[test]
    fn a_reservation_that_outlives_its_order_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        world.reserve("ORD-9", &[("J1", "A", 50)]);
        world.confirm("ORD-9");
        world.ship("ORD-9", "SHIP-9", 1);
        let broken = assert_violated("reservations_end", &world.end(), "res_4 for ORD-9");
        assert!(broken.expected.ends_with("its order was over"), "{broken}");
    }

    #[test]
    fn goods_shipped_from_a_lot_recalled_since_may_wait_for_others_to_come() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        world.reserve("ORD-9", &[("J1", "A", 50)]);
        world.confirm("ORD-9");
        world.ship("ORD-9", "SHIP-9", 1);
        let shipped = world.now;
        world.lot("J1", "A", LotStatus::Recalled, Some(20));
        world.pass(2400);
        world.commit("res_4", "SHIP-9", &[("J1", "B", 50)]);
        let mut history = world.end();
        history.phases.faults_ended = shipped;
        assert_holds("reservations_end", &history);
        history.phases.traffic_ended = shipped;
        assert_violated("reservations_end", &history, "res_4 for ORD-9");
    }

    #[test]
    fn goods_shipped_from_a_lot_recalled_since_cannot_be_resolved() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        world.reserve("ORD-9", &[("J1", "A", 50)]);
        world.confirm("ORD-9");
        world.ship("ORD-9", "SHIP-9", 1);
        world.lot("J1", "A", LotStatus::Recalled, Some(20));
        assert_holds("reservations_end", &world.end());
    }

    #[test]
    fn nor_do_they_have_to_be_once_their_time_to_live_ended_after_the_bound() {
        let outlives = |recalled: bool| {
            let mut world = World::quiet_day();
            world.place("ORD-9", "BAG", 1);
            let id = world.reserve("ORD-9", &[("J1", "A", 50)]);
            world.confirm("ORD-9");
            world.ship("ORD-9", "SHIP-9", 1);
            if recalled {
                world.lot("J1", "A", LotStatus::Recalled, Some(20));
            }
            world.pass(3000);
            world.expire(&id, &[("J1", "A", 50)]);
            let mut history = world.end();
            history.phases.faults_ended = history.phases.started;
            history
        };
        assert_holds("reservations_end", &outlives(true));
        assert_violated("reservations_end", &outlives(false), "res_4 for ORD-9");
    }
}
