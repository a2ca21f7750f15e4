//! How many requests a world may take: a middleware that tries the same in vain again and again,
//! without waiting, would keep it busy for ever.

use jiff::{SignedDuration, Timestamp};

use crate::plan::Plan;

/// Requests that any world may take at once, and so many more for each step of its people.
const REQUESTS: u64 = 3_000;
const REQUESTS_PER_STEP: u64 = 50;
/// Requests that come back each second. Three are taken where several products and orders can never be
/// read again; a middleware that never waits takes six, as many as it may without being throttled.
const REQUESTS_PER_SECOND: u64 = 4;
/// Requests that a middleware may take to find its feet again each time it is started anew.
const REQUESTS_PER_START: u64 = 50;

/// Requests that may be taken at once; what was taken comes back by and by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowance {
    pub(super) at_once: u64,
    pub(super) each_second: u64,
}

impl Allowance {
    /// What a plan may take.
    pub(super) fn of(plan: &Plan) -> Self {
        Self {
            at_once: REQUESTS + REQUESTS_PER_STEP * plan.steps.len() as u64,
            each_second: REQUESTS_PER_SECOND,
        }
    }

    fn time_for(&self, requests: u64) -> SignedDuration {
        let millis = requests.saturating_mul(1000) / self.each_second.max(1);
        SignedDuration::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
    }
}

/// What was taken of an allowance, kept as the moment at which all of it will have come back (the
/// generic cell rate algorithm of ITU-T I.371).
#[derive(Debug)]
pub(super) struct Meter {
    allowance: Allowance,
    whole_at: Timestamp,
}

impl Meter {
    pub(super) fn new(allowance: Allowance) -> Self {
        Self {
            allowance,
            whole_at: Timestamp::MIN,
        }
    }

    /// Takes one more; false if that is too many.
    pub(super) fn take(&mut self, now: Timestamp) -> bool {
        let from = self.whole_at.max(now);
        let cost = self.allowance.time_for(1);
        self.whole_at = from.saturating_add(cost).unwrap_or(Timestamp::MAX);
        self.whole_at.duration_since(now) <= self.allowance.time_for(self.allowance.at_once)
    }
}

impl Meter {
    /// The middleware was started anew: what it has to read again is no sign that it never waits.
    pub(super) fn started(&mut self) {
        let given = self.allowance.time_for(REQUESTS_PER_START);
        self.whole_at = self
            .whole_at
            .saturating_sub(given)
            .unwrap_or(Timestamp::MIN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: Allowance = Allowance {
        at_once: 3,
        each_second: 2,
    };

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).unwrap()
    }

    fn taken(times: &[i64]) -> Vec<bool> {
        let mut meter = Meter::new(FEW);
        times.iter().map(|time| meter.take(at(*time))).collect()
    }

    #[test]
    fn no_more_than_allowed_may_be_taken_at_once() {
        assert_eq!(taken(&[0, 0, 0, 0]), [true, true, true, false]);
    }

    #[test]
    fn who_is_started_anew_may_read_again_and_no_more() {
        let mut meter = Meter::new(Allowance {
            at_once: 100,
            ..FEW
        });
        let mut taken = |times: u64| (0..times).all(|_| meter.take(at(0)));
        assert!(taken(100));
        meter.started();
        let mut taken = |times: u64| (0..times).filter(|_| meter.take(at(0))).count();
        assert_eq!(taken(60), 50);
    }

    #[test]
    fn what_was_taken_comes_back_and_does_not_add_up() {
        assert_eq!(taken(&[0, 0, 0, 500, 500]), [true, true, true, true, false]);
        assert_eq!(taken(&[0, 60_000, 60_000, 60_000, 60_000])[4..], [false]);
    }
}
