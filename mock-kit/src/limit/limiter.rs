//! One bucket per client.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use http::HeaderMap;
use jiff::Timestamp;

use super::Bucket;

/// The buckets of all clients, made as each is first seen. Clients are the vendor's own few, so
/// the table is not bounded.
#[derive(Clone, Debug)]
pub struct Limiter<B> {
    buckets: BTreeMap<Arc<str>, B>,
}

impl<B: Bucket> Limiter<B> {
    /// Counts one request of `client`, whose bucket is made by `fresh` at first sight. The headers
    /// tell where the client then stands.
    ///
    /// # Errors
    /// The time after which one request would be let through.
    pub fn take(
        &mut self,
        client: &Arc<str>,
        now: Timestamp,
        headers: &mut HeaderMap,
        fresh: impl FnOnce() -> B,
    ) -> Result<(), Duration> {
        let bucket = self.bucket(client, fresh);
        let taken = bucket.take(now);
        bucket.describe(headers);
        taken
    }

    /// Tells where `client` would stand with its whole allowance used up, which it is not.
    pub fn describe_exhausted(
        &mut self,
        client: &Arc<str>,
        now: Timestamp,
        headers: &mut HeaderMap,
        fresh: impl FnOnce() -> B,
    ) {
        let mut bucket = self.bucket(client, fresh).clone();
        bucket.exhaust(now);
        bucket.describe(headers);
    }

    fn bucket(&mut self, client: &Arc<str>, fresh: impl FnOnce() -> B) -> &mut B {
        self.buckets.entry(Arc::clone(client)).or_insert_with(fresh)
    }
}

impl<B> Default for Limiter<B> {
    fn default() -> Self {
        Self {
            buckets: BTreeMap::new(),
        }
    }
}
