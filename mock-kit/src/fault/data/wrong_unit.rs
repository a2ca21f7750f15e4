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
