//! JSON under a wrong label.

use http::HeaderValue;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fault},
};

/// JSON under a wrong label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WrongContentType {
    /// What the reply says it is.
    #[serde(deserialize_with = "label")]
    pub content_type: String,
}

impl Default for WrongContentType {
    fn default() -> Self {
        Self {
            content_type: "text/plain".to_owned(),
        }
    }
}

impl Fault for WrongContentType {
    const ABOUT: About = About {
        name: "wrong_content_type",
        doc: "Labels a JSON reply as something else.",
        incident: "The rule that a reply is read only as what it says it is: a page for people is no stock (woocommerce-square#529).",
        phases: &[Phase::Reply],
        strikes: "successful replies in JSON",
        params: &[Param {
            name: "content_type",
            doc: "what the reply says it is, such as text/html (default text/plain)",
        }],
    };

    fn effect(&self, _: &Draws) -> Effect {
        let label = HeaderValue::from_str(&self.content_type).ok();
        Effect::Corrupt(Box::new(move |reply, _| {
            reply.content_type.clone_from(&label);
            true
        }))
    }
}

fn label<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let label = String::deserialize(deserializer)?;
    match HeaderValue::from_str(&label) {
        Ok(_) if !label.trim().is_empty() => Ok(label),
        _ => Err(D::Error::custom(format!(
            "{label:?} cannot be a content type"
        ))),
    }
}
