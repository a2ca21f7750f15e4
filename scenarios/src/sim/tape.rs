//! The record of every exchange of a run, and the hash by which two runs are compared.
//!
//! Recording must cost next to nothing: headers and paths are kept as the reference-counted bytes
//! they arrived in and read only after the run.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Response,
    header::{DATE, RETRY_AFTER},
    uri::PathAndQuery,
};
use jiff::Timestamp;
use mock_kit::Role;
use seams::{Clock, WireError};
use tokio::sync::Notify;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::restraint::{Allowance, Meter};

/// Who sends over a wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// The middleware under test.
    Hub,
    /// The jerky vendor, delivering webhooks.
    Jerky,
    /// The polish vendor, delivering webhooks.
    Polish,
    /// Shoppers.
    Shopper,
    /// The shop's staff.
    ShopStaff,
    /// The warehouse's staff.
    Warehouse,
}

impl Party {
    /// Its name in draws and traces.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hub => "hub",
            Self::Jerky => "jerky",
            Self::Polish => "polish",
            Self::Shopper => "shopper",
            Self::ShopStaff => "shop-staff",
            Self::Warehouse => "warehouse",
        }
    }

    /// As what kind of client a vendor knows it; `None` for a vendor.
    pub fn role(self) -> Option<Role> {
        match self {
            Self::Hub => Some(Role::Middleware),
            Self::Jerky | Self::Polish => None,
            Self::Shopper => Some(Role::Storefront),
            Self::ShopStaff | Self::Warehouse => Some(Role::Staff),
        }
    }
}

/// One request and what came of it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When its reply was complete, or the sender gave up.
    pub ended_at: Timestamp,
    /// Who sent it.
    pub from: Party,
    /// To which host.
    pub to: Arc<str>,
    /// Method.
    pub method: Method,
    /// Path and query.
    pub path: PathAndQuery,
    /// What came of it.
    pub outcome: Outcome,
    /// The idempotency key it carried.
    pub idempotency_key: Option<HeaderValue>,
    /// `Retry-After` of the reply.
    pub retry_after: Option<HeaderValue>,
    /// `Date` of the reply.
    pub date: Option<HeaderValue>,
    /// `RateLimit-Policy` of the reply.
    pub policy: Option<HeaderValue>,
    /// The request's body, of webhooks only: it says what the message is about.
    pub body: Option<Bytes>,
    /// What a webhook says of its signature: `webhook-timestamp` (jerky) or `x-polish-signature`.
    pub signed: Option<HeaderValue>,
    /// Whether a fault forged this webhook, as the vendor's mock marks it.
    pub is_forged: bool,
    /// Whether a fault changed what this webhook says, as the vendor's mock marks it.
    pub is_garbled: bool,
    /// Bytes of the request's body.
    pub sent: usize,
    /// Bytes of the reply's body; 0 when there was none.
    pub received: usize,
    /// Hash of both bodies.
    digest: u64,
}

/// Headers that tell when a webhook was signed.
const SIGNED: [&str; 2] = ["webhook-timestamp", "x-polish-signature"];

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A complete reply with this status.
    Replied(u16),
    /// The wire failed.
    Failed(WireError),
    /// The sender gave up: its future was dropped.
    GaveUp,
}

/// Where exchanges are recorded. Clones share the record.
#[derive(Clone, Debug, Default)]
pub struct Tape(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    record: Mutex<Record>,
    outgrown: Notify,
}

#[derive(Debug, Default)]
struct Record {
    entries: Vec<Entry>,
    by_hub: u64,
    meter: Option<Meter>,
    is_outgrown: bool,
}

impl Tape {
    /// Reads all exchanges so far, by the time they ended. Nothing is recorded meanwhile, so `read` must
    /// not ask this tape: it would wait for itself.
    pub fn read<T>(&self, read: impl FnOnce(&[Entry]) -> T) -> T {
        read(&self.lock().entries)
    }

    /// How many exchanges have ended.
    pub fn len(&self) -> usize {
        self.lock().entries.len()
    }

    /// Whether none has.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many requests the middleware has begun.
    pub fn hub_requests(&self) -> u64 {
        self.lock().by_hub
    }

    /// Ends when more exchanges than allowed have ended. It is told by the last of them and waits for
    /// no clock: a middleware that is never idle keeps a world's time from passing.
    pub(super) async fn outgrows(&self, allowance: Allowance) {
        self.lock().meter = Some(Meter::new(allowance));
        self.0.outgrown.notified().await;
    }

    /// Tells that the middleware was started anew.
    pub(super) fn started(&self) {
        if let Some(meter) = &mut self.lock().meter {
            meter.started();
        }
    }

    /// Whether there were more than allowed.
    pub(super) fn is_outgrown(&self) -> bool {
        self.lock().is_outgrown
    }

    /// The canonical trace: one line for each exchange.
    pub fn lines(&self) -> Vec<String> {
        self.lock().entries.iter().map(Entry::line).collect()
    }

    /// The hash of the canonical trace.
    pub fn hash(&self) -> String {
        let mut hasher = Xxh3::new();
        let mut line = String::new();
        for entry in &self.lock().entries {
            line.clear();
            entry.write_line(&mut line);
            hasher.update(line.as_bytes());
            hasher.update(b"\n");
        }
        format!("{:016x}", hasher.digest())
    }

