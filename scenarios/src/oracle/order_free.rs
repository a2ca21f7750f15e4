//! S7: duplicated and reordered deliveries leave the state that tidy ones would have left.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    Case, Findings, Invariant, Violation,
    history::{Delivery, Vendor},
    names::JerkySku,
    telling,
};

/// S7.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "S7",
    name: "order_free",
    meaning: "Duplicated and reordered deliveries leave the state that tidy ones would have left.",
    formula: "for each subject of a duplicated or overtaken message: final number = formula(truth); newest applied sequence = newest sent; each message handled once",
    reads: "webhook deliveries, checkpoints, both ground truths",
    check,
};

// Judged by outcome: the oracle cannot run the middleware again on the same events in order, but
// what the tidy order leaves is known, it is the formula over the truth. That no effect came twice
// is `exactly_once`'s. Without convergence there is no final state to compare.

fn check(case: &Case<'_>, findings: &mut Findings) {
    let disturbed = disturbed(case);
    if disturbed.is_empty() {
        findings.note("no delivery was duplicated or overtaken in this run");
        return;
    }
    let converged = case.history.phases.converged.is_some();
    if !converged {
        findings.unknown("deliveries were duplicated or overtaken, and the run never converged");
    }
    for ((vendor, subject), what) in disturbed {
        findings.judged();
        newest_applied(case, vendor, subject, &what, findings);
        if converged && vendor == Vendor::Jerky {
            final_numbers(case, subject, &what, findings);
        }
    }
}

/// A subject whose deliveries arrived untidily.
struct Disturbed<'h> {
    newest: u64,
    last_arrival: Timestamp,
    deliveries: Vec<&'h Delivery>,
}

fn disturbed<'h>(case: &Case<'h>) -> BTreeMap<(Vendor, &'h str), Disturbed<'h>> {
    let mut subjects: BTreeMap<_, Disturbed<'_>> = BTreeMap::new();
    let mut untidy = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for (at, delivery) in arrivals(case) {
        let key = (delivery.vendor, delivery.subject.as_str());
        let subject = subjects.entry(key).or_insert(Disturbed {
            newest: 0,
            last_arrival: at,
            deliveries: Vec::new(),
        });
        let again = !seen.insert((delivery.vendor, delivery.message.as_str()));
        if again || delivery.sequence < subject.newest {
            untidy.insert(key);
        }
        subject.newest = subject.newest.max(delivery.sequence);
        subject.last_arrival = at;
        subject.deliveries.push(delivery);
    }
    subjects.retain(|key, _| untidy.contains(key));
    subjects
}

fn arrivals<'h>(case: &Case<'h>) -> Vec<(Timestamp, &'h Delivery)> {
    let deliveries = case.history.deliveries.iter();
    let mut arrived: Vec<(Timestamp, &Delivery)> = deliveries
        .filter(|delivery| !delivery.forged && delivery.is_accepted())
        .filter(|delivery| case.is_plausible(delivery))
        .filter_map(|delivery| delivery.arrived_at.map(|at| (at, delivery)))
        .collect();
    arrived.sort_by_key(|(at, _)| *at);
    arrived
}

fn newest_applied(
    case: &Case<'_>,
    vendor: Vendor,
    subject: &str,
    what: &Disturbed<'_>,
    findings: &mut Findings,
) {
    let Some(last) = case.history.checkpoints.last() else {
        return;
    };
    let applied = match vendor {
        Vendor::Jerky => last.sequences.get(subject),
        Vendor::Polish => last.orders.get(subject),
    };
    if let Some(applied) = applied
        && *applied < what.newest
        && last.at > what.last_arrival
        && !case.is_poisoned(subject)
    {
        let expected = format!("sequence {} applied, the newest that arrived", what.newest);
        findings.violated(|| what.violation(subject, last.at, expected, applied.to_string()));
    }
}

fn final_numbers(case: &Case<'_>, item: &str, what: &Disturbed<'_>, findings: &mut Findings) {
    let end = case.history.phases.ended;
    for sku in case.listings_with(&JerkySku::from(item)) {
        let Some(numbers) = case.numbers.listings.get(sku) else {
            continue;
        };
        if let Some(shown) = numbers.shown_at(end)
            && !numbers.agrees(end)
        {
            let expected = format!("{sku} shows {}", numbers.truth(end));
            findings.violated(|| what.violation(item, end, expected, shown.value.to_string()));
        }
    }
}

impl Disturbed<'_> {
    fn violation(
        &self,
        subject: &str,
        at: Timestamp,
        expected: String,
        found: String,
    ) -> Violation {
        Violation {
            subject: subject.to_owned(),
            at,
            expected,
            found,
            history: telling::deliveries(self.deliveries.iter().copied()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::oracle::{
        history::Vendor,
        testing::{World, assert_holds, assert_violated, verdict},
    };

    #[test]
    fn tidy_deliveries_leave_nothing_to_judge() {
        let verdict = verdict("order_free", &World::quiet_day().end());
        assert_eq!(verdict.judged, 0);
        assert!(verdict.note.is_some() && !verdict.is_unknown());
    }

    #[test]
    fn a_duplicate_that_changed_nothing_holds() {
        let mut world = World::quiet_day();
        world.deliver(Vendor::Jerky, "evt_7", "J1", 7);
        world.checkpoint(7);
        assert_holds("order_free", &world.end());
    }

    #[test]
    fn an_overtaken_message_that_won_breaks_it() {
        let mut world = World::quiet_day();
        world.deliver(Vendor::Jerky, "evt_9", "J1", 9);
        world.deliver(Vendor::Jerky, "evt_8", "J1", 8);
        world.checkpoint(9);
        world.history.checkpoints[1]
            .sequences
            .insert("J1".into(), 8);
        let broken = assert_violated("order_free", &world.end(), "J1");
        assert_eq!(broken.found, "8");
        assert!(
            broken.history.iter().any(|line| line.contains("evt_9")),
            "{broken}"
        );
    }

    #[test]
    fn a_wrong_number_after_a_duplicate_breaks_it() {
        let mut world = World::quiet_day();
        world.deliver(Vendor::Jerky, "evt_7", "J1", 7);
        world.checkpoint(7);
        world.publish("BAG", 1);
        let broken = assert_violated("order_free", &world.end(), "J1");
        assert_eq!(broken.found, "1");
    }

    #[test]
    fn without_convergence_there_is_no_final_state_to_judge() {
        let mut world = World::quiet_day();
        world.deliver(Vendor::Jerky, "evt_7", "J1", 7);
        let mut history = world.end();
        history.phases.converged = None;
        assert!(verdict("order_free", &history).is_unknown());
    }
}
