//! `[expect]`: what the run must show, besides every invariant.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Least counts, and faults that must have struck. A run that tests nothing must not pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// The invariants that are judged; all of them when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub invariants: Vec<String>,
    /// Kinds of fault that must have struck at least once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
    /// Orders the shop accepted, at least.
    pub orders: u64,
    /// Orders shipped whole, at least.
    pub fulfilled: u64,
    /// Orders refused or rejected, at least.
    pub refused: u64,
    /// Orders cancelled, at least.
    pub cancelled: u64,
    /// Returns, at least.
    pub returned: u64,
    /// Receipts, at least.
    pub receipts: u64,
    /// Counts on either side, at least.
    pub counts: u64,
    /// Recalls, at least.
    pub recalls: u64,
    /// Crashes of the hub, at least.
    pub crashes: u64,
    /// Inputs the hub put into quarantine, at least.
    pub quarantined: u64,
}
