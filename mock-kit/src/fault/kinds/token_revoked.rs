//! A credential that is withdrawn while in use.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{
    about::{About, Phase},
    effect::{Draws, Effect, Fault},
};

/// A credential that is withdrawn while in use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TokenRevoked {}

impl Fault for TokenRevoked {
    const ABOUT: About = About {
        name: "token_revoked",
        doc: "Revokes the credential that the request presents, so this and later requests with it get 401.",
        incident: "A stampede of refreshes revokes the whole family of tokens (hqbase#41).",
        phases: &[Phase::BeforeApply],
        strikes: "requests with a credential",
        params: &[],
    };

    fn effect(&self, _: &Draws) -> Effect {
        Effect::Revoke
    }
}
