//! S12, for confirmations: an order is confirmed once the shop shows what is left without it. Its
//! confirmation ends the shop's own hold, and a number of before would sell the same goods again.
//! `justified` asks.

use jiff::Timestamp;

use super::{
    Case, Findings, Violation,
    history::{Actor, Component, Fact, PolishFact},
    names::PolishSku,
    order::OrderState,
    telling,
    timeline::Step,
    trail::Trail,
};

// Relaxed after a while, since an order must not wait for a number that cannot be published; and
// while anything is wrong. Counterexample: the shop refuses every new number and takes orders.

/// Judges each confirmation of an order that had waited for it.
pub(super) fn check(case: &Case<'_>, findings: &mut Findings) {
    for trail in case.trails.values() {
        let Some(confirmed) = trail.changes().find(|fact| is_confirmation(fact)) else {
            continue;
        };
        let order = trail.until(confirmed.at);
        let Some(reserved) = reserved_at(case, &order, confirmed.at) else {
            continue;
        };
        findings.judged();
        let listings = order.lines.values().map(|line| line.sku);
        let too_high =
            listings.filter_map(|sku| too_high(case, sku, &order, (reserved, confirmed.at)));
        if let Some((sku, value, most)) = too_high.into_iter().next() {
            findings.violated(|| violation(case, trail, confirmed, sku, (value, most)));
        }
    }
}

fn is_confirmation(fact: &Fact<PolishFact>) -> bool {
    fact.actor == Actor::Middleware && matches!(fact.what, PolishFact::Confirmed { .. })
}

/// When the goods of a pending order were reserved, if the number had to follow by `confirmed`.
fn reserved_at(case: &Case<'_>, order: &OrderState<'_>, confirmed: Timestamp) -> Option<Timestamp> {
    let limits = &case.history.limits;
    let reserved = order
        .live()
        .map(|(_, reservation)| reservation.opened)
        .min()?;
    let is_in_time = confirmed < case.later(reserved, limits.lowered);
    let is_judged = !order.automatic && is_in_time && !limits.skew.is_positive();
    (is_judged && !case.is_disturbed(reserved, confirmed)).then_some(reserved)
}

/// What a listing showed at the confirmation, and the most that was true since the reservation. What
/// the reservation did not touch may be of any moment within the staleness bound.
fn too_high<'h>(
    case: &Case<'h>,
    sku: &'h PolishSku,
    order: &OrderState<'_>,
    (reserved, confirmed): (Timestamp, Timestamp),
) -> Option<(&'h PolishSku, i64, i64)> {
    let numbers = case.numbers.listings.get(sku)?;
    let shown = numbers.shown_at(confirmed)?;
    let since = |part: &Component| match part {
        Component::Jerky { sku, .. } if order.held(sku) > 0 => reserved,
        _ => case.oldest(reserved),
    };
    let most = numbers.most_since(since, confirmed);
    let is_ours = shown.actor == Actor::Middleware;
    (is_ours && shown.value > most).then_some((sku, shown.value, most))
}

fn violation(
    case: &Case<'_>,
    trail: &Trail<'_>,
    confirmed: &Fact<PolishFact>,
    sku: &PolishSku,
    (value, most): (i64, i64),
) -> Violation {
    let mut history = case.told_of_order(trail.id, confirmed.at);
    let numbers = case.numbers.listings.get(sku);
    let shown = numbers.and_then(|numbers| numbers.shown_at(confirmed.at));
    let shown: Option<Step<'_>> = shown.map(|shown| shown.step);
    history.extend(shown.map(telling::line));
    Violation {
        subject: format!("order {}", trail.id),
        at: confirmed.at,
        expected: format!("at most {most} of {sku} shown at its confirmation"),
        found: value.to_string(),
        history,
    }
}

#[cfg(test)]
mod tests {
    use crate::oracle::testing::{World, assert_holds, assert_violated};

    fn reserved() -> World {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 2);
        world.reserve("ORD-9", &[("J1", "A", 100)]);
        world
    }

    #[test]
    fn a_confirmation_after_the_lower_number_holds() {
        let mut world = reserved();
        world.settle();
        world.confirm("ORD-9");
        assert_holds("justified", &world.end());
    }

    #[test]
    fn a_confirmation_before_it_breaks_it() {
        let mut world = reserved();
        world.confirm("ORD-9");
        world.settle();
        let broken = assert_violated("justified", &world.end(), "ORD-9");
        assert!(broken.expected.contains("BAG"), "{broken}");
    }

    #[test]
    fn an_order_need_not_wait_for_ever() {
        let mut world = reserved();
        world.pass(30);
        world.confirm("ORD-9");
        world.settle();
        assert_holds("justified", &world.end());
    }
}
