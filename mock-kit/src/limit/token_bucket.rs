//! A token bucket, described by the `RateLimit` headers of draft-ietf-httpapi-ratelimit-headers.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;

use super::{Bucket, elapsed_ms};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STANDING: HeaderName = HeaderName::from_static("ratelimit");

/// A burst of up to `quota` requests, refilled evenly so that an empty bucket is full again after
/// one window.
#[derive(Clone, Debug)]
pub struct TokenBucket {
    quota: u64,
    window_ms: u64,
    /// In parts of a token: one token is `window_ms` parts and a millisecond refills `quota` parts.
    level: u64,
    as_of: Timestamp,
    policy: HeaderValue,
}

impl TokenBucket {
    /// A full bucket. A quota or window of 0 counts as 1.
    pub fn new(quota: u32, window_seconds: u32, now: Timestamp) -> Self {
        let (quota, window) = (u64::from(quota.max(1)), u64::from(window_seconds.max(1)));
        Self {
            quota,
            window_ms: window * 1000,
            level: quota * window * 1000,
            as_of: now,
            policy: header(format!("\"default\";q={quota};w={window}")),
        }
    }

    /// Whole tokens left when it was last used.
    pub fn remaining(&self) -> u64 {
        self.level / self.window_ms
    }

    fn capacity(&self) -> u64 {
        self.quota * self.window_ms
    }

    fn refill(&mut self, now: Timestamp) {
        let gained = elapsed_ms(self.as_of, now).saturating_mul(self.quota);
        self.level = self.level.saturating_add(gained).min(self.capacity());
        self.as_of = now;
    }
}

impl Bucket for TokenBucket {
    fn take(&mut self, now: Timestamp) -> Result<(), Duration> {
        self.refill(now);
        if let Some(left) = self.level.checked_sub(self.window_ms) {
            self.level = left;
            return Ok(());
        }
        let missing = self.window_ms - self.level;
        Err(Duration::from_millis(missing.div_ceil(self.quota)))
    }

    fn exhaust(&mut self, now: Timestamp) {
        self.level = 0;
        self.as_of = now;
    }

    fn describe(&self, headers: &mut HeaderMap) {
        let until_full = (self.capacity() - self.level).div_ceil(self.quota * 1000);
        let standing = format!("\"default\";r={};t={until_full}", self.remaining());
        headers.insert(POLICY, self.policy.clone());
        headers.insert(STANDING, header(standing));
    }
}

fn header(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}
