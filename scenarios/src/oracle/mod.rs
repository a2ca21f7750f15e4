//! The oracle: judges a run after the fact by replaying what both vendors really did.
//!
//! `judge(&History)` gives one verdict for each invariant. Each invariant is one file: its meaning,
//! its formula, what it reads, and its tests. Here lives no harness and no middleware: the oracle
//! takes plain facts, and computes with its own few lines whatever it judges the middleware by.
//! "At every step" means at every fact, since between two facts nothing changes but the day.

pub mod history;
pub mod names;
mod verdict;

mod accepted_events;
mod backlog_shrinks;
mod case;
mod conservation;
mod converges;
mod crash_safe;
mod cursors;
mod exactly_once;
mod fefo;
mod findings;
mod formula;
mod justified;
mod kits_whole;
mod lost_webhook_repaired;
mod lots_sum_to_item;
mod newer_wins;
mod no_oversell;
mod numbers;
mod one_resolution;
mod order;
mod order_conservation;
mod order_free;
mod poison_isolated;
mod polite;
mod quiescent;
mod reservations_end;
mod steps;
mod stock;
mod telling;
mod timeline;
mod trail;
mod units;
mod verified_webhooks;

use case::Case;
use findings::Findings;
pub use history::History;
pub use verdict::{LINES, SHOWN, Status, Verdict, Violation};

/// A rule that every run has to keep.
pub struct Invariant {
    /// DESIGN's number, such as `S3`.
    pub code: &'static str,
    /// Its name, such as `no_oversell`.
    pub name: &'static str,
    /// What it means, in one sentence.
    pub meaning: &'static str,
    /// What is computed.
    pub formula: &'static str,
    /// Which parts of the history it reads.
    pub reads: &'static str,
    check: fn(&Case<'_>, &mut Findings),
}

/// Every invariant, safety first.
pub static INVARIANTS: [Invariant; 23] = [
    conservation::INVARIANT,
    lots_sum_to_item::INVARIANT,
    no_oversell::INVARIANT,
    one_resolution::INVARIANT,
    order_conservation::INVARIANT,
    exactly_once::INVARIANT,
    order_free::INVARIANT,
    newer_wins::INVARIANT,
    fefo::INVARIANT,
    units::INVARIANT,
    kits_whole::INVARIANT,
    justified::INVARIANT,
    cursors::INVARIANT,
    crash_safe::INVARIANT,
    verified_webhooks::INVARIANT,
    polite::INVARIANT,
    converges::INVARIANT,
    reservations_end::INVARIANT,
    accepted_events::INVARIANT,
    lost_webhook_repaired::INVARIANT,
    poison_isolated::INVARIANT,
    backlog_shrinks::INVARIANT,
    quiescent::INVARIANT,
];

/// One verdict for each invariant, in the order of [`INVARIANTS`].
pub fn judge(history: &History) -> Vec<Verdict> {
    let case = Case::open(history);
    INVARIANTS
        .iter()
        .map(|invariant| invariant.judge(&case))
        .collect()
}

/// The invariant of this name or number, whatever its case.
pub fn find(name: &str) -> Option<&'static Invariant> {
    INVARIANTS.iter().find(|invariant| {
        invariant.name.eq_ignore_ascii_case(name) || invariant.code.eq_ignore_ascii_case(name)
    })
}

impl Invariant {
    fn judge(&self, case: &Case<'_>) -> Verdict {
        let mut findings = Findings::default();
        (self.check)(case, &mut findings);
        findings.into_verdict(self)
    }
}
