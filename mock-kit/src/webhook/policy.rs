//! How a vendor retries, orders and gives up.

use std::{ops::RangeInclusive, time::Duration};

/// A vendor's webhook policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Every first attempt waits a keyed whole number of milliseconds from this range; a range
    /// wider than the time between two events makes them overtake each other.
    pub first_delay_ms: RangeInclusive<u64>,
    /// The wait before each further attempt, counted from the end of the one before.
    pub retries: Vec<Duration>,
    /// By how many per cent, up or down, a wait before a retry varies.
    pub jitter_percent: u8,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// One attempt at a time for an endpoint, in the order in which they fall due.
    pub ordered: bool,
    /// `410 Gone` disables the endpoint.
    pub disable_on_gone: bool,
    /// So many messages given up in a row disable the endpoint.
    pub disable_after: Option<u32>,
    /// How many finished deliveries the log keeps, all endpoints together.
    pub log_capacity: usize,
    /// How many unfinished deliveries an endpoint may have; the oldest is given up beyond.
    pub backlog_capacity: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            first_delay_ms: 0..=0,
            retries: Vec::new(),
            jitter_percent: 10,
            timeout: Duration::from_secs(15),
            ordered: false,
            disable_on_gone: true,
            disable_after: None,
            log_capacity: 2_000,
            backlog_capacity: 20_000,
        }
    }
}
