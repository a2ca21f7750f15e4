//! A SKU that does not exist.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A SKU that does not exist.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct UnknownSku {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for UnknownSku {
    const ABOUT: About = About {
        name: "unknown_sku",
        doc: "Replaces one SKU by one that exists nowhere.",
        incident: "A deleted variant keeps its stock (openlinker#1478); a recreated SKU hits a dead id (pinelab-vendure-plugins#409).",
        phases: super::PHASES,
        strikes: "replies and webhooks with a SKU",
        params: &[places::FIELD],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        reply.edit(|document| {
            let wanted = |key: &str, value: &Value| places::is_sku(key) && value.is_string();
            places::change_one(document, self.field.as_deref(), draws, wanted, |value| {
                *value = format!("NO-SUCH-{}", draws.draw("sku").hex()).into();
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
    fn a_sku_turns_into_one_that_nobody_has() {
        let after = struck(&UnknownSku::default(), &json!({"sku": "A", "name": "A"}));
        assert!(after["sku"].as_str().unwrap().starts_with("NO-SUCH-"));
        assert_eq!(after["name"], "A");
    }

    #[test]
    fn documents_without_a_sku_stay() {
        assert_eq!(strike(&UnknownSku::default(), &json!({"name": "A"})), None);
    }
}
