//! Which fault struck which exchange: the vendors' journals laid beside the tape after a run, so
//! that recording costs nothing while it goes on.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use mock_kit::{Mock, Phase, Role, Vendor, journal::Exchange};

use super::{
    parties::Vendors,
    tape::{Entry, Outcome, Party},
    world::{JERKY, POLISH},
};

/// A request that faults struck, as its vendor's journal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Struck {
    /// The vendor's host.
    pub host: &'static str,
    /// When it arrived, in the world's time.
    pub at: Timestamp,
    /// Who sent it; `None` for somebody the vendor does not know (yet).
    pub from: Option<Party>,
    /// Method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Whether the vendor did what was asked, whatever the client then saw.
    pub applied: bool,
    /// What struck it.
    pub faults: Vec<Strike>,
}

/// Kinds after which a page holds what it would have held: later, or with rows that anybody can see
/// are unreadable, and none left out.
const VISIBLE: [&str; 8] = [
    "connection_limit",
    "float_for_integer",
    "impossible_date",
    "latency",
    "missing_field",
    "null_field",
    "overflowing_quantity",
    "trickle",
];

impl Struck {
    /// Whether what it was told may be wrong or lack something that nobody can see.
    pub fn misleads(&self) -> bool {
        let mut kinds = self.faults.iter();
        kinds.any(|fault| !VISIBLE.contains(&fault.kind.as_str()))
    }
}

/// One fault that struck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strike {
    /// The kind.
    pub kind: String,
    /// The rule's id.
    pub rule: String,
    /// The phase of the request.
    pub phase: Phase,
}

/// How long after its sender has given up a request may still arrive.
const LATE: SignedDuration = SignedDuration::from_millis(10);

/// All that was struck at either vendor, by when it arrived.
pub(super) fn collect(vendors: &Vendors) -> Vec<Struck> {
    let mut struck = of(JERKY, Party::Warehouse, &vendors.jerky);
    struck.extend(of(POLISH, Party::ShopStaff, vendors.polish.mock()));
    struck.sort_by_key(|struck| struck.at);
    struck
}

fn of<V: Vendor>(host: &'static str, staff: Party, mock: &Mock<V>) -> Vec<Struck> {
    let told = |exchange: &Exchange| Struck {
        host,
        at: exchange.world_at,
        from: match exchange.principal.role {
            Role::Middleware => Some(Party::Hub),
            Role::Staff => Some(staff),
            Role::Storefront => Some(Party::Shopper),
            Role::Anonymous => None,
        },
        method: exchange.method.to_string(),
        path: exchange.path.to_string(),
        applied: exchange.applied,
        faults: exchange
            .faults
            .iter()
            .map(|fault| Strike {
                kind: fault.kind.to_owned(),
                rule: fault.rule.to_string(),
                phase: fault.phase,
            })
            .collect(),
    };
    mock.with(|state, _| state.journal.struck().map(told).collect())
}

/// The struck requests by their place among the tape's entries.
pub fn matched<'s>(struck: &'s [Struck], tape: &[Entry]) -> BTreeMap<usize, &'s Struck> {
    let mut by_path: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, entry) in tape.iter().enumerate() {
        by_path.entry(entry.path.as_str()).or_default().push(place);
    }
    let mut taken = BTreeSet::new();
    let mut matched = BTreeMap::new();
    for one in struck {
        let places = by_path
            .get(one.path.as_str())
            .map_or(&[][..], Vec::as_slice);
        let mut fitting = places.iter().copied().filter(|place| {
            !taken.contains(place) && tape.get(*place).is_some_and(|entry| one.fits(entry))
        });
        if let Some(place) = fitting.next() {
            taken.insert(place);
            matched.insert(place, one);
        }
    }
    matched
}

impl Struck {
    fn fits(&self, entry: &Entry) -> bool {
        let last = match entry.outcome {
            Outcome::Replied(_) => entry.ended_at,
            Outcome::Failed(_) | Outcome::GaveUp => entry
                .ended_at
                .saturating_add(LATE)
                .unwrap_or(Timestamp::MAX),
        };
        *entry.to == *self.host
            && entry.method == self.method.as_str()
            && self.from.is_none_or(|from| from == entry.from)
            && (entry.sent_at..=last).contains(&self.at)
    }
}
