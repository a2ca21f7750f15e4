//! S14: a crash at any point changes nothing for good, and every change has one cause.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{
    Case, Findings, Invariant, Violation,
    history::{Actor, Fact, JerkyFact, Mapping, PolishFact, ReservedLine},
    order::OrderState,
    telling,
    timeline::Step,
};

/// S14.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "S14",
    name: "crash_safe",
    meaning: "A crash at any point changes nothing for good, and every change has one cause.",
    formula: "what its store brings back = what it knew at the crash; what waited then waits again, or a command is kept about it, or it is a listing that shows what it should by now; positions never fall across a crash; each change of the middleware names a cause in the other vendor's truth, at most once",
    reads: "crashes, checkpoints, both ground truths",
    check,
};

// A change is traced by name: it has to name an order, shipment, return or count that the shop
// knew by then. Two changes with one cause are `exactly_once`'s.

fn check(case: &Case<'_>, findings: &mut Findings) {
    stores(case, findings);
    positions(case, findings);
    causes(case, findings);
}

fn stores(case: &Case<'_>, findings: &mut Findings) {
    for crash in &case.history.crashes {
        let (Some(before), Some(after)) = (&crash.before, &crash.after) else {
            continue;
        };
        findings.judged();
        if before != after {
            findings.violated(|| Violation {
                subject: "what survived the crash".to_owned(),
                at: crash.restarted_at,
                expected: format!("{before}, as it was at {}", telling::time(crash.at)),
                found: after.clone(),
                history: Vec::new(),
            });
        }
    }
}

fn positions(case: &Case<'_>, findings: &mut Findings) {
    let checkpoints = &case.history.checkpoints;
    for (one, next) in checkpoints.iter().zip(checkpoints.iter().skip(1)) {
        findings.judged();
        let mut covered = one.covered.iter();
        let fell = covered.any(|(name, at)| next.covered.get(name) < Some(at));
        if fell || next.feed < one.feed {
            findings.violated(|| Violation {
                subject: "durable cursors".to_owned(),
                at: next.at,
                expected: format!("at least {:?} and {:?}", one.feed, one.covered),
                found: format!("{:?} and {:?}", next.feed, next.covered),
                history: Vec::new(),
            });
        }
    }
}

fn causes(case: &Case<'_>, findings: &mut Findings) {
    let known = Known::of(case);
    let mut orders: BTreeMap<&str, OrderState<'_>> = BTreeMap::new();
    for step in &case.timeline {
        let id = case.order_of(*step);
        if let Some(id) = id {
            orders.entry(id).or_default().apply(*step);
        }
        let Step::Jerky(fact) = step else {
            continue;
        };
        if fact.actor != Actor::Middleware {
            continue;
        }
        let later = || case.order_beyond_skew(id?, fact.at);
        let order = || id.and_then(|id| orders.get(id));
        let missing = match &fact.what {
            JerkyFact::Released { lines, .. } => {
                let mapping = &case.history.mapping;
                let wanted = |order: &OrderState<'_>| is_wanted(order, lines, mapping);
                let unexcused = || later().as_ref().is_none_or(wanted);
                let missing = "a cancellation or the end of its order before it";
                let is_missing = order().is_some_and(wanted) && unexcused();
                is_missing.then(|| missing.to_owned())
            }
            what if needs_cause(what) => known.missing(fact),
            _ => continue,
        };
        findings.judged();
        if let Some(expected) = missing {
            findings.violated(|| Violation {
                subject: "a change without a cause".to_owned(),
                at: fact.at,
                expected,
                found: telling::line(*step),
                history: case.told_of_order(id.unwrap_or_default(), fact.at),
            });
        }
    }
}

/// When the shop first knew a name to which a change in the warehouse can be traced.
struct Known<'h> {
    since: BTreeMap<&'h str, Timestamp>,
    skew: SignedDuration,
}

impl<'h> Known<'h> {
    fn of(case: &Case<'h>) -> Self {
        let mut since = BTreeMap::new();
        for fact in &case.history.polish {
            if let Some(name) = name(&fact.what) {
                since.entry(name).or_insert(fact.at);
            }
        }
        Self {
            since,
            skew: case.history.limits.skew,
        }
    }

