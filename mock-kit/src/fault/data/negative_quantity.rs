//! A quantity below zero.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A quantity below zero.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct NegativeQuantity {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for NegativeQuantity {
    const ABOUT: About = About {
        name: "negative_quantity",
        doc: "Makes one quantity negative.",
        incident: "Negative stock blocks a cancellation (medusa#12796); a pack oversold to -1 (odoo#2854).",
        phases: super::PHASES,
        strikes: "replies and webhooks with a quantity",
        params: &[places::FIELD],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        reply.edit(|document| {
            let wanted = |key: &str, value: &Value| {
                places::is_quantity(key) && places::as_number(value).is_some()
            };
            places::change_one(document, self.field.as_deref(), draws, wanted, |value| {
                *value = match &*value {
                    Value::String(text) if text.starts_with('0') => "-1".into(),
                    Value::String(text) => format!("-{}", text.trim_start_matches('-')).into(),
                    other => (-other.as_i64().unwrap_or(1).abs().max(1)).into(),
                };
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
    fn a_quantity_turns_negative_in_its_own_form() {
        let fault = NegativeQuantity::default();
        assert_eq!(
            struck(&fault, &json!({"available": 7})),
            json!({"available": -7})
        );
        assert_eq!(
            struck(&fault, &json!({"on_hand": "1.5"})),
            json!({"on_hand": "-1.5"})
        );
        assert_eq!(
            struck(&fault, &json!({"on_hand": "0"})),
            json!({"on_hand": "-1"})
        );
    }

    #[test]
    fn what_is_no_quantity_stays() {
        assert_eq!(
            strike(&NegativeQuantity::default(), &json!({"price_cents": 7})),
            None
        );
    }
}
