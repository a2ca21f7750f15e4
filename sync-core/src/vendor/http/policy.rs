//! The bounds of the HTTP stack, in one place and configurable.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How patient the stack is with one vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpPolicy {
    /// How long one attempt may take, in milliseconds.
    pub timeout_ms: u64,
    /// How often a read is tried in all. A write is tried once: the outbox repeats it.
    pub read_attempts: u32,
    /// The first backoff is drawn from zero to this, in milliseconds; the bound doubles each time.
    pub backoff_first_ms: u64,
    /// The bound stops doubling here, in milliseconds.
    pub backoff_longest_ms: u64,
    /// `Retry-After` is believed up to this, in seconds. Vendors do send a year by mistake.
    pub longest_retry_after_s: u64,
    /// How long a read waits for its turn (pacing, hold-off, open breaker), in milliseconds,
    /// before it gives up.
    pub read_patience_ms: u64,
    /// The same for a write, which the outbox would rather have back.
    pub write_patience_ms: u64,
    /// Rows asked for in one page of a list; the vendor's maximum where that is less.
    pub page_rows: usize,
    /// The largest body accepted, in bytes.
    pub largest_body: usize,
    /// So many failures in a row open the circuit breaker.
    pub breaker_failures: u32,
    /// How long it stays open the first time, in milliseconds; doubles while probes fail.
    pub breaker_open_ms: u64,
    /// The longest it stays open, in milliseconds.
    pub breaker_longest_ms: u64,
}

impl Default for HttpPolicy {
    fn default() -> Self {
        Self {
            timeout_ms: 10_000,
            read_attempts: 4,
            backoff_first_ms: 200,
            backoff_longest_ms: 10_000,
            longest_retry_after_s: 120,
            read_patience_ms: 30_000,
            write_patience_ms: 2_000,
            page_rows: 250,
            largest_body: 8 * 1024 * 1024,
            breaker_failures: 8,
            breaker_open_ms: 1_000,
            breaker_longest_ms: 30_000,
        }
    }
}

impl HttpPolicy {
    pub(super) fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    pub(super) fn longest_retry_after(&self) -> Duration {
        Duration::from_secs(self.longest_retry_after_s)
    }

    /// Rows of a page, of a vendor that gives `most` at the most.
    pub(super) fn page_rows(&self, most: usize) -> usize {
        self.page_rows.clamp(1, most)
    }

    pub(super) fn patience(&self, safe: bool) -> Duration {
        Duration::from_millis(if safe {
            self.read_patience_ms
        } else {
            self.write_patience_ms
        })
    }
}
