//! Time in which nothing stood between the middleware and the vendors. Bounds are counted in it: an
//! outage excuses what is late by as long as the outage, and no minute of calm besides.

use jiff::{SignedDuration, Timestamp};

use super::history::Stretch;

/// Stretches in which something went wrong, in order and apart from each other.
#[derive(Clone, Copy)]
pub(super) struct Calm<'h>(pub(super) &'h [Stretch]);

impl Calm<'_> {
    /// The moment before which `span` of calm lies up to `at`.
    pub(super) fn before(self, at: Timestamp, span: SignedDuration) -> Timestamp {
        let (start, mut at, mut left) = (at, at, span);
        for (from, until) in self.0.iter().rev().filter(|(from, _)| *from < start) {
            let calm = at.duration_since((*until).min(at));
            if calm >= left {
                break;
            }
            left -= calm;
            at = *from;
        }
        at.saturating_sub(left).unwrap_or(Timestamp::MIN)
    }

    /// The moment up to which `span` of calm lies from `at` on.
    pub(super) fn after(self, at: Timestamp, span: SignedDuration) -> Timestamp {
        let (start, mut at, mut left) = (at, at, span);
        for (from, until) in self.0.iter().filter(|(_, until)| *until > start) {
            let calm = (*from).max(at).duration_since(at);
            if calm >= left {
                break;
            }
            left -= calm;
            at = *until;
        }
        at.saturating_add(left).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn around(at: i64, span: i64) -> (i64, i64) {
        let outages = [(second(100), second(200)), (second(250), second(300))];
        let (calm, span) = (Calm(&outages), SignedDuration::from_secs(span));
        let before = calm.before(second(at), span).as_second();
        (before, calm.after(second(at), span).as_second())
    }

    #[test]
    fn without_an_outage_near_it_is_plain_time() {
        assert_eq!(around(50, 20), (30, 70));
        assert_eq!(around(400, 20), (380, 420));
        assert_eq!(around(220, 20), (200, 240));
    }

    #[test]
    fn outages_do_not_count() {
        assert_eq!(around(220, 60), (60, 330));
        assert_eq!(around(90, 20), (70, 210));
        assert_eq!(around(320, 80), (90, 400));
    }

    #[test]
    fn what_begins_in_an_outage_begins_at_its_end() {
        assert_eq!(around(150, 10), (90, 210));
    }
}
