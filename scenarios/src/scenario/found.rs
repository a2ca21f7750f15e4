//! `[found]`: where a scenario comes from that no person wrote.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The format of plans: how a seed becomes a world. It changes when the same file would come to
/// mean another world.
pub(crate) const FORMAT: u32 = 1;

/// Written into a failing plan that was made small.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// The version of the command that wrote it.
    pub version: String,
    /// The format of plans of that version.
    pub format: u32,
    /// What it broke, such as `S6 exactly_once`.
    pub invariant: String,
    /// Kinds of fault that strike no longer since it was mended, each with the reason: only what the
    /// middleware did wrong brought it there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub idle: BTreeMap<String, String>,
}

impl Found {
    /// By this version.
    pub fn breaking(invariant: &str) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            format: FORMAT,
            invariant: invariant.to_owned(),
            idle: BTreeMap::new(),
        }
    }
}
