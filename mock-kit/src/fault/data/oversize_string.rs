//! A string without end.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataFault, places};
use crate::fault::{
    about::{About, Param},
    effect::Draws,
    range::within,
    reply::Reply,
};

/// A string without end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct OversizeString {
    /// Only fields of this name.
    pub field: Option<String>,
    /// Its length in characters.
    #[serde(deserialize_with = "within::<1, 10_000_000, _>")]
    pub length: u64,
}

impl Default for OversizeString {
    fn default() -> Self {
        Self {
            field: None,
            length: 100_000,
        }
    }
}

impl DataFault for OversizeString {
    const ABOUT: About = About {
        name: "oversize_string",
        doc: "Makes one string very long.",
        incident: "The rule that what a vendor sends is bounded before it is kept: a poison item delays no other.",
        phases: super::PHASES,
        strikes: "replies and webhooks with a string",
        params: &[
            places::FIELD,
            Param {
                name: "length",
                doc: "characters, 1 to 10000000 (default 100000)",
            },
        ],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        reply.edit(|document| {
            let wanted = |key: &str, value: &Value| !key.is_empty() && value.is_string();
            places::change_one(document, self.field.as_deref(), draws, wanted, |value| {
                let length = usize::try_from(self.length).unwrap_or(usize::MAX);
                *value = "x".repeat(length).into();
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
    fn a_string_grows_beyond_reason() {
        let after = struck(&OversizeString::default(), &json!({"name": "A"}));
        assert_eq!(after["name"].as_str().unwrap().len(), 100_000);
    }

    #[test]
    fn documents_without_a_string_stay() {
        assert_eq!(
            strike(&OversizeString::default(), &json!({"version": 1})),
            None
        );
    }
}
