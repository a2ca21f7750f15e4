//! A number that changes at moments and stands between them.

use jiff::Timestamp;

/// A step function of time. Before its first step it is 0.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    /// By time. Several steps of one moment all count as having been true.
    points: Vec<(Timestamp, i64)>,
}

impl Steps {
    /// From `at` on it is `value`. Moments come in order.
    pub(super) fn push(&mut self, at: Timestamp, value: i64) {
        if self.points.last().map(|(_, last)| *last) != Some(value) {
            let latest = self.points.last().map_or(at, |(last, _)| at.max(*last));
            self.points.push((latest, value));
        }
    }

    /// The value at the end of the moment `at`.
    pub(super) fn at(&self, at: Timestamp) -> i64 {
        let after = self.points.partition_point(|(point, _)| *point <= at);
        let last = after.checked_sub(1).and_then(|last| self.points.get(last));
        last.map_or(0, |(_, value)| *value)
    }

    /// Every value that it had in `from..=to`. What stood before a step of the moment `from` is
    /// over by then.
    pub(super) fn within(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = i64> {
        let first = self.points.partition_point(|(point, _)| *point < from);
        let steps_at_once = self
            .points
            .get(first)
            .is_some_and(|(point, _)| *point == from);
        let before = first.checked_sub(1).and_then(|last| self.points.get(last));
        let standing = before.map_or(0, |(_, value)| *value);
        let standing = (!steps_at_once).then_some(standing);
        standing
            .into_iter()
            .chain(self.between(from, to).map(|(_, value)| value))
    }

    /// The largest value that it had in `from..=to`.
    pub(super) fn max(&self, from: Timestamp, to: Timestamp) -> i64 {
        self.within(from, to).max().unwrap_or(0)
    }

    /// When it changed in `from..=to`.
    pub(super) fn moments(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Iterator<Item = Timestamp> {
        self.between(from, to).map(|(at, _)| at)
    }

    fn between(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = (Timestamp, i64)> {
        let first = self.points.partition_point(|(point, _)| *point < from);
        let points = self.points.get(first..).unwrap_or_default();
        points.iter().copied().take_while(move |(at, _)| *at <= to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn stairs() -> Steps {
        let mut steps = Steps::default();
        for (at, value) in [(10, 5), (20, 7), (20, 6), (30, 6), (40, 5)] {
            steps.push(second(at), value);
        }
        steps
    }

    #[test]
    fn it_stands_between_its_steps() {
        let steps = stairs();
        assert_eq!(
            [9, 10, 19, 20, 45].map(|at| steps.at(second(at))),
            [0, 5, 5, 6, 5]
        );
    }

    #[test]
    fn a_window_has_what_stood_at_its_start_and_every_step_inside() {
        let within: Vec<i64> = stairs().within(second(15), second(25)).collect();
        assert_eq!(within, [5, 7, 6]);
        let within: Vec<i64> = stairs().within(second(20), second(20)).collect();
        assert_eq!(within, [7, 6]);
        assert_eq!(stairs().max(second(21), second(50)), 6);
    }
}
