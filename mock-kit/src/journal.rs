//! What came in and what went out: a bounded ring of exchanges, without bodies.

use std::{collections::VecDeque, sync::Arc};

use http::Method;
use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};

use crate::{fault::StruckFault, principal::Principal};

/// The latest exchanges, oldest first.
#[derive(Clone, Debug)]
pub struct Journal {
    capacity: usize,
    struck_capacity: usize,
    next: u64,
    ring: VecDeque<Exchange>,
    /// The latest that faults struck: they outlive the flood of those that nothing happened to.
    struck: VecDeque<Exchange>,
}

/// One request and its reply.
#[derive(Clone, Debug, Serialize)]
pub struct Exchange {
    /// Counts up from 1 over the life of the mock.
    pub seq: u64,
    /// When the request arrived, by the vendor's clock.
    pub at: Timestamp,
    /// When it arrived by the world's clock, which no fault sets.
    #[serde(skip)]
    pub world_at: Timestamp,
    /// Who sent it.
    #[serde(serialize_with = "name_of")]
    pub principal: Arc<Principal>,
    /// The operation's id; `None` where nothing matched.
    pub operation: Option<Arc<str>>,
    /// The method.
    #[serde(serialize_with = "text_of")]
    pub method: Method,
    /// Path and query.
    pub path: Box<str>,
    /// The status sent, or the one of the reply that was lost; 0 where the connection was cut
    /// before there was one.
    pub status: u16,
    /// Whether the connection was cut before a reply.
    pub cut: bool,
    /// From arrival to reply, in milliseconds.
    pub duration_ms: u64,
    /// Whether the vendor's state machine was asked and agreed, whatever the client then saw.
    pub applied: bool,
    /// The faults that struck it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<StruckFault>,
    /// Nearest operations, where nothing matched.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nearest: Vec<String>,
}

/// Which exchanges to list. Fields left out match everything.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Operation id.
    pub operation: Option<String>,
    /// Status sent.
    pub status: Option<u16>,
    /// Name of the principal.
    pub principal: Option<String>,
    /// Only exchanges with a greater `seq`.
    pub since: Option<u64>,
    /// At most so many, the oldest first (default 100).
    pub limit: Option<usize>,
}

impl Journal {
    /// An empty journal that keeps the latest `capacity` exchanges, and the latest `struck_capacity` of
    /// those that faults struck.
    pub fn new(capacity: usize, struck_capacity: usize) -> Self {
        Self {
            capacity,
            struck_capacity,
            next: 1,
            ring: VecDeque::new(),
            struck: VecDeque::new(),
        }
    }

    /// Adds an exchange under the next `seq`.
    pub fn record(&mut self, mut exchange: Exchange) {
        exchange.seq = self.next;
        self.next += 1;
        if !exchange.faults.is_empty() {
            push(&mut self.struck, self.struck_capacity, exchange.clone());
        }
        push(&mut self.ring, self.capacity, exchange);
    }

    /// The exchanges kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Exchange> {
        self.ring.iter()
    }

    /// The latest exchanges that faults struck, oldest first.
    pub fn struck(&self) -> impl Iterator<Item = &Exchange> {
        self.struck.iter()
    }

    /// The exchanges that `filter` asks for, oldest first.
    pub fn find<'a>(&'a self, filter: &'a Filter) -> impl Iterator<Item = &'a Exchange> {
        let first = self.ring.front().map_or(0, |exchange| exchange.seq);
        let skip = filter
            .since
            .map_or(0, |since| since.saturating_add(1).saturating_sub(first));
        self.ring
            .iter()
            .skip(usize::try_from(skip).unwrap_or(usize::MAX))
            .filter(|exchange| filter.matches(exchange))
            .take(filter.limit.unwrap_or(100))
    }

    /// How many exchanges there were since the start, kept or not.
    pub fn recorded(&self) -> u64 {
        self.next - 1
    }

    /// Forgets all exchanges; the count goes on.
    pub fn clear(&mut self) {
        self.ring.clear();
        self.struck.clear();
    }
}

