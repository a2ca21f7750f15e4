//! `[found]`: where a scenario comes from that no person wrote.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The format of plans: how a seed becomes a world. It has to be raised when the same file would come to
/// mean another world: a case found before fits no other, so files of another format are refused, and
/// those in `regressions/` have to be found anew. A test in `plan/` holds what some files expand to, and
/// fails when they come to mean something else.
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
    /// The version that wrote it, where that is another: the same plan, and perhaps another middleware.
    pub fn other_version(&self) -> Option<&str> {
        (self.version != env!("CARGO_PKG_VERSION")).then_some(self.version.as_str())
    }

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
