//! S16: requests keep to what the vendor's headers asked for.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, fmt::rfc2822};

use super::{
    Case, Findings, Invariant, Violation, backoff,
    history::{Exchange, Vendor},
    telling,
};

/// S16.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "S16",
    name: "polite",
    meaning: "Requests keep to what the vendor's headers asked for.",
    formula: "no request is sent between the arrival of a 429 or 503 with Retry-After and the moment it names; requests after a stated policy q;w fit a bucket of q refilled over w; a write that failed is not tried again without a pause",
    reads: "exchanges, crashes",
    check,
};

// A 429 closes the vendor for all, a 503 only the operation that it answered.
// Relaxed for what was sent before the reply arrived. Counterexample: 8 requests leave together,
// the first reply is a 429; the other 7 cannot be called back.
// Relaxed across a crash: the restarted process never saw the reply.

fn check(case: &Case<'_>, findings: &mut Findings) {
    waits(case, findings);
    buckets(case, findings);
    backoff::check(case, findings);
}

/// A vendor, or one method and path of it.
type Scope<'h> = (Vendor, &'h str, &'h str);

/// What a reply forbids.
struct Wait<'h> {
    scope: Scope<'h>,
    until: Timestamp,
    told_by: &'h Exchange,
}

fn waits(case: &Case<'_>, findings: &mut Findings) {
    let exchanges = &case.history.exchanges;
    let mut told: Vec<Wait<'_>> = exchanges
        .iter()
        .filter(|reply| !case.was_missed(reply))
        .filter_map(|reply| wait(case, reply))
        .collect();
    told.sort_by_key(|wait| wait.told_by.ended_at);
    told.iter().for_each(|_| findings.judged());
    let mut told = told.into_iter().peekable();
    let mut closed: BTreeMap<Scope<'_>, Wait<'_>> = BTreeMap::new();
    for sent in exchanges.iter().filter(|exchange| !exchange.is_token()) {
        while let Some(wait) = told.next_if(|wait| wait.told_by.ended_at < sent.sent_at) {
            if closed
                .get(&wait.scope)
                .is_none_or(|known| known.until < wait.until)
            {
                closed.insert(wait.scope, wait);
            }
        }
        let scopes = [
            (sent.vendor, "", ""),
            (sent.vendor, &*sent.method, &*sent.path),
        ];
        let mut closed = scopes.iter().filter_map(|scope| closed.get(scope));
        let ignored = closed.find(|wait| {
            sent.sent_at < wait.until && !crashed_between(case, wait.told_by.ended_at, sent.sent_at)
        });
        if let Some(wait) = ignored {
            findings.violated(|| Violation {
                subject: format!("{:?}", sent.vendor),
                at: sent.sent_at,
                expected: format!("no such request before {}", telling::time(wait.until)),
                found: format!("one at {}", telling::time(sent.sent_at)),
                history: [wait.told_by, sent].map(telling::exchange).into(),
            });
        }
    }
}

/// Absent, unreadable and absurd requests to wait are the middleware's own to judge.
fn wait<'h>(case: &Case<'h>, reply: &'h Exchange) -> Option<Wait<'h>> {
    let limits = &case.history.limits;
    let scope = match reply.status? {
        429 => (reply.vendor, "", ""),
        503 => (reply.vendor, &*reply.method, &*reply.path),
        _ => return None,
    };
    let text = reply.retry_after.as_deref()?;
    let until = match text.parse::<i64>() {
        Ok(seconds) => case.later(reply.ended_at, SignedDuration::from_secs(seconds)),
        Err(_) => dated(case, reply, text)?,
    };
    let wait = until.duration_since(reply.ended_at);
    let is_sane = wait.is_positive() && wait <= limits.retry_after;
    is_sane.then_some(Wait {
        scope,
        until,
        told_by: reply,
    })
}

/// A date is by the vendor's clock, which the same reply tells.
fn dated(case: &Case<'_>, reply: &Exchange, text: &str) -> Option<Timestamp> {
    let date = |text: &str| Some(rfc2822::parse(text).ok()?.timestamp());
    let until = date(text)?;
    Some(match reply.date.as_deref().and_then(date) {
        // Both are whole seconds: the time between them may be up to one too long.
        Some(sent) => case.later(
            reply.ended_at,
            until.duration_since(sent) - SignedDuration::from_secs(1),
        ),
        None => case.earlier(until, case.history.limits.skew),
    })
}

