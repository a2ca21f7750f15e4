//! A vendor whose clock was wrong wrote wrong times: puts them back on the world's clock.

use jiff::{SignedDuration, Timestamp};
use mock_kit::{FaultRule, fault::FaultKind};

/// When a vendor's clock was off, and by how much.
#[derive(Clone, Debug, Default)]
pub(super) struct Skew {
    windows: Vec<Window>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    from: Timestamp,
    until: Timestamp,
    by: SignedDuration,
}

impl Skew {
    /// The skew that these rules give the vendor of this name, in a run whose rules count from
    /// `start` and end at `end`.
    pub(super) fn of(vendor: &str, rules: &[FaultRule], start: Timestamp, end: Timestamp) -> Self {
        let windows = rules.iter().filter_map(|rule| {
            let FaultKind::ClockSkew(skew) = &rule.fault else {
                return None;
            };
            let elsewhere = rule
                .place
                .vendor
                .as_deref()
                .is_some_and(|name| name != vendor);
            let moment = |moment: Option<mock_kit::fault::Moment>, default| {
                moment.map_or(default, |moment| moment.resolve(start))
            };
            (!elsewhere).then(|| Window {
                from: moment(rule.timing.from, start),
                until: moment(rule.timing.until, end).min(end),
                by: SignedDuration::from_millis(skew.offset_ms),
            })
        });
        Self {
            windows: windows.collect(),
        }
    }

    /// How far the clock was off at most.
    pub(super) fn most(&self) -> SignedDuration {
        let by = self.windows.iter().map(|window| window.by.abs());
        by.max().unwrap_or(SignedDuration::ZERO)
    }

    /// The world's times of a ledger's entries, in their order. A wrong clock tells nothing of what
    /// it was off by, so a time counts as wrong where the vendor's clock could only then show it.
    pub(super) fn world_times<'a>(
        &'a self,
        times: impl Iterator<Item = Timestamp> + 'a,
    ) -> impl Iterator<Item = Timestamp> + 'a {
        let mut last = Timestamp::MIN;
        times.map(move |at| {
            let world = self.world_time(at, last);
            last = last.max(world);
            world
        })
    }

    fn world_time(&self, at: Timestamp, last: Timestamp) -> Timestamp {
        let skewed = self.windows.iter().find_map(|window| {
            let world = at.saturating_sub(window.by).ok()?;
            let inside = window.from <= world && world < window.until;
            (inside && world >= last).then_some(world)
        });
        skewed.unwrap_or(at)
    }
}
