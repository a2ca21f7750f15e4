//! How the hub is set up: vendors, webhooks, intervals.

use std::time::Duration;

use serde::Deserialize;
use sync_core::{
    engine::EnginePolicy,
    vendor::{jerky::JerkyConfig, polish::PolishConfig},
};

/// How the hub is set up.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HubConfig {
    /// The jerky vendor.
    pub jerky: JerkyConfig,
    /// The polish vendor.
    pub polish: PolishConfig,
    /// Where vendors reach the hub: `https://hub.example`. Without it no webhooks are registered
    /// and the hub lives by polling.
    #[serde(default)]
    pub public_url: Option<String>,
    /// How often things happen.
    #[serde(default)]
    pub intervals: Intervals,
    /// How the outbox is carried out.
    #[serde(default)]
    pub dispatch: DispatchPolicy,
    /// The engine's times and bounds.
    #[serde(skip)]
    pub engine: EnginePolicy,
}

/// How often things happen. Between them an idle hub is silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Intervals {
    /// Between two looks at the jerky change feed, in milliseconds.
    pub feed_poll_ms: u64,
    /// Between two polls for changed orders, in milliseconds.
    pub orders_poll_ms: u64,
    /// Between two polls for changed products, in milliseconds.
    pub products_poll_ms: u64,
    /// Between two polls for recounts, in milliseconds.
    pub counts_poll_ms: u64,
    /// Between two full reconciliations, in seconds.
    pub sweep_s: u64,
    /// How long after a failure a poll or a sweep is tried again, in milliseconds; doubled by each
    /// failure that follows, up to sixteen times.
    pub retry_ms: u64,
    /// How far before the cursor a poll begins, in milliseconds: rows may be committed a little
    /// later than their timestamp says.
    pub overlap_ms: u64,
}

/// How the outbox is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DispatchPolicy {
    /// Requests to one vendor at the same time. Each vendor has its own, so that a slow one does
    /// not hold up the other.
    pub concurrency: usize,
    /// From so many numbers at once on, they are published in bulk.
    pub bulk_from: usize,
    /// Commands held by the dispatcher at the same time, waiting ones included.
    pub most_in_hand: usize,
}

impl Default for Intervals {
    fn default() -> Self {
        Self {
            feed_poll_ms: 5_000,
            orders_poll_ms: 10_000,
            products_poll_ms: 30_000,
            counts_poll_ms: 30_000,
            sweep_s: 15 * 60,
            retry_ms: 1_000,
            overlap_ms: 2_000,
        }
    }
}

impl Default for DispatchPolicy {
    fn default() -> Self {
        Self {
            concurrency: 8,
            bulk_from: 6,
            most_in_hand: 256,
        }
    }
}

impl Intervals {
    /// How long after the `failures`-th failure in a row to try again.
    pub(crate) fn retry(&self, failures: u32) -> Duration {
        Duration::from_millis(self.retry_ms << failures.saturating_sub(1).min(4))
    }
}
