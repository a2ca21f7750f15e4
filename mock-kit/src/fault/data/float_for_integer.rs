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
