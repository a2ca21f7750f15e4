//! A fraction where a whole number belongs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A fraction where a whole number belongs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct FloatForInteger {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for FloatForInteger {
    const ABOUT: About = About {
        name: "float_for_integer",
        doc: "Gives one quantity or counter a fraction, as a JSON number.",
        incident: "A repeating decimal orders 1.02 (odoo#228014).",
        phases: super::PHASES,
        strikes: "replies and webhooks with a number",
        params: &[places::FIELD],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        reply.edit(|document| {
            let wanted = |key: &str, value: &Value| {
                (places::is_quantity(key) || places::is_counter(key))
                    && places::as_number(value).is_some()
            };
            places::change_one(document, self.field.as_deref(), draws, wanted, |value| {
                *value = (places::as_number(value).unwrap_or_default() + 0.5).into();
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
    fn a_whole_number_gets_a_fraction() {
        let fault = FloatForInteger::default();
        assert_eq!(
            struck(&fault, &json!({"version": 7})),
            json!({"version": 7.5})
        );
        assert_eq!(
            struck(&fault, &json!({"quantity": "3"})),
            json!({"quantity": 3.5})
        );
    }

    #[test]
    fn other_numbers_stay() {
        assert_eq!(
            strike(&FloatForInteger::default(), &json!({"price_cents": 7})),
            None
        );
    }
}
