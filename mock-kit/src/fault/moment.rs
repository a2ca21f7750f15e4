//! A moment in a rule: so long after the start, or a time.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Milliseconds after the start of the run, or an RFC 3339 time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Moment {
    /// Milliseconds after the start.
    AfterStartMs(u64),
    /// A time.
    At(#[schemars(with = "String")] Timestamp),
}

impl Moment {
    /// The moment as a time, in a run that began at `start`.
    pub fn resolve(self, start: Timestamp) -> Timestamp {
        match self {
            Self::At(time) => time,
            Self::AfterStartMs(ms) => {
                let after = SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX));
                start.saturating_add(after).unwrap_or(Timestamp::MAX)
            }
        }
    }
}
