//! L4: what a lost webhook would have said is known within one sweep.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{
    Case, Findings, Invariant, Violation,
    history::{Delivery, Vendor},
    names::{JerkySku, PolishSku},
    numbers::ListingNumbers,
    telling,
};

/// L4.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "L4",
    name: "lost_webhook_repaired",
    meaning: "What a lost webhook would have said is known within one sweep.",
    formula: "for each lost message at t: by max(t, faults ended) + sweep the listing's number met the formula, or the order was decided",
    reads: "webhook deliveries, both ground truths, mapping",
    check,
};

fn check(case: &Case<'_>, findings: &mut Findings) {
    for delivery in lost(&case.history.deliveries) {
        let from = delivery.sent_at.max(case.history.phases.faults_ended);
        let due = case.later(from, case.history.limits.sweep);
        if due > case.history.phases.ended {
            findings.note("messages lost less than a sweep before the end are not judged");
            continue;
        }
        findings.judged();
        if let Some((expected, found)) = unrepaired(case, delivery, due) {
            findings.violated(|| Violation {
                subject: format!(
                    "lost message {} about {}",
                    delivery.message, delivery.subject
                ),
                at: due,
                expected,
                found,
                history: telling::deliveries(std::iter::once(delivery)),
            });
        }
    }
}

/// The first attempt of each message of which no attempt was accepted.
fn lost(deliveries: &[Delivery]) -> Vec<&Delivery> {
    let genuine = || deliveries.iter().filter(|delivery| !delivery.forged);
    let accepted: BTreeSet<(Vendor, &str)> = genuine()
        .filter(|delivery| delivery.is_accepted())
        .map(|delivery| (delivery.vendor, delivery.message.as_str()))
        .collect();
    let mut lost: BTreeMap<(Vendor, &str), &Delivery> = BTreeMap::new();
    for delivery in genuine() {
        let message = (delivery.vendor, delivery.message.as_str());
        if !accepted.contains(&message) {
            lost.entry(message).or_insert(delivery);
        }
    }
    lost.into_values().collect()
}

fn unrepaired(case: &Case<'_>, lost: &Delivery, due: Timestamp) -> Option<(String, String)> {
    let subject = lost.subject.as_str();
    if case.is_poisoned(subject) || case.stays_poisoned(subject) {
        return None;
    }
    let own = PolishSku::from(subject);
    match lost.vendor {
        Vendor::Polish => {
            undecided(case, subject, due).or_else(|| still_untrue(case, &own, lost.sent_at, due))
        }
        Vendor::Jerky => {
            let listings = case.listings_with(&JerkySku::from(subject));
            // Of several parts another may not be readable.
            let listings = listings.into_iter();
            let mut readable = listings.filter(|sku| !case.stays_poisoned(sku.as_str()));
            readable.find_map(|sku| still_untrue(case, sku, lost.sent_at, due))
        }
    }
}

fn undecided(case: &Case<'_>, order: &str, due: Timestamp) -> Option<(String, String)> {
    let order = case.orders.get(order)?;
    order.is_undecided(due).then(|| {
        let expected = format!("a decision about the order by {}", telling::time(due));
        (expected, "none".to_owned())
    })
}

fn still_untrue(
    case: &Case<'_>,
    sku: &PolishSku,
    from: Timestamp,
    due: Timestamp,
) -> Option<(String, String)> {
    let numbers = case.numbers.listings.get(sku)?;
    (!agreed_once(numbers, from, due)).then(|| {
        let shown = numbers.shown_at(due).map(|shown| shown.value);
        (
            format!("{sku} to show the truth once by {}", telling::time(due)),
            format!("{shown:?} instead of {}", numbers.truth(due)),
        )
    })
}

/// Whether shown and true met in the window after the message was lost. Its end is the likeliest.
fn agreed_once(numbers: &ListingNumbers<'_>, from: Timestamp, to: Timestamp) -> bool {
    if numbers.agrees(to) {
        return true;
    }
    let first = numbers.shown.partition_point(|shown| shown.at <= from);
    let shown = numbers.shown.iter().skip(first).map(|shown| shown.at);
    let mut moments: Vec<Timestamp> = numbers.moments(from, to).collect();
    moments.extend(shown.take_while(|at| *at <= to));
    // What the message is about may have left the number as it was.
    moments.extend(from.checked_add(SignedDuration::from_nanos(1)));
    moments.sort_unstable();
    let mut later = moments.into_iter().rev().filter(|at| *at > from);
    later.any(|at| numbers.agrees(at))
}

#[cfg(test)]
mod tests {
    use crate::oracle::{
        history::{History, Vendor},
        testing::{World, assert_holds, assert_violated, set_aside, verdict},
    };

    fn lose(world: &mut World, vendor: Vendor, subject: &str) {
        let lost = world.deliver(vendor, "lost", subject, 9);
        (lost.arrived_at, lost.status) = (None, None);
    }

    #[test]
    fn a_lost_event_that_a_sweep_made_good_holds() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        world.reserve("ORD-9", &[("J1", "A", 50)]);
        lose(&mut world, Vendor::Jerky, "J1");
        world.pass(300);
        world.settle();
        world.pass(600);
        world.confirm("ORD-9");
        assert_holds("lost_webhook_repaired", &world.end());
    }

    fn unnoticed() -> History {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        world.reserve("ORD-9", &[("J1", "A", 50)]);
        lose(&mut world, Vendor::Jerky, "J1");
        world.end()
    }

    #[test]
    fn a_lost_stock_change_that_nobody_noticed_breaks_it() {
        let broken = assert_violated("lost_webhook_repaired", &unnoticed(), "about J1");
        assert!(broken.expected.starts_with("BAG"), "{broken}");
    }

    #[test]
    fn a_listing_that_can_still_not_be_read_shows_what_it_may() {
        let unreadable = |subject: &str| {
            let mut history = unnoticed();
            let ended = history.phases.ended;
            set_aside(&mut history, subject, ended);
            history
        };
        assert_holds("lost_webhook_repaired", &unreadable("BAG"));
        assert_violated("lost_webhook_repaired", &unreadable("AUTO"), "about J1");
    }

    /// Less than a whole piece changes no number; the delivery that nobody heard of does.
    #[test]
    fn a_lost_stock_change_that_left_the_number_as_it_was_holds() {
        let mut world = World::quiet_day();
        world.count("J1", "A", 0, 1);
        lose(&mut world, Vendor::Jerky, "J1");
        world.pass(500);
        world.receive("J1", "R", 1000, None);
        world.pass(400);
        assert_holds("lost_webhook_repaired", &world.end());
    }

    #[test]
    fn a_lost_order_that_nobody_decided_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        lose(&mut world, Vendor::Polish, "ORD-9");
        let broken = assert_violated("lost_webhook_repaired", &world.end(), "about ORD-9");
        assert_eq!(broken.found, "none");
    }

    #[test]
    fn a_message_that_a_later_attempt_brought_was_not_lost() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        lose(&mut world, Vendor::Polish, "ORD-9");
        world.deliver(Vendor::Polish, "lost", "ORD-9", 9);
        assert_eq!(verdict("lost_webhook_repaired", &world.end()).judged, 0);
    }

    #[test]
    fn a_message_lost_at_the_very_end_is_noted_and_not_judged() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        lose(&mut world, Vendor::Polish, "ORD-9");
        world.history.phases.ended = world.now;
        let verdict = verdict("lost_webhook_repaired", &world.history);
        assert_eq!(verdict.judged, 0);
        assert!(verdict.note.is_some());
    }
}
