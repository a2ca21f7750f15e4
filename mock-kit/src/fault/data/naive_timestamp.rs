//! A time without its offset.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A time without its offset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct NaiveTimestamp {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for NaiveTimestamp {
    const ABOUT: About = About {
        name: "naive_timestamp",
        doc: "Removes the offset from one timestamp.",
        incident: "A naive time read in the account's zone (airbyte#43953, airbyte#48492).",
        phases: super::PHASES,
        strikes: "replies and webhooks with a timestamp",
        params: &[places::FIELD],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        reply.edit(|document| {
            let wanted = |key: &str, value: &Value| {
                places::is_time(key) && value.as_str().is_some_and(|text| text.contains('T'))
            };
            places::change_one(document, self.field.as_deref(), draws, wanted, |value| {
                // An RFC 3339 time has nineteen characters before fraction and offset.
                let naive: String = value
                    .as_str()
                    .unwrap_or_default()
                    .chars()
                    .take(19)
                    .collect();
                *value = naive.into();
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fault::bench::{strike, struck};

    #[test]
    fn a_moment_loses_its_offset() {
        let after = struck(
            &NaiveTimestamp::default(),
            &json!({"as_of": "2026-12-01T10:00:00.5-05:00"}),
        );
        assert_eq!(after, json!({"as_of": "2026-12-01T10:00:00"}));
    }

    #[test]
    fn a_day_has_no_offset_to_lose() {
        assert_eq!(
            strike(
                &NaiveTimestamp::default(),
                &json!({"expires_on": "2026-12-01"})
            ),
            None
        );
    }
}