    fn missing(&self, fact: &Fact<JerkyFact>) -> Option<String> {
        let names = match &fact.what {
            JerkyFact::Opened { reference, .. } | JerkyFact::Committed { reference, .. } => {
                reference
            }
            JerkyFact::Moved {
                subject: Some(change),
                ..
            } => change,
            _ => return None,
        };
        let parts = names.split([':', '/']).chain([names.as_str()]);
        let limit = fact.at.saturating_add(self.skew).unwrap_or(fact.at);
        let mut since = parts.filter_map(|part| self.since.get(part));
        let is_known = since.any(|since| *since <= limit);
        (!is_known).then(|| format!("{names} in the shop before it"))
    }
}

fn needs_cause(fact: &JerkyFact) -> bool {
    match fact {
        JerkyFact::Opened { .. } | JerkyFact::Committed { .. } => true,
        JerkyFact::Moved { subject, cause, .. } => {
            let changes = ["adjustment", "return", "restock", "disposal"];
            subject.is_some() && changes.contains(&cause.as_str())
        }
        _ => false,
    }
}

/// The name by which a change in the warehouse can be traced to this.
fn name(fact: &PolishFact) -> Option<&str> {
    match fact {
        PolishFact::Placed { order, .. } => Some(order.as_str()),
        PolishFact::Shipped { reference, .. } | PolishFact::Returned { reference, .. } => {
            Some(reference)
        }
        PolishFact::Counted { id, .. } => Some(id),
        _ => None,
    }
}

/// Whether goods were given back that a confirmed order is still owed.
fn is_wanted(order: &OrderState<'_>, given: &[ReservedLine], mapping: &Mapping) -> bool {
    let promised = order.automatic || order.confirmed.is_some();
    promised
        && given
            .iter()
            .any(|line| order.uncovered(mapping, &line.sku) > 0)
}

#[cfg(test)]
mod tests {
    use crate::oracle::{
        history::{Account, Crash},
        testing::{World, assert_holds, assert_violated},
    };

    fn crashed(before: &str, after: &str) -> World {
        let mut world = World::quiet_day();
        world.history.crashes.push(Crash {
            at: world.now,
            restarted_at: world.now,
            before: Some(before.to_owned()),
            after: Some(after.to_owned()),
        });
        world
    }

    #[test]
    fn a_crash_that_changes_nothing_holds() {
        assert_holds("crash_safe", &crashed("5eed", "5eed").end());
    }

    #[test]
    fn what_is_remembered_otherwise_after_the_restart_breaks_it() {
        assert_violated("crash_safe", &crashed("5eed", "dead").end(), "survived");
    }

    #[test]
    fn a_cursor_that_falls_breaks_it() {
        let mut world = World::quiet_day();
        world.checkpoint(7);
        world.history.checkpoints[1].feed = Some(0);
        assert_violated("crash_safe", &world.end(), "cursors");
    }

    #[test]
    fn a_reservation_for_an_order_that_nobody_placed_breaks_it() {
        let mut world = World::quiet_day();
        world.reserve("ORD-9", &[("J1", "A", 50)]);
        let broken = assert_violated("crash_safe", &world.end(), "without a cause");
        assert!(broken.expected.starts_with("ORD-9"), "{broken}");
    }

    #[test]
    fn a_commit_for_a_shipment_that_never_left_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        let id = world.reserve("ORD-9", &[("J1", "A", 50)]);
        world.commit(&id, "SHIP-9", &[("J1", "A", 50)]);
        assert_violated("crash_safe", &world.end(), "without a cause");
    }

    #[test]
    fn releasing_what_a_confirmed_order_is_owed_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        let id = world.reserve("ORD-9", &[("J1", "A", 50)]);
        world.confirm("ORD-9");
        world.release(&id, &[("J1", "A", 50)]);
        let broken = assert_violated("crash_safe", &world.end(), "without a cause");
        assert!(broken.found.contains("released"), "{broken}");
    }

    #[test]
    fn an_adjustment_that_names_no_count_breaks_it() {
        let mut world = World::quiet_day();
        let id = Some("count:CNT-404");
        world.moved(
            "J1",
            "B",
            Account::Available,
            Account::CountedOff,
            5,
            "adjustment",
            id,
        );
        assert_violated("crash_safe", &world.end(), "without a cause");
    }
}
