//! S15: an unverified webhook has no effect, and at most one token refresh is in flight.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{
    Case, Findings, Invariant, Violation,
    history::{Crash, Delivery, Exchange, Vendor, inbox_key},
    telling,
};

/// S15.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "S15",
    name: "verified_webhooks",
    meaning: "An unverified webhook has no effect, and at most one token refresh is in flight.",
    formula: "forged delivery: answer is not 2xx and its message was never handled; delivery signed more than 5 min before it arrives: answer is not 2xx; token requests of one process never overlap",
    reads: "webhook deliveries, inbox, exchanges",
    check,
};

/// Five minutes, as the vendors' documents have it, and the second that a time of signing is rounded
/// to.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(5 * 60 + 1);

fn check(case: &Case<'_>, findings: &mut Findings) {
    forged(case, findings);
    replayed(case, findings);
    refreshes(case, findings);
}

fn forged(case: &Case<'_>, findings: &mut Findings) {
    let (forged, genuine): (Vec<&Delivery>, Vec<&Delivery>) = case
        .history
        .deliveries
        .iter()
        .partition(|delivery| delivery.forged);
    let genuine: BTreeSet<(Vendor, &str)> = genuine
        .into_iter()
        .map(|delivery| (delivery.vendor, delivery.message.as_str()))
        .collect();
    let feed = case.history.feed.iter();
    let fed: BTreeSet<&str> = feed.map(|event| event.id.as_str()).collect();
    for delivery in forged {
        findings.judged();
        // A forgery may bear the id of a message that also came from the vendor itself: by webhook,
        // or, where an event was signed with a replaced secret, by the change feed.
        let came = genuine.contains(&(delivery.vendor, delivery.message.as_str()))
            || delivery.vendor == Vendor::Jerky && fed.contains(delivery.message.as_str());
        let is_own = !came;
        let found = match delivery.status {
            Some(status) if delivery.is_accepted() => format!("accepted with {status}"),
            _ if is_own && is_in_inbox(case, delivery) => "it is in the inbox".to_owned(),
            _ => continue,
        };
        findings.violated(|| Violation {
            subject: format!("forged message {}", delivery.message),
            at: delivery.arrived_at.unwrap_or(delivery.sent_at),
            expected: "a refusal and no effect".to_owned(),
            found,
            history: telling::deliveries(std::iter::once(delivery)),
        });
    }
}

/// Somebody recorded the delivery and sent it again: what was signed long ago proves nothing.
fn replayed(case: &Case<'_>, findings: &mut Findings) {
    let oldest = TOLERANCE.saturating_add(case.history.limits.skew);
    for delivery in &case.history.deliveries {
        let (Some(signed), Some(arrived)) = (delivery.signed_at, delivery.arrived_at) else {
            continue;
        };
        let age = arrived.duration_since(signed);
        if age <= oldest {
            continue;
        }
        findings.judged();
        if delivery.is_accepted() {
            findings.violated(|| Violation {
                subject: format!("replayed message {}", delivery.message),
                at: arrived,
                expected: format!("a refusal, as it was signed at {}", telling::time(signed)),
                found: format!("accepted {} s later", age.as_secs()),
                history: telling::deliveries(std::iter::once(delivery)),
            });
        }
    }
}

fn is_in_inbox(case: &Case<'_>, delivery: &Delivery) -> bool {
    let key = inbox_key(delivery.vendor, &delivery.message);
    let inbox = case.history.hub.inbox.as_ref();
    inbox.is_some_and(|inbox| inbox.contains(&key))
}

fn refreshes(case: &Case<'_>, findings: &mut Findings) {
    let mut running: Option<(Timestamp, &Exchange)> = None;
    for exchange in case
        .history
        .exchanges
        .iter()
        .filter(|exchange| exchange.is_token())
    {
        findings.judged();
        if let Some((until, other)) = running
            && exchange.sent_at < until
        {
            findings.violated(|| Violation {
                subject: "token refresh".to_owned(),
                at: exchange.sent_at,
                expected: "at most one in flight".to_owned(),
                found: "a second one".to_owned(),
                history: [other, exchange].map(telling::exchange).into(),
            });
        }
        let ends = ended(exchange, &case.history.crashes);
        if running.is_none_or(|(until, _)| until < ends) {
            running = Some((ends, exchange));
        }
    }
}

