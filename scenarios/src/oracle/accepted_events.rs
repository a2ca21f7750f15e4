//! L3: an event that was accepted is applied or quarantined, never dropped.

use jiff::SignedDuration;

use super::{
    Case, Findings, Invariant, Violation,
    history::{Delivery, Handled, Vendor, inbox_key},
    telling,
};

/// L3.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "L3",
    name: "accepted_events",
    meaning: "An event that was accepted is applied or quarantined, never dropped.",
    formula: "each genuine delivery answered 2xx: inbox says applied or quarantined, or the final positions cover its sequence",
    reads: "webhook deliveries, inbox, final checkpoint",
    check,
};

fn check(case: &Case<'_>, findings: &mut Findings) {
    let history = case.history;
    let accepted = |delivery: &&Delivery| !delivery.forged && delivery.is_accepted();
    let accepted: Vec<&Delivery> = history.deliveries.iter().filter(accepted).collect();
    if !accepted.is_empty() && history.hub.inbox.is_none() && history.checkpoints.is_empty() {
        findings.unknown("neither an inbox nor a checkpoint tells what became of accepted events");
        return;
    }
    for delivery in accepted {
        findings.judged();
        if let Some(found) = dropped(case, delivery) {
            findings.violated(|| Violation {
                subject: format!("message {}", delivery.message),
                at: delivery.arrived_at.unwrap_or(delivery.sent_at),
                expected: "applied or quarantined".to_owned(),
                found,
                history: telling::deliveries(std::iter::once(delivery)),
            });
        }
    }
}

/// What became of it instead, if it was neither applied nor quarantined.
fn dropped(case: &Case<'_>, delivery: &Delivery) -> Option<String> {
    if is_quarantined(case, delivery) || is_settling(case, delivery) {
        return None;
    }
    let applied = applied(case, delivery);
    if applied.is_some_and(|applied| applied >= delivery.sequence) {
        return None;
    }
    let Some(inbox) = &case.history.hub.inbox else {
        return applied.map(|applied| format!("only sequence {applied} was applied"));
    };
    match inbox.get(&inbox_key(delivery.vendor, &delivery.message)) {
        Some(Handled::Applied | Handled::Quarantined) => None,
        Some(Handled::Waiting) => Some("still waiting".to_owned()),
        None => Some("no trace of it".to_owned()),
    }
}

/// Relaxed for what could not be read: an entry without a message, made while this one was under
/// way, counts. Counterexample: a body that is not UTF-8 has no id by which to find it again.
fn is_quarantined(case: &Case<'_>, delivery: &Delivery) -> bool {
    let arrived = delivery.arrived_at.unwrap_or(delivery.sent_at);
    // Whoever sent it saw it acknowledged a moment after it was set aside, by the hub's own clock,
    // which may have been set back by minutes.
    let skew = case.history.limits.skew;
    let until = case.later(arrived, SignedDuration::from_secs(1) + skew);
    let meanwhile = case.earlier(delivery.sent_at, skew)..=until;
    let mut entries = case.history.hub.quarantine.iter();
    case.is_poisoned(&delivery.subject)
        || entries.any(|entry| match &entry.message {
            Some(message) => *message == delivery.message,
            None => meanwhile.contains(&entry.at),
        })
}

/// The newest sequence of its subject that was applied in the end.
fn applied(case: &Case<'_>, delivery: &Delivery) -> Option<u64> {
    let last = case.history.checkpoints.last()?;
    match delivery.vendor {
        Vendor::Jerky => last.sequences.get(delivery.subject.as_str()).copied(),
        Vendor::Polish => last.orders.get(delivery.subject.as_str()).copied(),
    }
}

/// It came so late that it may still be on its way through.
fn is_settling(case: &Case<'_>, delivery: &Delivery) -> bool {
    let phases = &case.history.phases;
    let due = case.later(delivery.sent_at, case.history.limits.convergence);
    phases.converged.is_none() && due > phases.ended
}

#[cfg(test)]
mod tests {
    use crate::oracle::{
        history::{Handled, Quarantined, Vendor, inbox_key},
        testing::{World, assert_holds, assert_violated, verdict},
    };

    #[test]
    fn accepted_events_that_were_applied_hold() {
        assert_holds("accepted_events", &World::quiet_day().end());
    }

    fn dropped() -> World {
        let mut world = World::quiet_day();
        world.deliver(Vendor::Jerky, "evt_8", "J1", 8);
        world
    }

    #[test]
    fn an_accepted_event_without_a_trace_breaks_it() {
        let mut history = dropped().end();
        let broken = assert_violated("accepted_events", &history, "evt_8");
        assert_eq!(broken.found, "only sequence 7 was applied");
        history.hub.inbox = Some([].into());
        let broken = assert_violated("accepted_events", &history, "evt_8");
        assert_eq!(broken.found, "no trace of it");
    }

    #[test]
    fn one_that_waits_for_ever_breaks_it() {
        let mut world = dropped();
        let key = inbox_key(Vendor::Jerky, "evt_8");
        world.history.hub.inbox = Some([(key, Handled::Waiting)].into());
        let broken = assert_violated("accepted_events", &world.end(), "evt_8");
        assert_eq!(broken.found, "still waiting");
    }

    #[test]
    fn one_that_was_quarantined_holds() {
        let mut world = dropped();
        world.history.hub.quarantine.push(Quarantined {
            message: Some("evt_8".to_owned()),
            subject: None,
            at: world.now,
            reason: "unreadable".to_owned(),
        });
        assert_holds("accepted_events", &world.end());
    }

    #[test]
    fn one_that_nobody_could_read_is_found_by_when_it_was_set_aside() {
        let mut world = World::quiet_day();
        let at = world.now;
        world.deliver(Vendor::Jerky, "", "", 0);
        world.history.hub.inbox = Some([].into());
        let entry = Quarantined {
            message: None,
            subject: None,
            at,
            reason: "invalid UTF-8".to_owned(),
        };
        let mut unseen = world.history.clone();
        unseen.phases.converged = Some(at);
        assert_violated("accepted_events", &unseen, "message");
        world.history.hub.quarantine.push(entry);
        assert_holds("accepted_events", &world.end());
    }

    #[test]
    fn without_any_record_it_is_unknown() {
        let mut world = World::quiet_day();
        world.history.checkpoints.clear();
        assert!(verdict("accepted_events", &world.end()).is_unknown());
    }
}
