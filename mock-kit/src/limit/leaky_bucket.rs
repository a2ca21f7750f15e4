//! A leaky bucket, described by `X-Shop-Api-Call-Limit: used/size`.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;

use super::{Bucket, elapsed_ms};

const STANDING: HeaderName = HeaderName::from_static("x-shop-api-call-limit");

/// One request is one drop, and one drop is this many parts: a millisecond then leaks as many
/// parts as a second leaks drops.
const DROP: u64 = 1000;

/// Holds `size` drops and leaks evenly; a request that would overflow it is refused.
#[derive(Clone, Debug)]
pub struct LeakyBucket {
    size: u64,
    leak_per_second: u64,
    level: u64,
    as_of: Timestamp,
}

impl LeakyBucket {
    /// An empty bucket. A size or leak of 0 counts as 1.
    pub fn new(size: u32, leak_per_second: u32, now: Timestamp) -> Self {
        Self {
            size: u64::from(size.max(1)),
            leak_per_second: u64::from(leak_per_second.max(1)),
            level: 0,
            as_of: now,
        }
    }

    /// Drops in the bucket when it was last used, a part of one counting as one.
    pub fn used(&self) -> u64 {
        self.level.div_ceil(DROP)
    }

    fn leak(&mut self, now: Timestamp) {
        let leaked = elapsed_ms(self.as_of, now).saturating_mul(self.leak_per_second);
        self.level = self.level.saturating_sub(leaked);
        self.as_of = now;
    }
}

impl Bucket for LeakyBucket {
    fn take(&mut self, now: Timestamp) -> Result<(), Duration> {
        self.leak(now);
        let excess = (self.level + DROP).saturating_sub(self.size * DROP);
        if excess == 0 {
            self.level += DROP;
            return Ok(());
        }
        Err(Duration::from_millis(excess.div_ceil(self.leak_per_second)))
    }

    fn exhaust(&mut self, now: Timestamp) {
        self.level = self.size * DROP;
        self.as_of = now;
    }

    fn describe(&self, headers: &mut HeaderMap) {
        let standing = format!("{}/{}", self.used(), self.size);
        if let Ok(value) = HeaderValue::try_from(standing) {
            headers.insert(STANDING, value);
        }
    }
}
