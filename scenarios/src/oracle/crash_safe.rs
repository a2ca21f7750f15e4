//! S14: a crash at any point changes nothing for good, and every change has one cause.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Case, Findings, Invariant, Violation,
    history::{Actor, Fact, JerkyFact, PolishFact},
    order::OrderState,
    telling,
    timeline::Step,
};

/// S14.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "S14",
    name: "crash_safe",
    meaning: "A crash at any point changes nothing for good, and every change has one cause.",
    formula: "store after restart = store at the crash; positions never fall across a crash; each change of the middleware names a cause in the other vendor's truth, at most once",
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
                subject: "the durable store".to_owned(),
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
    let mut known = BTreeSet::new();
    let mut orders: BTreeMap<&str, OrderState<'_>> = BTreeMap::new();
    for step in &case.timeline {
        let id = case.order_of(*step);
        if let Some(id) = id {
            orders.entry(id).or_default().apply(*step);
        }
        match step {
            Step::Polish(fact) => known.extend(name(&fact.what)),
            Step::Jerky(fact) if fact.actor == Actor::Middleware => {
                let order = id.and_then(|id| orders.get(id));
                let Some(missing) = missing_cause(fact, order, &known) else {
                    continue;
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
            Step::Jerky(_) => {}
        }
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

/// `None` when it needs no cause, `Some(None)` when it has one, else what is missing.
fn missing_cause(
    fact: &Fact<JerkyFact>,
    order: Option<&OrderState<'_>>,
    known: &BTreeSet<&str>,
) -> Option<Option<String>> {
    match &fact.what {
        JerkyFact::Opened { reference, .. } | JerkyFact::Committed { reference, .. } => {
            let is_known = known.contains(reference.as_str());
            Some((!is_known).then(|| format!("{reference} in the shop before it")))
        }
        JerkyFact::Released { .. } => {
            let wanted = order.is_some_and(is_still_wanted);
            Some(wanted.then(|| "a cancellation or the end of its order before it".to_owned()))
        }
        JerkyFact::Moved {
            subject: Some(change),
            cause,
            ..
        } if is_change(cause) => {
            let is_traced = change.split([':', '/']).any(|part| known.contains(part));
            Some((!is_traced).then(|| format!("a count or return named in {change} before it")))
        }
        _ => None,
    }
}

fn is_change(cause: &str) -> bool {
    matches!(cause, "adjustment" | "return" | "restock" | "disposal")
}

/// The order lives, nothing of it was cancelled, and no other reservation serves it.
fn is_still_wanted(order: &OrderState<'_>) -> bool {
    order.placed.is_some()
        && order.over.is_none()
        && order.lines.values().all(|line| line.cancelled == 0)
        && order.live().count() == 0
}