impl Filter {
    fn matches(&self, exchange: &Exchange) -> bool {
        self.operation
            .as_deref()
            .is_none_or(|id| exchange.operation.as_deref() == Some(id))
            && self.status.is_none_or(|status| exchange.status == status)
            && self
                .principal
                .as_deref()
                .is_none_or(|name| *exchange.principal.name == *name)
    }
}

fn push(ring: &mut VecDeque<Exchange>, capacity: usize, exchange: Exchange) {
    if capacity == 0 {
        return;
    }
    if ring.len() == capacity {
        ring.pop_front();
    }
    ring.push_back(exchange);
}

fn name_of<S: Serializer>(principal: &Arc<Principal>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&principal.name)
}

fn text_of<S: Serializer>(method: &Method, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(method.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(operation: &str, status: u16) -> Exchange {
        Exchange {
            seq: 0,
            at: Timestamp::UNIX_EPOCH,
            world_at: Timestamp::UNIX_EPOCH,
            principal: Principal::anonymous(),
            operation: Some(operation.into()),
            method: Method::GET,
            path: "/".into(),
            status,
            cut: false,
            duration_ms: 0,
            applied: true,
            faults: Vec::new(),
            nearest: Vec::new(),
        }
    }

    fn found(journal: &Journal, filter: &Filter) -> Vec<u64> {
        journal.find(filter).map(|exchange| exchange.seq).collect()
    }

    fn of_five() -> Journal {
        let mut journal = Journal::new(3, 3);
        for status in [200, 201, 200, 404, 200] {
            journal.record(exchange(
                if status == 404 { "gone" } else { "here" },
                status,
            ));
        }
        journal
    }

    #[test]
    fn only_the_latest_are_kept_and_all_are_counted() {
        let journal = of_five();
        assert_eq!(found(&journal, &Filter::default()), [3, 4, 5]);
        assert_eq!(journal.recorded(), 5);
    }

    fn struck() -> Exchange {
        let mut struck = exchange("here", 503);
        struck.faults.push(StruckFault {
            kind: "server_error",
            rule: "a-rule".into(),
            phase: crate::fault::Phase::BeforeApply,
        });
        struck
    }

    #[test]
    fn what_a_fault_struck_outlives_what_nothing_happened_to() {
        let mut journal = Journal::new(2, 2);
        journal.record(struck());
        for _ in 0..3 {
            journal.record(exchange("here", 200));
        }
        assert_eq!(found(&journal, &Filter::default()), [3, 4]);
        let kept: Vec<u64> = journal.struck().map(|exchange| exchange.seq).collect();
        assert_eq!(kept, [1]);
        journal.clear();
        assert_eq!(journal.struck().count(), 0);
    }

    #[test]
    fn either_kind_may_be_kept_alone() {
        for (capacity, struck_capacity) in [(0, 3), (3, 0), (0, 0)] {
            let mut journal = Journal::new(capacity, struck_capacity);
            for _ in 0..5 {
                journal.record(struck());
            }
            let kept = (journal.iter().count(), journal.struck().count());
            assert_eq!(kept, (capacity, struck_capacity));
            assert_eq!(journal.recorded(), 5);
        }
    }

    #[test]
    fn filters_narrow_and_since_and_limit_page() {
        let journal = of_five();
        let by = |change: fn(&mut Filter)| {
            let mut filter = Filter::default();
            change(&mut filter);
            found(&journal, &filter)
        };
        assert_eq!(by(|filter| filter.status = Some(404)), [4]);
        assert_eq!(by(|filter| filter.operation = Some("here".into())), [3, 5]);
        assert_eq!(
            by(|filter| filter.principal = Some("nobody".into())),
            [0; 0]
        );
        assert_eq!(by(|filter| filter.since = Some(1)), [3, 4, 5]);
        assert_eq!(by(|filter| filter.since = Some(4)), [5]);
        assert_eq!(by(|filter| filter.since = Some(u64::MAX)), [0; 0]);
        assert_eq!(by(|filter| filter.limit = Some(1)), [3]);
    }
}