    /// Begins the record of a request. It is written when the reply is noted, or when the returned
    /// value is dropped because the sender gave up.
    pub(super) fn begin(
        &self,
        clock: &Clock,
        from: Party,
        to: &Arc<str>,
        request: &Request<Bytes>,
    ) -> Recording {
        if from == Party::Hub {
            self.lock().by_hub += 1;
        }
        let is_webhook = matches!(from, Party::Jerky | Party::Polish);
        let headers = request.headers();
        let now = clock.now();
        let entry = Entry {
            sent_at: now,
            ended_at: now,
            from,
            to: Arc::clone(to),
            method: request.method().clone(),
            path: path_of(request),
            outcome: Outcome::GaveUp,
            idempotency_key: headers.get("idempotency-key").cloned(),
            retry_after: None,
            date: None,
            policy: None,
            body: is_webhook.then(|| request.body().clone()),
            signed: SIGNED.iter().find_map(|name| headers.get(*name)).cloned(),
            is_forged: request
                .extensions()
                .get::<mock_kit::webhook::Forged>()
                .is_some(),
            is_garbled: request
                .extensions()
                .get::<mock_kit::webhook::Garbled>()
                .is_some(),
            sent: request.body().len(),
            received: 0,
            digest: xxh3_64(request.body()),
        };
        Recording {
            tape: self.clone(),
            clock: clock.clone(),
            entry: Some(entry),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.0.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, entry: Entry) {
        let mut record = self.lock();
        let now = entry.ended_at;
        record.entries.push(entry);
        let is_too_many = record.meter.as_mut().is_some_and(|meter| !meter.take(now));
        if is_too_many && !record.is_outgrown {
            record.is_outgrown = true;
            self.0.outgrown.notify_one();
        }
    }
}

/// A request on its way.
pub(super) struct Recording {
    tape: Tape,
    clock: Clock,
    entry: Option<Entry>,
}

impl Recording {
    /// Notes how it ended.
    pub(super) fn end(mut self, result: &Result<Response<Bytes>, WireError>) {
        let Some(entry) = &mut self.entry else { return };
        match result {
            Ok(response) => {
                entry.outcome = Outcome::Replied(response.status().as_u16());
                let headers = response.headers();
                entry.retry_after = headers.get(RETRY_AFTER).and_then(copied);
                entry.date = headers.get(DATE).and_then(copied);
                entry.policy = headers.get("ratelimit-policy").and_then(copied);
                entry.received = response.body().len();
                entry.digest ^= xxh3_64(response.body()).rotate_left(1);
            }
            Err(error) => entry.outcome = Outcome::Failed(error.clone()),
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if let Some(mut entry) = self.entry.take() {
            entry.ended_at = self.clock.now();
            self.tape.push(entry);
        }
    }
}

impl Entry {
    /// One line of the canonical trace: sent, took, from, to, what, outcome, both bodies' hash.
    pub fn line(&self) -> String {
        let mut line = String::new();
        self.write_line(&mut line);
        line
    }

    fn write_line(&self, out: &mut String) {
        let took = self.ended_at.as_millisecond() - self.sent_at.as_millisecond();
        let sent = self.sent_at.as_millisecond();
        let Self {
            to,
            method,
            path,
            digest,
            ..
        } = self;
        let from = self.from.name();
        // Writing to a string cannot fail.
        let _ = write!(out, "{sent} +{took} {from} {to} {method} {path} ");
        let _ = match &self.outcome {
            Outcome::Replied(status) => write!(out, "{status}"),
            Outcome::Failed(error) => write!(out, "{error}"),
            Outcome::GaveUp => write!(out, "gave up"),
        };
        let _ = write!(out, " {digest:016x}");
    }
}

/// A copy of its own. What was read from a connection is a slice of the buffer it was read into, and
/// would keep all of it: eight kilobytes for each `Date`.
fn copied(read: &HeaderValue) -> Option<HeaderValue> {
    HeaderValue::from_bytes(read.as_bytes()).ok()
}

fn path_of(request: &Request<Bytes>) -> PathAndQuery {
    let root = || PathAndQuery::from_static("/");
    request.uri().path_and_query().cloned().unwrap_or_else(root)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt as _;

    use super::*;

    fn send(tape: &Tape, clock: &Clock) {
        let request = Request::new(Bytes::new());
        drop(tape.begin(clock, Party::Hub, &"jerky.test".into(), &request));
    }

    #[tokio::test(start_paused = true)]
    async fn a_tape_is_outgrown_by_its_own_time_and_although_none_passes() {
        let (tape, clock) = (Tape::default(), Clock::starting_at(Timestamp::UNIX_EPOCH));
        let allowance = Allowance {
            at_once: 2,
            each_second: 1,
        };
        let mut outgrown = Box::pin(tape.outgrows(allowance));
        assert!(outgrown.as_mut().now_or_never().is_none());
        send(&tape, &clock);
        tokio::time::sleep(Duration::from_secs(1)).await;
        (0..2).for_each(|_| send(&tape, &clock));
        assert!(outgrown.as_mut().now_or_never().is_none());
        send(&tape, &clock);
        assert!(outgrown.as_mut().now_or_never().is_some());
        assert!(tape.is_outgrown());
    }
}
