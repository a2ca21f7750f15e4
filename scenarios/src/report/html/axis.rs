//! A stretch of time laid out on a line, and the marks that a reader needs on it.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use crate::replay::since;

/// Time from left to right.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeAxis {
    /// The left end.
    pub(super) from: Timestamp,
    /// The right end.
    pub(super) to: Timestamp,
    /// When people began to work, which times are counted from.
    pub(super) began: Timestamp,
    /// Where it begins, in pixels.
    pub(super) left: f64,
    /// Where it ends, in pixels.
    pub(super) right: f64,
}

/// Steps between two marks, in seconds.
const STEPS: [i64; 12] = [
    1, 5, 15, 60, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200,
];
/// At most so many marks.
const MARKS: i64 = 6;

impl TimeAxis {
    /// Where a moment lies, in pixels; what is outside lies at its end.
    pub(super) fn x(&self, at: Timestamp) -> f64 {
        let whole = self.to.duration_since(self.from).as_secs_f64().max(0.001);
        let part = at.duration_since(self.from).as_secs_f64() / whole;
        self.left + part.clamp(0.0, 1.0) * (self.right - self.left)
    }

    /// Whether any of `from..=to` is on it.
    pub(super) fn shows(&self, from: Timestamp, to: Timestamp) -> bool {
        from <= self.to && to >= self.from
    }

    /// Marks with their times, and lines from `top` to `bottom`.
    pub(super) fn marks(&self, top: f64, bottom: f64) -> Markup {
        html! {
            @for at in self.moments() {
                line.grid x1=(px(self.x(at))) x2=(px(self.x(at))) y1=(px(top)) y2=(px(bottom)) {}
                text.tick x=(px(self.x(at))) y=(px(bottom + 14.0)) text-anchor="middle" {
                    (label(at, self.began))
                }
            }
        }
    }

    fn moments(&self) -> Vec<Timestamp> {
        let whole = self.to.duration_since(self.from).as_secs();
        let step = STEPS.iter().find(|step| whole / **step <= MARKS);
        let step = step.copied().unwrap_or(86_400);
        let first = self.from.duration_since(self.began).as_secs();
        let first = first.div_euclid(step) * step + step;
        let offsets = (0..=MARKS).map(|mark| SignedDuration::from_secs(first + mark * step));
        let moments = offsets.filter_map(|offset| self.began.saturating_add(offset).ok());
        moments
            .filter(|at| (self.from..=self.to).contains(at))
            .collect()
    }
}

/// A coordinate with one decimal.
pub(super) fn px(value: f64) -> String {
    format!("{value:.1}")
}

/// Hours, minutes and seconds since people began.
pub(super) fn label(at: Timestamp, began: Timestamp) -> String {
    let whole = since(at, began);
    let (seconds, _) = whole.split_once('.').unwrap_or((&whole, ""));
    seconds.to_owned()
}
