//! A field that nobody announced.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::json;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A field that nobody announced.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ExtraField {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for ExtraField {
    const ABOUT: About = About {
        name: "extra_field",
        doc: "Adds one field that the document does not know.",
        incident: "The rule of the tolerant reader: a vendor may add fields, and nobody breaks.",
        phases: super::PHASES,
        strikes: "replies and webhooks",
        params: &[places::FIELD],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        reply.edit(|document| {
            let wanted = |_: &str, _: &Value| true;
            let member = places::pick(document, self.field.as_deref(), draws, wanted);
            member.is_some_and(|(object, _)| {
                object.insert(
                    "x_unannounced".to_owned(),
                    json!({"since": "v1.1", "beta": true}),
                );
                true
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::bench::{strike, struck};

    #[test]
    fn a_field_is_added_and_nothing_else_changes() {
        let after = struck(&ExtraField::default(), &json!({"sku": "A"}));
        assert_eq!(after["sku"], "A");
        assert_eq!(after["x_unannounced"]["beta"], true);
    }

    #[test]
    fn a_list_of_nothing_has_no_place_for_it() {
        assert_eq!(strike(&ExtraField::default(), &json!([])), None);
    }
}
