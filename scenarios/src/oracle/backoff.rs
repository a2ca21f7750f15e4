//! S16, for failures without a word about waiting: what failed is not tried again at once. `polite` asks.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::{
    Case, Findings, Violation,
    history::{Crash, Exchange, Vendor},
    telling,
};

/// A shorter pause after a failure is none.
const PAUSE: SignedDuration = SignedDuration::from_millis(100);

/// So many attempts in a row without a pause are too many.
const ATTEMPTS: usize = 2;

// Relaxed for reads: what is not known is asked by several that do not know of each other. Relaxed
// once a vendor told something, by a reply or a webhook. Counterexamples: a publish brings no reply,
// an order is reserved meanwhile, and the next publish is of another number; a list tells of another
// version while a publish is on its way.

/// Judges each write that failed.
pub(super) fn check(case: &Case<'_>, findings: &mut Findings) {
    let mut failing: BTreeMap<Write<'_>, Vec<&Exchange>> = BTreeMap::new();
    for sent in case.history.exchanges.iter().filter(|sent| sent.is_write()) {
        let run = failing.entry(write(sent)).or_default();
        if run.last().is_some_and(|last| is_paused(case, last, sent)) {
            run.clear();
        }
        run.push(sent);
        if run.len() == ATTEMPTS {
            findings.violated(|| Violation {
                subject: format!("{:?}", sent.vendor),
                at: sent.sent_at,
                expected: format!("a pause before {} {} again", sent.method, sent.path),
                found: format!("{ATTEMPTS} attempts in a row"),
                history: run.iter().copied().map(telling::exchange).collect(),
            });
        }
        if is_failure(sent) {
            findings.judged();
        } else {
            run.clear();
        }
    }
}

/// What tells one command from another, as far as the wire shows it.
type Write<'h> = (Vendor, &'h str, &'h str, Option<&'h str>);

fn write(sent: &Exchange) -> Write<'_> {
    let key = sent.idempotency_key.as_deref();
    (sent.vendor, &sent.method, &sent.path, key)
}

fn is_failure(sent: &Exchange) -> bool {
    let is_refused = |status: u16| status >= 500 || status == 429;
    sent.status.is_none_or(is_refused) && sent.retry_after.is_none()
}

/// Several of one kind may be under way at once: those are no repetition of each other.
fn is_paused(case: &Case<'_>, last: &Exchange, next: &Exchange) -> bool {
    let pause = next.sent_at.duration_since(last.ended_at);
    let restarted = |crash: &Crash| !crash.spares(last.ended_at, next.sent_at);
    let mut crashes = case.history.crashes.iter();
    pause >= PAUSE || pause.is_negative() || crashes.any(restarted) || has_news(case, last, next)
}

fn has_news(case: &Case<'_>, last: &Exchange, next: &Exchange) -> bool {
    let between = last.sent_at..=next.sent_at;
    let mut exchanges = case.history.exchanges.iter();
    let mut deliveries = case.history.deliveries.iter();
    exchanges.any(|reply| {
        let is_good = reply.status.is_some_and(|status| status < 300);
        is_good && between.contains(&reply.ended_at)
    }) || deliveries.any(|told| {
        let came = told.arrived_at.is_some_and(|at| between.contains(&at));
        came && told.is_accepted()
    })
}

#[cfg(test)]
mod tests {
    use crate::oracle::testing::{World, assert_holds, assert_violated};

    /// Fails so many times, with so many milliseconds after each.
    fn failing(pauses: &[i64]) -> World {
        let mut world = World::quiet_day();
        let path = "/v1/reservations";
        for pause in pauses {
            let failed = world.exchange("POST", path, 500);
            failed.idempotency_key = Some("reserve:ORD-9:0".to_owned());
            world.now = failed.ended_at + jiff::SignedDuration::from_millis(*pause);
        }
        world
    }

    #[test]
    fn what_failed_may_be_tried_again_after_a_pause() {
        assert_holds("polite", &failing(&[150, 300, 600, 1200]).end());
    }

    #[test]
    fn attempt_after_attempt_without_a_pause_breaks_it() {
        let broken = assert_violated("polite", &failing(&[1, 1, 1]).end(), "Jerky");
        assert!(broken.expected.contains("/v1/reservations"), "{broken}");
    }

    #[test]
    fn what_was_asked_about_in_between_may_be_done_at_once() {
        let mut world = failing(&[1]);
        world.exchange("GET", "/v1/reservations", 200);
        world.now = world.history.exchanges.last().unwrap().ended_at;
        let again = world.exchange("POST", "/v1/reservations", 201);
        again.idempotency_key = Some("reserve:ORD-9:0".to_owned());
        assert_holds("polite", &world.end());
    }

    #[test]
    fn a_process_that_came_back_remembers_no_failure() {
        let mut world = failing(&[1, 1]);
        let at = world.history.exchanges.last().unwrap().sent_at;
        world.history.crashes.push(crate::oracle::history::Crash {
            at,
            restarted_at: at,
            before: None,
            after: None,
        });
        assert_holds("polite", &world.end());
    }
}
