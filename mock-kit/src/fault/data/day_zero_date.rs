//! A day 00, which GS1 gives a meaning and calendars do not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A day 00, which GS1 gives a meaning and calendars do not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct DayZeroDate {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for DayZeroDate {
    const ABOUT: About = About {
        name: "day_zero_date",
        doc: "Replaces the day of one date by 00, the end of the month in GS1 symbols (`2026-03-14` becomes `2026-03-00`).",
        incident: "FEFO with an unset removal date (odoo#77261): a date that is no day still means something.",
        phases: super::PHASES,
        strikes: "replies and webhooks with a date; times are left alone",
        params: &[places::FIELD],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        reply.edit(|document| {
            let wanted = |key: &str, value: &Value| {
                places::is_time(key) && value.as_str().is_some_and(|text| month(text).is_some())
            };
            places::change_one(document, self.field.as_deref(), draws, wanted, |value| {
                if let Some(month) = value.as_str().and_then(month) {
                    *value = format!("{month}-00").into();
                }
            })
        })
    }
}

/// `2026-03` of `2026-03-14`.
fn month(date: &str) -> Option<&str> {
    let is_date = date.len() == 10 && date.parse::<jiff::civil::Date>().is_ok();
    is_date.then(|| date.get(..7)).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fault::bench::{strike, struck};

    #[test]
    fn the_day_turns_into_00_and_the_month_stays() {
        let fault = DayZeroDate::default();
        let day = struck(&fault, &json!({"lots": [{"expires_on": "2026-12-01"}]}));
        assert_eq!(day, json!({"lots": [{"expires_on": "2026-12-00"}]}));
    }

    #[test]
    fn times_and_documents_without_a_date_stay() {
        for document in [
            json!({"updated_at": "2026-12-01T00:00:00Z"}),
            json!({"expires_on": null}),
            json!({"expires_on": "2026-12-00"}),
            json!({"sku": "2026-12-01"}),
        ] {
            assert_eq!(
                strike(&DayZeroDate::default(), &document),
                None,
                "{document}"
            );
        }
    }
}
