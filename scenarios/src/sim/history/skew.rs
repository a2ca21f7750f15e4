//! A vendor whose clock was wrong wrote wrong times: puts them back on the world's clock.
//!
//! A time alone does not tell whether the clock was wrong when it was written. How long the ledger
//! and the feed were at the moment the clock was set does.

use jiff::{SignedDuration, Timestamp};

/// How long a vendor's records were when its clock was set, and to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sim) struct Setting {
    /// Facts in the ledger by then.
    pub(in crate::sim) facts: usize,
    /// Events in the change feed by then.
    pub(in crate::sim) events: usize,
    /// How far ahead of the world the clock was from then on.
    pub(in crate::sim) ahead: SignedDuration,
}

/// How a vendor's clock was set, oldest first; right before the first.
#[derive(Clone, Debug, Default)]
pub(in crate::sim) struct Skew(pub(in crate::sim) Vec<Setting>);

impl Skew {
    /// How far the clock was off at most.
    pub(super) fn most(&self) -> SignedDuration {
        let ahead = self.0.iter().map(|setting| setting.ahead.abs());
        ahead.max().unwrap_or(SignedDuration::ZERO)
    }

    /// The world's time of the ledger's entry at this place, counted from 0.
    pub(super) fn fact_time(&self, place: usize, at: Timestamp) -> Timestamp {
        self.world_time(at, |setting| setting.facts <= place)
    }

    /// The world's time of the feed's event at this place, counted from 0.
    pub(super) fn event_time(&self, place: usize, at: Timestamp) -> Timestamp {
        self.world_time(at, |setting| setting.events <= place)
    }

    fn world_time(&self, at: Timestamp, is_set: impl Fn(&Setting) -> bool) -> Timestamp {
        let setting = self.0.iter().rev().find(|setting| is_set(setting));
        let ahead = setting.map_or(SignedDuration::ZERO, |setting| setting.ahead);
        at.saturating_sub(ahead).unwrap_or(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_under_a_wrong_clock_is_put_right() {
        let ahead = SignedDuration::from_secs(90);
        let set = |facts, ahead| Setting {
            facts,
            events: 0,
            ahead,
        };
        let skew = Skew(vec![set(2, ahead), set(4, SignedDuration::ZERO)]);
        let at = Timestamp::UNIX_EPOCH + ahead;
        let times = (0..5).map(|place| skew.fact_time(place, at).as_second());
        assert_eq!(times.collect::<Vec<_>>(), [90, 90, 0, 0, 90]);
        assert_eq!(skew.most(), ahead);
    }
}