/// A request dies with the process that sent it.
fn ended(exchange: &Exchange, crashes: &[Crash]) -> Timestamp {
    let alive = exchange.sent_at..=exchange.ended_at;
    let mut crashes = crashes.iter().map(|crash| crash.at);
    crashes
        .find(|at| alive.contains(at))
        .unwrap_or(exchange.ended_at)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use crate::oracle::{
        history::{Crash, History, Vendor, inbox_key},
        testing::{World, assert_holds, assert_violated},
    };

    #[test]
    fn a_forgery_that_was_refused_holds() {
        let mut world = World::quiet_day();
        let forged = world.deliver(Vendor::Jerky, "evt_666", "J1", 99);
        (forged.forged, forged.status) = (true, Some(401));
        assert_holds("verified_webhooks", &world.end());
    }

    #[test]
    fn a_forgery_that_was_accepted_breaks_it() {
        let mut world = World::quiet_day();
        world.deliver(Vendor::Jerky, "evt_666", "J1", 99).forged = true;
        let broken = assert_violated("verified_webhooks", &world.end(), "evt_666");
        assert_eq!(broken.found, "accepted with 204");
    }

    #[test]
    fn a_forgery_in_the_inbox_breaks_it() {
        let mut world = World::quiet_day();
        let forged = world.deliver(Vendor::Jerky, "evt_666", "J1", 99);
        (forged.forged, forged.status) = (true, Some(401));
        let key = inbox_key(Vendor::Jerky, "evt_666");
        world.history.hub.inbox = Some([key].into());
        let broken = assert_violated("verified_webhooks", &world.end(), "evt_666");
        assert_eq!(broken.found, "it is in the inbox");
    }

    /// The vendor's own message, which arrives some seconds after it was signed.
    fn replayed(seconds: i64, status: u16) -> History {
        let mut world = World::quiet_day();
        let delivery = world.deliver(Vendor::Jerky, "evt_9", "J1", 9);
        let signed = delivery.sent_at - SignedDuration::from_secs(seconds);
        (delivery.signed_at, delivery.status) = (Some(signed), Some(status));
        world.end()
    }

    #[test]
    fn a_message_signed_long_ago_may_only_be_refused() {
        assert_holds("verified_webhooks", &replayed(600, 401));
        let broken = assert_violated("verified_webhooks", &replayed(600, 204), "evt_9");
        assert_eq!(broken.found, "accepted 600 s later");
    }

    #[test]
    fn one_that_was_some_minutes_on_its_way_is_genuine() {
        assert_holds("verified_webhooks", &replayed(300, 204));
    }

    #[test]
    fn an_event_under_a_replaced_secret_that_the_feed_told_too_holds() {
        let mut world = World::quiet_day();
        world.checkpoint(7);
        let event = world.history.feed.last().unwrap();
        let (id, sku, sequence) = (event.id.clone(), event.sku.to_string(), event.sequence);
        let stale = world.deliver(Vendor::Jerky, &id, &sku, sequence);
        (stale.forged, stale.status) = (true, Some(401));
        let key = inbox_key(Vendor::Jerky, &id);
        world.history.hub.inbox = Some([key].into());
        assert_holds("verified_webhooks", &world.end());
    }

    #[test]
    fn two_token_refreshes_in_flight_break_it() {
        let mut world = World::quiet_day();
        world.exchange("POST", "/oauth/token", 200);
        let again = world.history.exchanges.last().unwrap().clone();
        world.history.exchanges.push(again);
        let broken = assert_violated("verified_webhooks", &world.end(), "token refresh");
        assert_eq!(broken.history.len(), 2);
    }

    #[test]
    fn a_refresh_that_died_with_its_process_is_not_in_flight() {
        let mut world = World::quiet_day();
        let lost = world.exchange("POST", "/oauth/token", 200);
        lost.status = None;
        lost.ended_at = lost.sent_at + SignedDuration::from_secs(30);
        let at = lost.sent_at + SignedDuration::from_millis(300);
        world.history.crashes.push(Crash {
            at,
            restarted_at: at,
            before: None,
            after: None,
        });
        world.exchange("POST", "/oauth/token", 200);
        assert_holds("verified_webhooks", &world.end());
    }
}
