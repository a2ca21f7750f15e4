//! A number in quotes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A number in quotes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct NumberAsText {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for NumberAsText {
    const ABOUT: About = About {
        name: "number_as_text",
        doc: "Puts one JSON number in quotes.",
        incident: "One bad object fails the batch (woocommerce-square#540): one badly typed row must not stop the rest.",
        phases: super::PHASES,
        strikes: "replies and webhooks with a JSON number",
        params: &[places::FIELD],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        reply.edit(|document| {
            let wanted = |key: &str, value: &Value| !key.is_empty() && value.is_number();
            places::change_one(document, self.field.as_deref(), draws, wanted, |value| {
                *value = value.to_string().into();
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
    fn a_number_gets_quotes() {
        let fault = NumberAsText::default();
        assert_eq!(struck(&fault, &json!({"held": 7})), json!({"held": "7"}));
    }

    #[test]
    fn what_is_text_already_stays() {
        assert_eq!(
            strike(&NumberAsText::default(), &json!({"quantity": "7"})),
            None
        );
    }
}
