//! L3: an event that was accepted is applied or quarantined, never dropped.

use jiff::SignedDuration;

use super::{
    Case, Findings, Invariant, Violation,
    history::{Delivery, Vendor, inbox_key},
    telling,
};

/// L3.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "L3",
    name: "accepted_events",
    meaning: "An event that was accepted is applied or quarantined, never dropped.",
    formula: "each genuine delivery answered 2xx: set aside, or the final positions cover its sequence, or, of what has no position or was garbled, the inbox remembers it",
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
    let applied = applied(case, delivery);
    let is_covered = applied.is_some_and(|applied| applied >= delivery.sequence);
    if is_covered || is_settling(case, delivery) || is_quarantined(case, delivery) {
        return None;
    }
    // To remember a message is not to apply it. What a garbled one says was never true.
    if let Some(applied) = applied
        && !delivery.garbled
    {
        return Some(format!("only sequence {applied} was applied"));
    }
    let Some(inbox) = &case.history.hub.inbox else {
        return None;
    };
    let key = inbox_key(delivery.vendor, &delivery.message);
    (!inbox.contains(&key)).then(|| "no trace of it".to_owned())
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
    case.is_set_aside(&delivery.subject)
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
        history::{Quarantined, Vendor, inbox_key},
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
        let broken = assert_violated("accepted_events", &dropped().end(), "evt_8");
        assert_eq!(broken.found, "only sequence 7 was applied");
    }

    #[test]
    fn one_that_is_remembered_and_was_not_applied_breaks_it() {
        let mut world = dropped();
        let key = inbox_key(Vendor::Jerky, "evt_8");
        world.history.hub.inbox = Some([key].into());
        let broken = assert_violated("accepted_events", &world.end(), "evt_8");
        assert_eq!(broken.found, "only sequence 7 was applied");
    }

    #[test]
    fn what_has_no_position_or_was_garbled_has_to_be_remembered() {
        let mut world = World::quiet_day();
        world.deliver(Vendor::Jerky, "evt_8", "J1", 8).garbled = true;
        world.deliver(Vendor::Polish, "whk_9", "BAG", 9);
        let keys = [
            inbox_key(Vendor::Jerky, "evt_8"),
            inbox_key(Vendor::Polish, "whk_9"),
        ];
        let mut history = world.end();
        let remembered = history.hub.inbox.get_or_insert_default();
        remembered.extend(keys.clone());
        assert_holds("accepted_events", &history);
        for key in keys {
            let mut forgetful = history.clone();
            forgetful.hub.inbox.as_mut().unwrap().remove(&key);
            let broken = assert_violated("accepted_events", &forgetful, "");
            assert_eq!(broken.found, "no trace of it");
        }
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
