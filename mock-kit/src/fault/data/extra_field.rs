//! A field that nobody announced.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::json;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A field that nobody announced.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ExtraField {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for ExtraField {
    const ABOUT: About = About {
        name: "extra_field",
        doc: "Adds one field that the document does not know.",
        phases: super::PHASES,
        strikes: "replies and webhooks",
        params: &[places::FIELD],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        reply.edit(|document| {
            let wanted = |_: &str, _: &Value| true;
            let member = places::pick(document, self.field.as_deref(), draws, wanted);
            member.is_some_and(|(object, _)| {
                object.insert(
                    "x_unannounced".to_owned(),
                    json!({"since": "v1.1", "beta": true}),
                );
                true
            })
        })
    }
}
