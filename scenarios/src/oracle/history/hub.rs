//! What the middleware says of itself: durable positions, unfinished work, what it set aside.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Level, Vendor};
use crate::oracle::names::JerkySku;

/// The middleware at the end of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubView {
    /// Commands not yet settled.
    pub outbox: Vec<OutboxRow>,
    /// What it could not use.
    pub quarantine: Vec<Quarantined>,
    /// Which webhook messages it remembers, by [`inbox_key`]; `None` when the middleware keeps no such
    /// record (then positions alone have to show that it took them in).
    pub inbox: Option<BTreeSet<String>>,
    /// What its own ledger says of each item; may be empty.
    pub levels: Vec<Level>,
    /// Why it has not finished, in its own words.
    pub pending: Vec<String>,
    /// Alerts it raised.
    pub alerts: Vec<String>,
}

/// A command not yet settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxRow {
    /// The order, listing or mirror it belongs to.
    pub aggregate: String,
    /// What it would do.
    pub command: String,
    /// Since when it has waited.
    pub created_at: Timestamp,
}

/// Something that could not be used and was set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// The webhook message, feed position or resource it came with, if known.
    pub message: Option<String>,
    /// What it was about, if that could be read.
    pub subject: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// Durable positions at one moment: read from the store at each crash and at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// When it was read.
    pub at: Timestamp,
    /// The last position of the jerky change feed that the cursor covers.
    pub feed: Option<u64>,
    /// The newest sequence applied for each jerky item.
    pub sequences: BTreeMap<JerkySku, u64>,
    /// The moment up to which each polish collection (`orders`, `products`, `counts`) is covered.
    pub covered: BTreeMap<String, Timestamp>,
    /// The newest version applied for each polish order.
    pub orders: BTreeMap<String, u64>,
}

/// The middleware died and came back on its durable store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crash {
    /// When it died.
    pub at: Timestamp,
    /// When it was up again.
    pub restarted_at: Timestamp,
    /// What it knew when it died, if taken: a digest, or the first thing that `after` says otherwise.
    pub before: Option<String>,
    /// What its store brought back before the restarted one did anything, if taken: the same.
    pub after: Option<String>,
}

impl Crash {
    /// Whether a process of the middleware lived through all of `from..=to`.
    pub fn spares(&self, from: Timestamp, to: Timestamp) -> bool {
        self.at < from || self.at > to
    }
}

impl Quarantined {
    /// Whether this entry is about `subject`.
    pub fn concerns(&self, subject: &str) -> bool {
        self.subject.as_deref() == Some(subject)
    }
}

/// The key of a message in [`HubView::inbox`]: ids are unique for each vendor only.
pub fn inbox_key(vendor: Vendor, message: &str) -> String {
    match vendor {
        Vendor::Jerky => format!("jerky:{message}"),
        Vendor::Polish => format!("polish:{message}"),
    }
}
