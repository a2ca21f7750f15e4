//! `--at TIME`: a length of time since people began to work, or a time of the world.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use crate::scenario::Span;

/// How much is shown before and after a moment.
pub const AROUND: SignedDuration = SignedDuration::from_mins(2);

/// A moment of a run, as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// So long after people began to work, as scenario files count.
    After(Span),
    /// At this time of the world.
    At(Timestamp),
}

impl Moment {
    /// The time it is in a run in which people began to work at `began`.
    pub fn resolve(self, began: Timestamp) -> Timestamp {
        match self {
            Self::After(span) => began
                .saturating_add(span.to_signed())
                .unwrap_or(Timestamp::MAX),
            Self::At(at) => at,
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let at = || text.parse().map(Self::At);
        let span = text.trim_start_matches('+').parse().map(Self::After);
        span.or_else(|_| at()).map_err(|_| {
            format!("`{text}` is no moment of a run: write `1h20m` after its start, or a time such as `2026-11-02T15:20:00Z`")
        })
    }
}
