//! Earlier replies, remembered only while a `stale_read` rule may want them.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

/// How many earlier replies of one request are remembered.
const EACH: usize = 8;
/// How many requests are remembered.
const REQUESTS: usize = 1_000;

/// Earlier replies by path and query.
#[derive(Debug, Default)]
pub(crate) struct StaleReplies {
    by_uri: BTreeMap<String, VecDeque<EarlierReply>>,
}

/// One earlier reply.
#[derive(Clone, Debug)]
pub(crate) struct EarlierReply {
    pub(crate) at: Timestamp,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl StaleReplies {
    /// Remembers a reply. Beyond the bounds the oldest of a request, or a new request, is dropped.
    pub(crate) fn remember(&mut self, uri: &str, reply: EarlierReply) {
        if !self.by_uri.contains_key(uri) && self.by_uri.len() >= REQUESTS {
            return;
        }
        let replies = self.by_uri.entry(uri.to_owned()).or_default();
        // The same again says nothing new, and its first time is what makes it old.
        if replies.back().is_some_and(|last| last.body == reply.body) {
            return;
        }
        if replies.len() == EACH {
            replies.pop_front();
        }
        replies.push_back(reply);
    }

    /// The latest remembered reply that is at least `age` old at `now` and says something else than
    /// `current`.
    pub(crate) fn recall(
        &self,
        uri: &str,
        current: &[u8],
        age: Duration,
        now: Timestamp,
    ) -> Option<EarlierReply> {
        let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        let old = |reply: &&EarlierReply| {
            now.as_millisecond()
                .saturating_sub(reply.at.as_millisecond())
                >= age
                && reply.body != current
        };
        self.by_uri.get(uri)?.iter().rev().find(old).cloned()
    }
}
