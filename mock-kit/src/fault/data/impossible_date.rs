//! A day that is not in the calendar.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A day that is not in the calendar.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ImpossibleDate {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for ImpossibleDate {
    const ABOUT: About = About {
        name: "impossible_date",
        doc: "Replaces one date or time by one that does not exist.",
        phases: super::PHASES,
        strikes: "replies and webhooks with a date or time",
        params: &[places::FIELD],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        reply.edit(|document| {
            let wanted = |key: &str, value: &Value| places::is_time(key) && value.is_string();
            places::change_one(document, self.field.as_deref(), draws, wanted, |value| {
                let timed = value.as_str().is_some_and(|text| text.contains('T'));
                *value = if timed {
                    "2026-02-30T25:61:00Z"
                } else {
                    "2026-02-30"
                }
                .into();
            })
        })
    }
}
