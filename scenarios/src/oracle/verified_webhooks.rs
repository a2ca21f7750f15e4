//! S15: an unverified webhook has no effect, and at most one token refresh is in flight.

use std::collections::BTreeSet;

use jiff::Timestamp;

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
    formula: "forged delivery: answer is not 2xx and its message was never handled; token requests of one process never overlap",
    reads: "webhook deliveries, inbox, exchanges",
    check,
};

fn check(case: &Case<'_>, findings: &mut Findings) {
    forged(case, findings);
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
    for delivery in forged {
        findings.judged();
        // A forgery may bear the id of a message that also came from the vendor itself.
        let is_own = !genuine.contains(&(delivery.vendor, delivery.message.as_str()));
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

fn is_in_inbox(case: &Case<'_>, delivery: &Delivery) -> bool {
    let key = inbox_key(delivery.vendor, &delivery.message);
    let inbox = case.history.hub.inbox.as_ref();
    inbox.is_some_and(|inbox| inbox.contains_key(&key))
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
