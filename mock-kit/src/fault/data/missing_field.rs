//! A field that is not there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A field that is not there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct MissingField {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for MissingField {
    const ABOUT: About = About {
        name: "missing_field",
        doc: "Leaves out one vital field.",
        phases: super::PHASES,
        strikes: "replies and webhooks with a vital field",
        params: &[places::FIELD],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        reply.edit(|document| {
            let wanted = |key: &str, _: &Value| places::is_vital(key);
            let member = places::pick(document, self.field.as_deref(), draws, wanted);
            member.is_some_and(|(object, key)| object.remove(&key).is_some())
        })
    }
}
