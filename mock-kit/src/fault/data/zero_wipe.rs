//! All stock gone, says the reply.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// All stock gone, says the reply.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ZeroWipe {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for ZeroWipe {
    const ABOUT: About = About {
        name: "zero_wipe",
        doc: "Sets all quantities in a reply to 0.",
        incident: "A meaningless zero wipes stock (woocommerce-square#529).",
        phases: super::PHASES,
        strikes: "replies and webhooks with a quantity that is not 0",
        params: &[places::FIELD],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        let _ = draws;
        reply.edit(|document| {
            let wanted = |key: &str, value: &Value| {
                places::is_quantity(key) && places::as_number(value).is_some_and(|n| n != 0.0)
            };
            places::change_all(document, self.field.as_deref(), wanted, |value| {
                *value = if value.is_string() {
                    "0".into()
                } else {
                    0.into()
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
    fn all_quantities_turn_to_zero_in_their_own_form() {
        let document = json!({"data": [{"on_hand": "5.5"}, {"available": 3, "version": 4}]});
        let expected = json!({"data": [{"on_hand": "0"}, {"available": 0, "version": 4}]});
        assert_eq!(struck(&ZeroWipe::default(), &document), expected);
    }

    #[test]
    fn what_is_zero_already_is_no_strike() {
        assert_eq!(
            strike(&ZeroWipe::default(), &json!({"on_hand": "0.000"})),
            None
        );
    }
}
