//! A field under another name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A field under another name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RenamedField {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for RenamedField {
    const ABOUT: About = About {
        name: "renamed_field",
        doc: "Writes the name of one vital field in another style (`on_hand` becomes `onHand`).",
        incident: "A vendor's change breaks its consumers; reading zero into what is absent wipes stock (woocommerce-square#529).",
        phases: super::PHASES,
        strikes: "replies and webhooks with a vital field",
        params: &[places::FIELD],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        reply.edit(|document| {
            let wanted = |key: &str, _: &Value| places::is_vital(key);
            let member = places::pick(document, self.field.as_deref(), draws, wanted);
            member.is_some_and(|(object, key)| {
                let value = object.remove(&key).unwrap_or_default();
                object.insert(places::restyled(&key), value);
                true
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
    fn a_vital_field_is_written_in_another_style() {
        let fault = RenamedField::default();
        assert_eq!(struck(&fault, &json!({"on_hand": 1})), json!({"onHand": 1}));
        assert_eq!(struck(&fault, &json!({"sku": "A"})), json!({"Sku": "A"}));
    }

    #[test]
    fn fields_that_nobody_needs_stay() {
        assert_eq!(
            strike(&RenamedField::default(), &json!({"name": "A"})),
            None
        );
    }
}
