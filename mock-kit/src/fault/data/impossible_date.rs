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
        incident: "A zone shifts expiry (openboxes#6163, OCA/wms#1196); guards disagree on the expiry day (wave-sync-hypa#238).",
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fault::bench::{strike, struck};

    #[test]
    fn a_day_or_a_moment_turns_into_one_that_is_not_in_the_calendar() {
        let fault = ImpossibleDate::default();
        let day = struck(&fault, &json!({"expires_on": "2026-12-01"}));
        assert_eq!(day, json!({"expires_on": "2026-02-30"}));
        let moment = struck(&fault, &json!({"updated_at": "2026-12-01T00:00:00Z"}));
        assert_eq!(moment, json!({"updated_at": "2026-02-30T25:61:00Z"}));
    }

    #[test]
    fn documents_without_a_date_stay() {
        assert_eq!(
            strike(&ImpossibleDate::default(), &json!({"sku": "2026-12-01"})),
            None
        );
    }
}
