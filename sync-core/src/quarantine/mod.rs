//! What a vendor sent and the engine would not use, kept with its reason and its bytes.
//!
//! Nothing here decides what is bad: parsing does (`vendor::reading`), and the sanity rules of the
//! engine do.

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::vendor::reading::Unreadable;

/// The number of an entry in the quarantine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct QuarantineId(pub i64);

/// Something that was not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// What it should have been: `stock level`, `order`…
    pub what: String,
    /// Which one, where that could be told: a SKU, an order id, a count id.
    pub subject: String,
    /// What was wrong with it, and which known name was probably meant.
    pub reason: String,
    /// Exactly what arrived.
    pub raw: Bytes,
    /// When it arrived, by the hub's clock.
    pub at: Timestamp,
}

/// An entry of the quarantine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: QuarantineId,
    /// What was not used.
    pub quarantined: Quarantined,
    /// When a later reading of the same subject was applied, or a person dealt with it.
    pub resolved_at: Option<Timestamp>,
}

impl From<Unreadable> for Quarantined {
    fn from(unreadable: Unreadable) -> Self {
        Self {
            what: unreadable.what.to_owned(),
            subject: String::new(),
            reason: unreadable.reason,
            raw: unreadable.raw,
            at: unreadable.at,
        }
    }
}
