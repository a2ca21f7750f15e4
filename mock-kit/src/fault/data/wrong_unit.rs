//! A quantity in another unit than it says.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A quantity in another unit than it says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WrongUnit {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for WrongUnit {
    const ABOUT: About = About {
        name: "wrong_unit",
        doc: "Replaces one unit by another.",
        incident: "A factor applied twice (xtuple/qt-client#915); on-hand published as available (woocommerce-square#24).",
        phases: super::PHASES,
        strikes: "replies and webhooks with a unit",
        params: &[places::FIELD],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        reply.edit(|document| {
            let wanted = |key: &str, value: &Value| places::is_unit(key) && value.is_string();
            places::change_one(document, self.field.as_deref(), draws, wanted, |value| {
                let other = match value.as_str() {
                    Some("KGM") => "GRM",
                    Some("GRM") => "KGM",
                    Some("LTR") => "MLT",
                    Some("MLT") => "LTR",
                    _ => "KGM",
                };
                *value = other.into();
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
    fn a_unit_turns_into_another() {
        assert_eq!(
            struck(&WrongUnit::default(), &json!({"unit": "KGM"})),
            json!({"unit": "GRM"})
        );
        assert_eq!(
            struck(&WrongUnit::default(), &json!({"unit": "H87"})),
            json!({"unit": "KGM"})
        );
    }

    #[test]
    fn documents_without_a_unit_stay() {
        assert_eq!(strike(&WrongUnit::default(), &json!({"sku": "A"})), None);
    }
}
