//! The gate every request to one vendor passes: hold-off, pacing and circuit breaker in one place.
//!
//! One gate per vendor and hub, because the vendor counts the hub's requests together, whichever
//! task sends them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use seams::Keyed;
use serde::Serialize;
use tokio::time::{Duration, Instant};

use super::{
    breaker::{Breaker, BreakerState},
    pace::{Pace, Reading},
    policy::HttpPolicy,
    retry_after::retry_after,
};

/// Without a word from the vendor, a 429 holds everything off for this long, doubled by each that
/// follows.
const SILENT_HOLD: Duration = Duration::from_secs(1);

/// What a gate is doing, for people and for the status page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GateStatus {
    /// `closed`, `open` or `half-open`.
    pub breaker: &'static str,
    /// How long all requests are held off, in milliseconds.
    pub held_off_ms: u64,
    /// Requests sent since the start.
    pub requests: u64,
}

/// The gate of one vendor.
#[derive(Debug)]
pub(super) struct Gate {
    policy: HttpPolicy,
    keyed: Keyed,
    /// Calls a second that the shop's bucket leaks.
    leak: u64,
    /// Held for a few comparisons, never across an await.
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    held_until: Option<Instant>,
    pace: Option<Pace>,
    breaker: Breaker,
    /// 429s in a row.
    throttled: u32,
    requests: u64,
}

/// Leave to send one request. Dropped without a word, it counts as never sent.
#[derive(Debug)]
pub(super) struct Permit {
    gate: Arc<Gate>,
    probe: bool,
    open: bool,
}

impl Gate {
    pub(super) fn new(policy: HttpPolicy, keyed: Keyed, leak: u64) -> Arc<Self> {
        Arc::new(Self {
            policy,
            keyed,
            leak,
            state: Mutex::default(),
        })
    }

    /// Waits for leave to send.
    ///
    /// # Errors
    /// How long it would still take, when that is more than `patience`.
    pub(super) async fn enter(self: &Arc<Self>, patience: Duration) -> Result<Permit, Duration> {
        let give_up = Instant::now() + patience;
        loop {
            let now = Instant::now();
            let wait = match self.try_enter(now) {
                Ok(permit) => return Ok(permit),
                Err(wait) => wait,
            };
            if now + wait > give_up {
                return Err(wait);
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// What the gate is doing.
    pub(super) fn status(&self) -> GateStatus {
        let now = Instant::now();
        let state = self.state();
        let held = state.held_until.map(|until| until - now.min(until));
        GateStatus {
            breaker: match state.breaker.state(now) {
                BreakerState::Closed => "closed",
                BreakerState::Open => "open",
                BreakerState::HalfOpen => "half-open",
            },
            held_off_ms: held.map_or(0, |d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX)),
            requests: state.requests,
        }
    }

    fn try_enter(self: &Arc<Self>, now: Instant) -> Result<Permit, Duration> {
        let mut state = self.state();
        let held = state
            .held_until
            .map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        let paced = state
            .pace
            .as_mut()
            .map_or(Duration::ZERO, |pace| pace.wait(now));
        let wait = held.max(paced).max(state.breaker.wait(now));
        if !wait.is_zero() {
            return Err(wait);
        }
        if let Some(pace) = &mut state.pace {
            pace.spend();
        }
        state.requests += 1;
        Ok(Permit {
            probe: state.breaker.begin(),
            gate: Arc::clone(self),
            open: true,
        })
    }

    /// A poisoned lock means a panic elsewhere; its few numbers are still sound.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// The vendor answered. Gives back how long it asks to be left alone.
    pub(super) fn answered(
        mut self,
        status: StatusCode,
        headers: &HeaderMap,
        at: Timestamp,
    ) -> Option<Duration> {
        self.open = false;
        let now = Instant::now();
        let gate = Arc::clone(&self.gate);
        let asked = retry_after(headers, at, gate.policy.longest_retry_after());
        let mut state = gate.state();
        state.read_pace(headers, gate.leak, now);
        if status.is_server_error() {
            self.count_failure(&mut state, now);
        } else {
            state.breaker.succeeded();
        }
        let hold = match status {
            StatusCode::TOO_MANY_REQUESTS => Some(state.throttle(asked, now)),
            StatusCode::SERVICE_UNAVAILABLE => {
                state.throttled = 0;
                asked
            }
            _ => {
                state.throttled = 0;
                None
            }
        };
        if let Some(hold) = hold {
            let until = now + hold;
            state.held_until = Some(state.held_until.map_or(until, |held| held.max(until)));
        }
        hold.or(asked)
    }

    /// No whole answer came.
    pub(super) fn failed(mut self) {
        self.open = false;
        let gate = Arc::clone(&self.gate);
        self.count_failure(&mut gate.state(), Instant::now());
    }

    fn count_failure(&self, state: &mut State, now: Instant) {
        let opened = u64::from(state.breaker.opened());
        let fraction = self.gate.keyed.draw("breaker", "open", opened).fraction();
        let policy = &self.gate.policy;
        state.breaker.failed(self.probe, now, policy, fraction);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.open {
            self.gate.state().breaker.abandoned(self.probe);
        }
    }
}

impl State {
    fn read_pace(&mut self, headers: &HeaderMap, leak: u64, now: Instant) {
        let Some(reading) = Reading::of(headers, leak) else {
            return;
        };
        match &mut self.pace {
            Some(pace) => pace.correct(reading, now),
            None => self.pace = Some(Pace::new(reading, now)),
        }
    }

    /// The bucket is taken for empty, so that those who waited do not all go at once.
    fn throttle(&mut self, asked: Option<Duration>, now: Instant) -> Duration {
        if let Some(pace) = &mut self.pace {
            pace.drain(now);
        }
        let silent = SILENT_HOLD * (1 << self.throttled.min(5));
        self.throttled = self.throttled.saturating_add(1);
        // Zero is no answer to being sent away: it would bring the same 429 again.
        asked.filter(|wait| !wait.is_zero()).unwrap_or(silent)
    }
}
