//! S3, for reservations that confirmed orders still need: in calm none is left to expire, since
//! whoever comes next may take the goods. `no_oversell` asks.

use jiff::Timestamp;

use super::{
    Case, Findings, Violation,
    history::JerkyFact,
    names::{JerkySku, ReservationId},
    order::{OrderState, ReservationState},
    telling,
    timeline::Step,
    trail::Trail,
};

/// Nothing may stand in the way of extending in the last third of a reservation's time to live.
const LAST: i32 = 3;

// Relaxed where a wrong clock hides what came first, for orders, reservations and items that could not
// be read, and for lots that may no longer leave.

/// Judges each reservation that expired.
pub(super) fn check(case: &Case<'_>, findings: &mut Findings) {
    if case.history.limits.skew.is_positive() {
        return;
    }
    let trails = case.trails.values();
    for trail in trails.filter(|trail| !case.order_was_poisoned(trail.id)) {
        let order = case.orders.get(trail.id).into_iter();
        for (id, reservation) in order.flat_map(|order| &order.reservations) {
            if let Some(at) = expired(reservation) {
                findings.judged();
                judge(case, trail, (id, reservation), at, findings);
            }
        }
    }
}

fn judge(
    case: &Case<'_>,
    trail: &Trail<'_>,
    (id, reservation): (&ReservationId, &ReservationState<'_>),
    at: Timestamp,
    findings: &mut Findings,
) {
    let order = trail.until(at);
    if let Some(item) = lost(case, &order, reservation)
        && could_extend(case, trail, &order, (id, reservation), at)
    {
        findings.violated(|| Violation {
            subject: format!("order {}", trail.id),
            at,
            expected: format!("{id} to be extended, which keeps its {item} for it"),
            found: format!("expired at {}", telling::time(at)),
            history: case.told_of_order(trail.id, at),
        });
    }
}

/// When its time to live ended it.
fn expired(reservation: &ReservationState<'_>) -> Option<Timestamp> {
    let (at, _) = reservation.ended.filter(|_| reservation.has_expired())?;
    Some(at)
}

/// The first item that an order still needs, and had in this reservation.
fn lost<'h>(
    case: &Case<'h>,
    order: &OrderState<'h>,
    reservation: &ReservationState<'h>,
) -> Option<&'h JerkySku> {
    let is_open = order.lines.values().any(|line| line.open() > 0);
    let mut lines = reservation.lines.values().filter(|line| line.open() > 0);
    let lost = lines.find(|line| {
        let is_readable = !case.is_poisoned(line.sku.as_str()) && !case.has_blocked_lots(line.sku);
        is_readable && order.uncovered(&case.history.mapping, line.sku) > 0
    });
    lost.filter(|_| is_open).map(|line| line.sku)
}

/// Whether the order stood confirmed, and nothing was in the way, while the reservation came to its
/// end.
fn could_extend(
    case: &Case<'_>,
    trail: &Trail<'_>,
    order: &OrderState<'_>,
    (id, reservation): (&ReservationId, &ReservationState<'_>),
    at: Timestamp,
) -> bool {
    let Some(begun) = begun(trail, id) else {
        return false;
    };
    let life = reservation.expires_at.duration_since(begun);
    let last = case.earlier(at, life / LAST);
    let confirmed = if order.automatic {
        order.placed
    } else {
        order.confirmed
    };
    let mut changes = trail.changes().map(|fact| fact.at);
    confirmed.is_some_and(|confirmed| confirmed <= last)
        && !case.is_disturbed(last, at)
        && !changes.any(|changed| last < changed && changed <= at)
}

/// When the reservation's last time to live began.
fn begun(trail: &Trail<'_>, wanted: &ReservationId) -> Option<Timestamp> {
    let steps = trail.steps.iter().filter_map(|step| match step {
        Step::Jerky(fact) => Some(*fact),
        Step::Polish(_) => None,
    });
    let begins = steps.filter(|fact| match &fact.what {
        JerkyFact::Opened { id, .. } | JerkyFact::Extended { id, .. } => id == wanted,
        _ => false,
    });
    begins.map(|fact| fact.at).next_back()
}

#[cfg(test)]
mod tests {
    use crate::oracle::testing::{Take, World, assert_holds, assert_violated, set_aside};

    const BAGS: [Take<'_>; 1] = [("J1", "A", 100)];

    /// Two bags are reserved for an hour.
    fn reserved() -> (World, String) {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 2);
        let id = world.reserve("ORD-9", &BAGS);
        (world, id)
    }

    /// They were promised, and nobody extended that.
    fn expired() -> World {
        let (mut world, id) = reserved();
        world.confirm("ORD-9");
        world.pass(3600);
        world.expire(&id, &BAGS);
        world
    }

    #[test]
    fn a_confirmed_orders_reservation_that_expires_breaks_it() {
        let broken = assert_violated("no_oversell", &expired().end(), "ORD-9");
        assert!(broken.expected.contains("extended"), "{broken}");
    }

    #[test]
    fn one_that_nobody_needs_may_expire() {
        let (mut world, id) = reserved();
        world.pass(60);
        world.cancel("ORD-9", 2);
        world.pass(3600);
        world.expire(&id, &BAGS);
        assert_holds("no_oversell", &world.end());
    }

    #[test]
    fn one_that_could_not_be_read_may_expire() {
        let mut history = expired().end();
        let started = history.phases.started;
        set_aside(&mut history, "res_4", started);
        assert_holds("no_oversell", &history);
    }

    #[test]
    fn one_that_could_not_be_extended_may_expire() {
        let mut history = expired().end();
        let at = history.jerky.last().unwrap().at;
        history.disturbed.push((at, at));
        assert_holds("no_oversell", &history);
    }
}
