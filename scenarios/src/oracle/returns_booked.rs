//! S5, in the end: what came back to the shop is back in the warehouse. `order_conservation` asks for it.

use std::collections::BTreeMap;

use super::{
    Case, Findings, Violation,
    history::{Account, Actor, JerkyFact, LotStatus},
    names::{JerkySku, Lot},
    order_conservation::{Back, came_back},
};

// Relaxed for what could not be read, and for goods in lots that may not leave. Counterexamples: what
// was shipped of a recalled lot is never committed, and so never taken back; what came back of a lot
// that is recalled meanwhile is not put on the shelf again; nor is what people count as missing while
// it waits in quality control, which is theirs to clear up.

/// Judges each item, once everything has come to agreement.
pub(super) fn check(case: &Case<'_>, findings: &mut Findings) {
    let (Some(_), Some(last)) = (case.history.phases.converged, case.history.jerky.last()) else {
        return;
    };
    let booked = booked(case);
    for (sku, owed) in in_the_shop(case) {
        findings.judged();
        let done = booked.get(sku).copied().unwrap_or_default();
        let is_short = done.returned < owed.returned
            || done.restocked < owed.restocked && !was_stopped(case, sku);
        if is_short && !case.is_poisoned(sku.as_str()) && !case.has_blocked_lots(sku) {
            findings.violated(|| Violation {
                subject: sku.to_string(),
                at: last.at,
                expected: format!(
                    "{} returned, and {} of it restocked or disposed of",
                    owed.returned, owed.restocked
                ),
                found: format!("{} and {}", done.returned, done.restocked),
                history: case.told_of_item(sku, last.at),
            });
        }
    }
}

/// Whether any lot of the item was ever anything but released, or some of it was counted as missing
/// from quality control.
fn was_stopped(case: &Case<'_>, item: &JerkySku) -> bool {
    let mut facts = case.history.jerky.iter();
    let is_kept_back = facts.any(|fact| match &fact.what {
        JerkyFact::Lot { sku, status, .. } => sku == item && *status != LotStatus::Released,
        _ => false,
    });
    is_kept_back || was_counted_off(case, item, None)
}

/// Whether some of the item, or of that lot of it, was counted as missing from quality control.
pub(super) fn was_counted_off(case: &Case<'_>, item: &JerkySku, of: Option<&Lot>) -> bool {
    let mut facts = case.history.jerky.iter();
    facts.any(|fact| match &fact.what {
        JerkyFact::Moved {
            sku,
            lot,
            from: Account::QualityControl,
            to: Account::CountedOff,
            ..
        } => sku == item && of.is_none_or(|of| of == lot),
        _ => false,
    })
}

fn in_the_shop<'h>(case: &Case<'h>) -> BTreeMap<&'h JerkySku, Back> {
    let (mut placed, mut shop) = (BTreeMap::new(), BTreeMap::new());
    for fact in &case.history.polish {
        came_back(case, &fact.what, &mut placed, &mut shop);
    }
    shop
}

/// What the middleware took back; goods that had expired are disposed of instead of restocked.
fn booked<'h>(case: &Case<'h>) -> BTreeMap<&'h JerkySku, Back> {
    let mut booked: BTreeMap<&JerkySku, Back> = BTreeMap::new();
    let facts = case.history.jerky.iter();
    for fact in facts.filter(|fact| fact.actor == Actor::Middleware) {
        if let JerkyFact::Moved {
            sku,
            quantity,
            cause,
            ..
        } = &fact.what
        {
            let back = booked.entry(sku).or_default();
            match cause.as_str() {
                "return" => back.returned += quantity,
                "restock" | "disposal" => back.restocked += quantity,
                _ => {}
            }
        }
    }
    booked
}

#[cfg(test)]
mod tests {
    use crate::oracle::{
        history::{Account, History},
        testing::{World, assert_holds, assert_violated},
    };

    /// The end of the day, everything having come to agreement.
    fn agreed(world: World) -> History {
        let mut history = world.end();
        history.phases.converged = Some(history.phases.ended);
        history
    }

    /// A unit of an order came back, and was booked so many times.
    fn came_back(booked: u32) -> History {
        let mut world = World::quiet_day();
        world.give_back("ORD-1", "RET-2", 1, true);
        for number in 0..booked {
            world.take_back(&format!("RET-2:{number}"), "J1", "A", 50);
        }
        agreed(world)
    }

    #[test]
    fn what_came_back_and_was_booked_holds() {
        assert_holds("order_conservation", &came_back(1));
    }

    /// A unit came back and lies in quality control, from where so much was counted off.
    fn left_in_quality_control(missing: i64) -> History {
        let mut world = World::quiet_day();
        let (sold, checked) = (Account::Sold, Account::QualityControl);
        world.give_back("ORD-1", "RET-2", 1, true);
        world.moved(
            "J1",
            "A",
            sold,
            checked,
            50,
            "return",
            Some("return:RET-2:1"),
        );
        if missing > 0 {
            let off = Account::CountedOff;
            world.moved("J1", "A", checked, off, missing, "count", None);
        }
        agreed(world)
    }

    #[test]
    fn what_was_counted_as_missing_from_quality_control_is_for_people_to_clear_up() {
        assert_holds("order_conservation", &left_in_quality_control(1));
        assert_violated("order_conservation", &left_in_quality_control(0), "J1");
    }

    #[test]
    fn what_came_back_and_was_never_booked_breaks_it() {
        let broken = assert_violated("order_conservation", &came_back(0), "J1");
        assert_eq!(
            broken.expected,
            "100 returned, and 100 of it restocked or disposed of"
        );
        assert_eq!(broken.found, "50 and 50");
    }
}
