//! The circuit breaker: after many failures in a row a vendor is left alone, then probed.

use tokio::time::{Duration, Instant};

use super::policy::HttpPolicy;
use crate::sometimes::{Mark, reached};

/// Whether requests go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BreakerState {
    /// They do.
    Closed,
    /// They do not.
    Open,
    /// One does, to see whether the vendor is back.
    HalfOpen,
}

/// How long others wait while one request probes.
const PROBE_WAIT: Duration = Duration::from_millis(250);

/// A circuit breaker. It is told of every attempt, and asked before each.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    /// How often it opened since the vendor last answered.
    opened: u32,
    open_until: Option<Instant>,
    probing: bool,
}

impl Breaker {
    /// How long until a request may go; zero is now.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        match self.open_until {
            None => Duration::ZERO,
            Some(until) if until > now => until - now,
            Some(_) if self.probing => PROBE_WAIT,
            Some(_) => Duration::ZERO,
        }
    }

    /// A request goes out. True when it is the probe of a half-open breaker.
    pub(super) fn begin(&mut self) -> bool {
        self.probing = self.open_until.is_some();
        self.probing
    }

    /// The vendor answered: it is alive, whatever it said.
    pub(super) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// The vendor did not serve an attempt. `fraction` in `0.0..1.0` spreads the wait, so that many
    /// hubs do not probe as one.
    pub(super) fn failed(&mut self, probe: bool, now: Instant, policy: &HttpPolicy, fraction: f64) {
        self.failures = self.failures.saturating_add(1);
        let too_many = self.open_until.is_none() && self.failures >= policy.breaker_failures;
        if probe || too_many {
            self.open(now, policy, fraction);
        }
        self.abandoned(probe);
    }

    /// An attempt was dropped before anything was known.
    pub(super) fn abandoned(&mut self, probe: bool) {
        self.probing &= !probe;
    }

    /// Where it stands.
    pub(super) fn state(&self, now: Instant) -> BreakerState {
        match self.open_until {
            None => BreakerState::Closed,
            Some(until) if until > now => BreakerState::Open,
            Some(_) => BreakerState::HalfOpen,
        }
    }

    /// How often it opened since the vendor last answered.
    pub(super) fn opened(&self) -> u32 {
        self.opened
    }

    fn open(&mut self, now: Instant, policy: &HttpPolicy, fraction: f64) {
        let doubled = policy.breaker_open_ms << self.opened.min(16);
        let longest = doubled.min(policy.breaker_longest_ms);
        // Between half and the whole: full jitter could probe at once, and so for ever.
        let wait = longest / 2 + (longest as f64 / 2.0 * fraction) as u64;
        self.open_until = Some(now + Duration::from_millis(wait));
        self.opened = self.opened.saturating_add(1);
        reached(Mark::CircuitOpened);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened() -> (Breaker, HttpPolicy) {
        let policy = HttpPolicy::default();
        let mut breaker = Breaker::default();
        for _ in 0..policy.breaker_failures {
            assert_eq!(breaker.wait(Instant::now()), Duration::ZERO);
            let probe = breaker.begin();
            breaker.failed(probe, Instant::now(), &policy, 0.0);
        }
        (breaker, policy)
    }

    #[tokio::test(start_paused = true)]
    async fn failures_in_a_row_open_it() {
        let (breaker, _) = opened();
        assert_eq!(breaker.state(Instant::now()), BreakerState::Open);
        assert_eq!(breaker.wait(Instant::now()), Duration::from_millis(500));
    }

    #[tokio::test(start_paused = true)]
    async fn one_answer_between_failures_keeps_it_closed() {
        let policy = HttpPolicy::default();
        let mut breaker = Breaker::default();
        for attempt in 0..100 {
            let probe = breaker.begin();
            if attempt % 7 == 6 {
                breaker.succeeded();
            } else {
                breaker.failed(probe, Instant::now(), &policy, 0.0);
            }
        }
        assert_eq!(breaker.state(Instant::now()), BreakerState::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn half_open_lets_one_probe_through_and_closes_on_its_answer() {
        let (mut breaker, _) = opened();
        tokio::time::advance(Duration::from_millis(500)).await;
        assert_eq!(breaker.wait(Instant::now()), Duration::ZERO);
        assert!(breaker.begin());
        assert_eq!(breaker.wait(Instant::now()), PROBE_WAIT);
        breaker.succeeded();
        assert_eq!(breaker.state(Instant::now()), BreakerState::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_probe_opens_it_for_longer_and_a_dropped_one_frees_the_place() {
        let (mut breaker, policy) = opened();
        tokio::time::advance(Duration::from_millis(500)).await;
        let probe = breaker.begin();
        breaker.abandoned(probe);
        assert_eq!(breaker.wait(Instant::now()), Duration::ZERO);
        let probe = breaker.begin();
        breaker.failed(probe, Instant::now(), &policy, 0.0);
        assert_eq!(breaker.wait(Instant::now()), Duration::from_millis(1000));
    }
}
