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
            subject: subject_of(&unreadable.raw).unwrap_or_default(),
            reason: unreadable.reason,
            raw: unreadable.raw,
            at: unreadable.at,
        }
    }
}

/// What an object that cannot be used is about, as far as it still says so.
pub(crate) fn subject_of(raw: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        #[serde(alias = "resource_id")]
        sku: Option<String>,
        id: Option<String>,
    }
    let named: Named = serde_json::from_slice(raw).ok()?;
    named.sku.or(named.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(raw: &'static str) -> String {
        let unreadable = Unreadable {
            what: "stock level",
            reason: "on_hand: missing".to_owned(),
            raw: Bytes::from_static(raw.as_bytes()),
            at: Timestamp::UNIX_EPOCH,
        };
        Quarantined::from(unreadable).subject
    }

    #[test]
    fn what_cannot_be_used_is_filed_under_what_it_still_says_it_is_about() {
        assert_eq!(subject(r#"{"sku":"JRK-1","available":"x"}"#), "JRK-1");
        assert_eq!(subject(r#"{"id":"evt_1","sku":"JRK-1"}"#), "JRK-1");
        assert_eq!(subject(r#"{"id":"whk_1","resource_id":"ORD-1"}"#), "ORD-1");
        assert_eq!(subject(r#"{"id":"ORD-1","lines":null}"#), "ORD-1");
        assert_eq!(subject(r#"{"id":"evt_1","sku":7}"#), "");
        assert_eq!(subject(r#"{"sku":"JRK-1""#), "");
    }
}