fn crashed_between(case: &Case<'_>, from: Timestamp, to: Timestamp) -> bool {
    let mut crashes = case.history.crashes.iter();
    crashes.any(|crash| (from..=to).contains(&crash.at))
}

/// From the first reply that states a policy on, requests fit its bucket. It starts full, which is
/// more than fair: what was sent before is forgiven.
fn buckets(case: &Case<'_>, findings: &mut Findings) {
    let exchanges = &case.history.exchanges;
    let mut told: Vec<&Exchange> = exchanges
        .iter()
        .filter(|reply| reply.policy.is_some() && !case.was_missed(reply))
        .collect();
    told.sort_by_key(|reply| reply.ended_at);
    let mut told = told.into_iter().peekable();
    let mut buckets: BTreeMap<Vendor, Bucket> = BTreeMap::new();
    let mut broken = BTreeSet::new();
    for sent in exchanges.iter().filter(|exchange| !exchange.is_token()) {
        while let Some(reply) = told.next_if(|reply| reply.ended_at < sent.sent_at) {
            if let Some((quota, window_ms)) = reply.policy.as_deref().and_then(policy) {
                let full = || Bucket::full(quota, window_ms, reply.ended_at);
                let bucket = buckets.entry(reply.vendor).or_insert_with(full);
                (bucket.quota, bucket.window_ms) = (quota, window_ms);
            }
        }
        let Some(bucket) = buckets.get_mut(&sent.vendor) else {
            continue;
        };
        if crashed_between(case, bucket.at, sent.sent_at) {
            buckets.remove(&sent.vendor);
            continue;
        }
        findings.judged();
        if !bucket.take(sent.sent_at) && broken.insert(sent.vendor) {
            findings.violated(|| Violation {
                subject: format!("{:?}", sent.vendor),
                at: sent.sent_at,
                expected: format!("bursts of {} over {} ms", bucket.quota, bucket.window_ms),
                found: "one request more".to_owned(),
                history: vec![telling::exchange(sent)],
            });
        }
    }
}

/// A token bucket; tokens in thousandths.
struct Bucket {
    quota: i64,
    window_ms: i64,
    milli: i64,
    at: Timestamp,
}

impl Bucket {
    fn full(quota: i64, window_ms: i64, at: Timestamp) -> Self {
        Self {
            quota,
            window_ms,
            milli: quota.saturating_mul(1000),
            at,
        }
    }

    /// Whether there was one to take. A vendor takes none for what it refuses.
    fn take(&mut self, at: Timestamp) -> bool {
        let full = self.quota.saturating_mul(1000);
        let ms = i64::try_from(at.duration_since(self.at).as_millis()).unwrap_or(i64::MAX);
        let refill = ms.max(0).saturating_mul(full) / self.window_ms.max(1);
        self.milli = self.milli.saturating_add(refill).min(full);
        self.at = self.at.max(at);
        let has_one = self.milli >= 1000;
        self.milli -= if has_one { 1000 } else { 0 };
        has_one
    }
}

