//! A moment in a rule: so long after the start, or a time.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::Value;

/// Milliseconds after the start of the run, or an RFC 3339 time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Moment {
    /// Milliseconds after the start.
    AfterStartMs(u64),
    /// A time.
    At(#[schemars(with = "String")] Timestamp),
}

impl Moment {
    /// Whether it is at `other` or later in every run. A time and a length from the start cannot be
    /// compared before the start is known.
    pub(super) fn is_never_before(self, other: Self) -> bool {
        match (self, other) {
            (Self::AfterStartMs(one), Self::AfterStartMs(other)) => one >= other,
            (Self::At(one), Self::At(other)) => one >= other,
            _ => false,
        }
    }

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

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let text = match &value {
            Value::String(text) => Some(text.as_str()),
            // TOML's own date-times come as an object with one text in it.
            Value::Object(wrapped) => wrapped.values().next().and_then(Value::as_str),
            _ => None,
        };
        let moment = match (value.as_u64(), text) {
            (Some(ms), _) => Some(Self::AfterStartMs(ms)),
            (None, Some(text)) => text.parse().ok().map(Self::At),
            (None, None) => None,
        };
        moment.ok_or_else(|| {
            D::Error::custom(format!(
                "{value} is neither milliseconds after the start nor a time such as \
                 2026-11-02T06:00:00Z"
            ))
        })
    }
}
