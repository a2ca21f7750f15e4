//! A SKU in other case.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A SKU in other case.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SkuCase {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for SkuCase {
    const ABOUT: About = About {
        name: "sku_case",
        doc: "Swaps the case of one SKU.",
        incident: "One SKU in two cases (magento/inventory#335).",
        phases: super::PHASES,
        strikes: "replies and webhooks with a SKU",
        params: &[places::FIELD],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        reply.edit(|document| {
            let wanted = |key: &str, value: &Value| {
                places::is_sku(key) && value.as_str().is_some_and(places::has_letters)
            };
            places::change_one(document, self.field.as_deref(), draws, wanted, |value| {
                *value = value
                    .as_str()
                    .map(places::swapped_case)
                    .unwrap_or_default()
                    .into();
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
    fn a_sku_swaps_its_case() {
        let after = struck(&SkuCase::default(), &json!({"sku": "JRK-beef-1"}));
        assert_eq!(after, json!({"sku": "jrk-BEEF-1"}));
    }

    #[test]
    fn a_sku_without_letters_stays() {
        assert_eq!(strike(&SkuCase::default(), &json!({"sku": "4711"})), None);
    }
}