/// `"default";q=100;w=1` (draft-ietf-httpapi-ratelimit-headers): quota, and window in milliseconds.
fn policy(text: &str) -> Option<(i64, i64)> {
    let parameter = |name: &str| {
        let mut parts = text.split(';').map(str::trim);
        parts.find_map(|part| {
            part.strip_prefix(name)?
                .strip_prefix('=')?
                .parse::<i64>()
                .ok()
        })
    };
    Some((parameter("q")?, parameter("w")?.checked_mul(1000)?))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use crate::oracle::{
        history::{Crash, Exchange},
        testing::{World, assert_holds, assert_violated, verdict},
    };

    fn refused(world: &mut World, status: u16, retry_after: &str) {
        let reply = world.exchange("GET", "/v1/stock", status);
        reply.retry_after = Some(retry_after.to_owned());
    }

    #[test]
    fn waiting_as_asked_holds() {
        let mut world = World::quiet_day();
        refused(&mut world, 429, "5");
        world.pass(5);
        world.exchange("GET", "/v1/items", 200);
        assert_holds("polite", &world.end());
    }

    #[test]
    fn a_request_before_the_wait_is_over_breaks_it() {
        let mut world = World::quiet_day();
        refused(&mut world, 429, "5");
        world.exchange("GET", "/v1/items", 200);
        let broken = assert_violated("polite", &world.end(), "Jerky");
        assert!(broken.history[0].contains("Retry-After: 5"), "{broken}");
    }

    #[test]
    fn a_wait_asked_for_as_a_date_counts_as_well() {
        let mut world = World::quiet_day();
        let date = world.now + SignedDuration::from_secs(30);
        let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        refused(&mut world, 429, &date);
        world.exchange("GET", "/v1/items", 200);
        assert_violated("polite", &world.end(), "Jerky");
    }

    /// A vendor whose clock is a minute slow asks for twenty seconds by a date, and is left alone for
    /// so many.
    fn slow(seconds: i64) -> World {
        let mut world = World::quiet_day();
        let by_it = |seconds: i64| {
            let date = world.now + SignedDuration::from_secs(seconds - 60);
            date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
        };
        let (date, until) = (by_it(0), by_it(20));
        world.history.limits.skew = SignedDuration::from_secs(60);
        refused(&mut world, 429, &until);
        world.history.exchanges.last_mut().unwrap().date = Some(date);
        world.pass(seconds);
        world.exchange("GET", "/v1/items", 200);
        world
    }

    #[test]
    fn a_date_is_by_the_clock_of_the_vendor_that_told_it() {
        assert_holds("polite", &slow(20).end());
        assert_violated("polite", &slow(15).end(), "Jerky");
    }

    #[test]
    fn what_was_in_flight_when_the_refusal_arrived_holds() {
        let mut world = World::quiet_day();
        refused(&mut world, 429, "5");
        let sent_at = world.history.exchanges.last().unwrap().sent_at;
        world.exchange("GET", "/v1/items", 200).sent_at = sent_at;
        assert_holds("polite", &world.end());
    }

    #[test]
    fn unavailable_closes_one_operation_only() {
        let mut world = World::quiet_day();
        refused(&mut world, 503, "5");
        world.exchange("GET", "/v1/items", 200);
        assert_holds("polite", &world.history);
        world.exchange("GET", "/v1/stock", 200);
        assert_violated("polite", &world.end(), "Jerky");
    }

    #[test]
    fn an_absurd_or_unreadable_wait_is_not_judged() {
        let mut world = World::quiet_day();
        refused(&mut world, 429, "31536000");
        refused(&mut world, 429, "soon");
        world.exchange("GET", "/v1/items", 200);
        assert!(!verdict("polite", &world.end()).is_violated());
    }

    #[test]
    fn a_restarted_process_never_saw_the_refusal() {
        let mut world = World::quiet_day();
        refused(&mut world, 429, "5");
        world.history.crashes.push(Crash {
            at: world.now,
            restarted_at: world.now,
            before: None,
            after: None,
        });
        world.exchange("GET", "/v1/items", 200);
        assert_holds("polite", &world.end());
    }

    fn burst(size: usize) -> World {
        let mut world = World::quiet_day();
        let told = world.exchange("GET", "/v1/items", 200);
        told.policy = Some("\"default\";q=10;w=1".to_owned());
        let request: Exchange = world.exchange("GET", "/v1/items", 200).clone();
        world.history.exchanges.pop();
        world
            .history
            .exchanges
            .extend(std::iter::repeat_n(request, size));
        world
    }

    #[test]
    fn a_policy_that_was_told_to_a_dying_process_binds_nobody() {
        let mut world = burst(11);
        let told = &world.history.exchanges[world.history.exchanges.len() - 12];
        let at = told.sent_at;
        world.history.crashes.push(Crash {
            at,
            restarted_at: at,
            before: None,
            after: None,
        });
        assert!(!verdict("polite", &world.end()).is_violated());
    }

    #[test]
    fn a_burst_within_the_policy_holds_and_one_beyond_breaks_it() {
        assert_holds("polite", &burst(10).end());
        let broken = assert_violated("polite", &burst(11).end(), "Jerky");
        assert_eq!(broken.expected, "bursts of 10 over 1000 ms");
    }
}
