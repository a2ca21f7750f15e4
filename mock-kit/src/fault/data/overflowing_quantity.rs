//! A quantity that no counter holds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A quantity that no counter holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct OverflowingQuantity {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for OverflowingQuantity {
    const ABOUT: About = About {
        name: "overflowing_quantity",
        doc: "Makes one quantity larger than 64 bits can hold signed.",
        incident: "The rule that input is refused and never wraps around: a poison item delays no other (woocommerce-square#540).",
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
                *value = match value {
                    Value::String(_) => "99999999999999999999.999".into(),
                    _ => (i64::MAX as u64 + 1).into(),
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
    fn a_quantity_outgrows_64_bits() {
        let fault = OverflowingQuantity::default();
        let number = struck(&fault, &json!({"available": 7}));
        assert_eq!(number, json!({"available": 9_223_372_036_854_775_808_u64}));
        let text = struck(&fault, &json!({"on_hand": "1.5"}));
        assert_eq!(text, json!({"on_hand": "99999999999999999999.999"}));
    }

    #[test]
    fn what_is_no_quantity_stays() {
        assert_eq!(
            strike(&OverflowingQuantity::default(), &json!({"version": 7})),
            None
        );
    }
}
