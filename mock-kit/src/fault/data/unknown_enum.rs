//! A state that nobody announced.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A state that nobody announced.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct UnknownEnum {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for UnknownEnum {
    const ABOUT: About = About {
        name: "unknown_enum",
        doc: "Gives one status, state, kind or type a value that the document does not know.",
        incident: "One bad object fails the batch (woocommerce-square#540): a vendor's new status must not stop the rest.",
        phases: super::PHASES,
        strikes: "replies and webhooks with a status, state, kind or type",
        params: &[places::FIELD],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        reply.edit(|document| {
            let wanted = |key: &str, value: &Value| places::is_state(key) && value.is_string();
            places::change_one(document, self.field.as_deref(), draws, wanted, |value| {
                *value = "limbo".into();
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
    fn a_state_turns_into_one_that_nobody_knows() {
        let after = struck(&UnknownEnum::default(), &json!({"status": "pending"}));
        assert_eq!(after, json!({"status": "limbo"}));
    }

    #[test]
    fn statuses_that_are_numbers_stay() {
        assert_eq!(
            strike(&UnknownEnum::default(), &json!({"status": 200})),
            None
        );
    }
}
