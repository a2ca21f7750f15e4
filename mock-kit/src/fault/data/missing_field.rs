//! A field that is not there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A field that is not there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct MissingField {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for MissingField {
    const ABOUT: About = About {
        name: "missing_field",
        doc: "Leaves out one vital field.",
        incident: "A meaningless zero wipes stock (woocommerce-square#529): what is absent is not zero.",
        phases: super::PHASES,
        strikes: "replies and webhooks with a vital field",
        params: &[places::FIELD],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        reply.edit(|document| {
            let wanted = |key: &str, _: &Value| places::is_vital(key);
            let member = places::pick(document, self.field.as_deref(), draws, wanted);
            member.is_some_and(|(object, key)| object.remove(&key).is_some())
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fault::bench::{strike, struck};

    #[test]
    fn a_vital_field_is_left_out() {
        let document = json!({"name": "A", "lines": [{"sku": "A"}]});
        let expected = json!({"name": "A", "lines": [{}]});
        assert_eq!(struck(&MissingField::default(), &document), expected);
    }

    #[test]
    fn only_the_named_field_is_left_out() {
        let only = MissingField {
            field: Some("unit".to_owned()),
        };
        assert_eq!(strike(&only, &json!({"sku": "A"})), None);
        assert_eq!(
            struck(&only, &json!({"sku": "A", "unit": "KGM"})),
            json!({"sku": "A"})
        );
    }
}
