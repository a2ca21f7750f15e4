//! One handle for wall-clock timestamps; durations belong to `tokio::time`.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// Tells the wall-clock time, real or virtual. Cloning shares the clock and its offset.
#[derive(Clone, Debug)]
pub struct Clock {
    source: Source,
    offset_ms: Arc<AtomicI64>,
}

#[derive(Clone, Copy, Debug)]
enum Source {
    System,
    Virtual { start: Timestamp, origin: Instant },
}

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Self {
        Self::from(Source::System)
    }

    /// A clock that reads `start` now and moves with tokio's clock from here on: under a paused
    /// runtime it moves only when every task waits. Call it inside a runtime.
    pub fn starting_at(start: Timestamp) -> Self {
        Self::from(Source::Virtual {
            start,
            origin: Instant::now(),
        })
    }

    fn from(source: Source) -> Self {
        Self {
            source,
            offset_ms: Arc::default(),
        }
    }

    /// The time now, offset included.
    pub fn now(&self) -> Timestamp {
        let base = match self.source {
            Source::System => system_now(),
            Source::Virtual { start, origin } => {
                let elapsed = i64::try_from(origin.elapsed().as_millis()).unwrap_or(i64::MAX);
                start
                    .saturating_add(SignedDuration::from_millis(elapsed))
                    .unwrap_or(Timestamp::MAX)
            }
        };
        base.saturating_add(self.offset()).unwrap_or(base)
    }

    /// A clock over the same source with an offset of its own: a vendor whose clock is wrong.
    pub fn skewed(&self, by: SignedDuration) -> Self {
        let clock = Self::from(self.source);
        clock.set_offset(self.offset().saturating_add(by));
        clock
    }

    /// Moves this clock and all its clones to `offset` from the source; milliseconds count.
    pub fn set_offset(&self, offset: SignedDuration) {
        let ms = i64::try_from(offset.as_millis()).unwrap_or(i64::MAX);
        self.offset_ms.store(ms, Ordering::Relaxed);
    }

    /// How far this clock is from its source.
    pub fn offset(&self) -> SignedDuration {
        SignedDuration::from_millis(self.offset_ms.load(Ordering::Relaxed))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the machine's clock"
)]
fn system_now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_virtual_clock_moves_with_the_paused_runtime_only() {
        let start: Timestamp = "2026-11-02T00:00:00Z".parse().unwrap();
        let clock = Clock::starting_at(start);
        assert_eq!(clock.now(), start);
        tokio::time::sleep(Duration::from_secs(365 * 24 * 3600)).await;
        assert_eq!(clock.now(), start + SignedDuration::from_hours(365 * 24));
    }

    #[tokio::test(start_paused = true)]
    async fn a_skewed_clock_leaves_its_source_alone() {
        let clock = Clock::starting_at(Timestamp::UNIX_EPOCH);
        let late = clock.skewed(SignedDuration::from_secs(-90));
        let twin = late.clone();
        late.set_offset(SignedDuration::from_secs(-60));
        assert_eq!(
            twin.now(),
            Timestamp::UNIX_EPOCH - SignedDuration::from_secs(60)
        );
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
    }
}
