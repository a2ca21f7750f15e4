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
