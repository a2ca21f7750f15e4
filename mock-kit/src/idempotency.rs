//! Replies kept under idempotency keys (draft-ietf-httpapi-idempotency-key-header).

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use http::{HeaderMap, Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::stored_body::StoredBody;

/// How long a reply is kept: 24 hours.
pub const RETENTION: SignedDuration = SignedDuration::from_hours(24);

/// What a key stands for: its client's name and the key.
type Name = (Arc<str>, Arc<str>);

/// Replies by client and key, bounded in time and number.
#[derive(Clone, Debug)]
pub struct IdempotencyStore {
    capacity: usize,
    entries: BTreeMap<Name, Entry>,
    /// By serial, the oldest first.
    by_age: BTreeMap<u64, Name>,
    next_serial: u64,
}

/// What became of a request with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The key is new: serve the request, then complete or abort it.
    Fresh,
    /// The same request was answered before.
    Replay(StoredReply),
    /// The same or another request with this key is still being served.
    InFlight,
    /// The key came with another payload before.
    Reused,
}

/// A reply as it is sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredReply {
    /// The status.
    pub status: u16,
    /// Names and values of the headers that belong to the reply itself.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: StoredBody,
}

/// What makes two requests the same: method, path and body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint([u8; 32]);

/// One kept reply, as snapshots hold it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedReply {
    client: Arc<str>,
    key: Arc<str>,
    fingerprint: Fingerprint,
    at: Timestamp,
    reply: StoredReply,
}

#[derive(Clone, Debug)]
struct Entry {
    serial: u64,
    fingerprint: Fingerprint,
    at: Timestamp,
    reply: Option<StoredReply>,
}

impl IdempotencyStore {
    /// An empty store for at most `capacity` keys; beyond, the oldest is forgotten.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            entries: BTreeMap::new(),
            by_age: BTreeMap::new(),
            next_serial: 0,
        }
    }

    /// Begins a request of `client` under `key`.
    pub fn begin(
        &mut self,
        client: &Arc<str>,
        key: &Arc<str>,
        fingerprint: Fingerprint,
        now: Timestamp,
    ) -> Begun {
        self.forget_old(now);
        let name = (Arc::clone(client), Arc::clone(key));
        if let Some(entry) = self.entries.get(&name).filter(|entry| !entry.is_old(now)) {
            return entry.answer(&fingerprint);
        }
        self.insert(name, fingerprint, now, None);
        Begun::Fresh
    }

    /// Keeps the reply of a request that was begun.
    pub fn complete(&mut self, client: &Arc<str>, key: &Arc<str>, reply: StoredReply) {
        if let Some(entry) = self.entries.get_mut(&(Arc::clone(client), Arc::clone(key))) {
            entry.reply = Some(reply);
        }
    }

    /// Forgets a request that was begun and had no effect.
    pub fn abort(&mut self, client: &Arc<str>, key: &Arc<str>) {
        let name = (Arc::clone(client), Arc::clone(key));
        let unanswered = self
            .entries
            .get(&name)
            .filter(|entry| entry.reply.is_none());
        if let Some(serial) = unanswered.map(|entry| entry.serial) {
            self.forget(serial);
        }
    }

    /// Forgets the reply under a key, as a vendor does that does not honour it; whether there was
    /// one. A request that is still being served keeps its key.
    pub fn forget_answer(&mut self, client: &Arc<str>, key: &Arc<str>, now: Timestamp) -> bool {
        self.forget_old(now);
        let name = (Arc::clone(client), Arc::clone(key));
        let answered = self
            .entries
            .get(&name)
            .filter(|entry| entry.reply.is_some());
        let serial = answered.map(|entry| entry.serial);
        serial.into_iter().for_each(|serial| self.forget(serial));
        serial.is_some()
    }

    /// How many keys are known.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no key is known.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The kept replies, oldest first. Requests being served are not among them: whoever restores
    /// a snapshot is not serving them.
    pub fn save(&self) -> Vec<SavedReply> {
        let saved = |name: &Name| {
            let entry = self.entries.get(name)?;
            Some(SavedReply {
                client: Arc::clone(&name.0),
                key: Arc::clone(&name.1),
                fingerprint: entry.fingerprint,
                at: entry.at,
                reply: entry.reply.clone()?,
            })
        };
        self.by_age.values().filter_map(saved).collect()
    }

    /// Replaces everything by saved replies.
    pub fn restore(&mut self, saved: Vec<SavedReply>) {
        *self = Self::new(self.capacity);
        for one in saved {
            self.insert(
                (one.client, one.key),
                one.fingerprint,
                one.at,
                Some(one.reply),
            );
        }
    }

    fn insert(
        &mut self,
        name: Name,
        fingerprint: Fingerprint,
        at: Timestamp,
        reply: Option<StoredReply>,
    ) {
        let serial = self.next_serial;
        self.next_serial += 1;
        self.by_age.insert(serial, name.clone());
        let entry = Entry {
            serial,
            fingerprint,
            at,
            reply,
        };
        if let Some(old) = self.entries.insert(name, entry) {
            self.by_age.remove(&old.serial);
        }
        if self.entries.len() > self.capacity
            && let Some((&oldest, _)) = self.by_age.first_key_value()
        {
            self.forget(oldest);
        }
    }

    fn forget_old(&mut self, now: Timestamp) {
        while let Some((&oldest, name)) = self.by_age.first_key_value() {
            if self
                .entries
                .get(name)
                .is_some_and(|entry| !entry.is_old(now))
            {
                return;
            }
            self.forget(oldest);
        }
    }

    fn forget(&mut self, serial: u64) {
        if let Some(name) = self.by_age.remove(&serial) {
            self.entries.remove(&name);
        }
    }
}

impl Entry {
    fn is_old(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) >= RETENTION
    }

    fn answer(&self, fingerprint: &Fingerprint) -> Begun {
        match &self.reply {
            _ if self.fingerprint != *fingerprint => Begun::Reused,
            Some(reply) => Begun::Replay(reply.clone()),
            None => Begun::InFlight,
        }
    }
}

impl Fingerprint {
    /// The fingerprint of one request.
    pub fn of(method: &Method, path_and_query: &str, body: &[u8]) -> Self {
        let mut hash = Sha256::new();
        // The lengths keep ("/a", "b") and ("/ab", "") apart.
        for part in [method.as_str().as_bytes(), path_and_query.as_bytes(), body] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }
}

impl StoredReply {
    /// Keeps a reply. Headers that are not text are left out.
    pub fn new(status: StatusCode, headers: &HeaderMap, body: StoredBody) -> Self {
        let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        };
        Self {
            status: status.as_u16(),
            headers: headers.iter().filter_map(text).collect(),
            body,
        }
    }
}
