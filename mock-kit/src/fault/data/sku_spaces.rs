//! A SKU with spaces around it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A SKU with spaces around it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SkuSpaces {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for SkuSpaces {
    const ABOUT: About = About {
        name: "sku_spaces",
        doc: "Puts spaces around one SKU.",
        incident: "White space in SKUs makes duplicates (magento2#10080).",
        phases: super::PHASES,
        strikes: "replies and webhooks with a SKU",
        params: &[places::FIELD],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        reply.edit(|document| {
            let wanted = |key: &str, value: &Value| places::is_sku(key) && value.is_string();
            places::change_one(document, self.field.as_deref(), draws, wanted, |value| {
                *value = format!(" {} ", value.as_str().unwrap_or_default()).into();
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
    fn a_sku_gets_spaces() {
        assert_eq!(
            struck(&SkuSpaces::default(), &json!({"sku": "A"})),
            json!({"sku": " A "})
        );
    }

    #[test]
    fn documents_without_a_sku_stay() {
        assert_eq!(strike(&SkuSpaces::default(), &json!({"name": "A"})), None);
    }
}
