//! A field that is null.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A field that is null.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct NullField {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for NullField {
    const ABOUT: About = About {
        name: "null_field",
        doc: "Sets one vital field to null.",
        incident: "An unset value that is taken for one: FEFO with unset removal date (odoo#77261).",
        phases: super::PHASES,
        strikes: "replies and webhooks with a vital field",
        params: &[places::FIELD],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        reply.edit(|document| {
            let wanted = |key: &str, value: &Value| places::is_vital(key) && !value.is_null();
            places::change_one(document, self.field.as_deref(), draws, wanted, |value| {
                *value = Value::Null;
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
    fn a_vital_field_turns_null() {
        assert_eq!(
            struck(&NullField::default(), &json!({"sku": "A"})),
            json!({"sku": null})
        );
    }

    #[test]
    fn fields_that_nobody_needs_stay() {
        assert_eq!(strike(&NullField::default(), &json!({"name": "A"})), None);
    }
}
