//! A thing that is said to be elsewhere.

use http::{HeaderValue, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fault},
};

/// A thing that is said to be elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Redirect {
    /// The status: 301, 302, 307 or 308.
    #[serde(deserialize_with = "moved")]
    pub status: u64,
    /// The Location; `{path}` stands for the path and query of the request.
    #[serde(deserialize_with = "place")]
    pub location: String,
}

impl Default for Redirect {
    fn default() -> Self {
        Self {
            status: 307,
            location: "http://elsewhere.test{path}".to_owned(),
        }
    }
}

impl Fault for Redirect {
    const ABOUT: About = About {
        name: "redirect",
        doc: "Answers 301, 302, 307 or 308 with a Location; nothing is applied.",
        incident: "The rule that credentials go to the vendor's own host and nowhere else.",
        phases: &[Phase::BeforeApply],
        strikes: "any request",
        params: &[
            Param {
                name: "status",
                doc: "301, 302, 307 or 308 (default 307)",
            },
            Param {
                name: "location",
                doc: "the Location, {path} in it for the path and query of the request (default http://elsewhere.test{path})",
            },
        ],
    };

    fn effect(&self, _: &Draws) -> Effect {
        let status = u16::try_from(self.status).ok();
        let status = status.and_then(|status| StatusCode::from_u16(status).ok());
        Effect::Redirect {
            status: status.unwrap_or(StatusCode::TEMPORARY_REDIRECT),
            location: self.location.as_str().into(),
        }
    }
}

fn moved<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let status = u64::deserialize(deserializer)?;
    if [301, 302, 307, 308].contains(&status) {
        return Ok(status);
    }
    let said = format!("{status} is not one of 301, 302, 307, 308");
    Err(D::Error::custom(said))
}

fn place<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let location = String::deserialize(deserializer)?;
    match HeaderValue::from_str(&location) {
        Ok(_) => Ok(location),
        Err(_) => Err(D::Error::custom(format!("{location:?} cannot be a header"))),
    }
}
