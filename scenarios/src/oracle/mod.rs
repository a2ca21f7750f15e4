//! The oracle: judges a run after the fact by replaying what both vendors really did.
//!
//! `judge(&History)` gives one verdict for each invariant. Each invariant is one file: its meaning,
//! its formula, what it reads, and its tests. Here lives no harness and no middleware: the oracle
//! takes plain facts, and computes with its own few lines whatever it judges the middleware by.
//! "At every step" means at every fact, since between two facts nothing changes but the day.

pub mod history;
pub mod names;
pub mod scene;
mod verdict;

mod accepted_events;
mod backlog_shrinks;
mod backoff;
mod backorders;
mod calm;
mod case;
mod conservation;
mod converges;
mod counts;
mod crash_safe;
mod cursors;
mod debts;
mod exactly_once;
mod excess;
mod fefo;
mod findings;
mod formula;
mod justified;
mod kits_whole;
mod known_orders;
mod left_to_expire;
mod lost_webhook_repaired;
mod lots_sum_to_item;
mod lowered_first;
mod newer_wins;
mod no_oversell;
mod numbers;
mod one_resolution;
mod order;
mod order_conservation;
mod order_free;
mod poison;
mod poison_isolated;
mod polite;
mod quiescent;
mod replay;
mod reservations_end;
mod returns_booked;
mod shop_changes;
mod steps;
mod stock;
mod telling;
#[cfg(test)]
mod testing;
mod timeline;
mod trail;
mod units;
mod verified_webhooks;

use case::Case;
use findings::Findings;
pub use history::History;
pub(crate) use poison::stays_poisoned;
pub use verdict::{LINES, SHOWN, Status, Verdict, Violation};

/// A rule that every run has to keep.
#[derive(Debug)]
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

/// The invariant of this name, of this number, or of both as reports print them (`S3 no_oversell`);
/// whatever the case.
pub fn find(name: &str) -> Option<&'static Invariant> {
    let words: Vec<&str> = name.split_whitespace().collect();
    INVARIANTS.iter().find(|invariant| {
        let is_code = |word: &str| invariant.code.eq_ignore_ascii_case(word);
        let is_name = |word: &str| invariant.name.eq_ignore_ascii_case(word);
        match words[..] {
            [word] => is_code(word) || is_name(word),
            [code, name] => is_code(code) && is_name(name),
            _ => false,
        }
    })
}

impl Invariant {
    fn judge(&self, case: &Case<'_>) -> Verdict {
        let mut findings = Findings::default();
        (self.check)(case, &mut findings);
        findings.into_verdict(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        testing::{World, verdict},
        *,
    };

    #[test]
    fn a_day_on_which_all_went_well_breaks_nothing() {
        let mut world = World::quiet_day();
        world.state("J1", &[("A", 900), ("B", 1000)], 0);
        let history = world.end();
        for verdict in judge(&history) {
            assert_eq!(verdict.status, Status::Holds, "{verdict:#?}");
        }
    }

    #[test]
    fn an_empty_run_is_never_silently_passed() {
        let history = World::new().history;
        let verdict = verdict("no_oversell", &history);
        assert_eq!((verdict.judged, verdict.status), (0, Status::Holds));
        assert!(verdict.note.is_some());
    }

    #[test]
    fn invariants_are_found_by_name_by_number_and_as_reports_print_them() {
        for invariant in &INVARIANTS {
            let Invariant { code, name, .. } = invariant;
            let printed = format!("{code} {name}");
            for asked in [*code, *name, &printed, &printed.to_uppercase()] {
                assert_eq!(find(asked).map(|found| found.name), Some(*name), "{asked}");
            }
        }
        for asked in ["S99", "S1 fefo", "S9 fefo too", ""] {
            assert!(find(asked).is_none(), "{asked}");
        }
    }

    #[test]
    fn a_verdict_reads_as_one_object() {
        let history = World::quiet_day().end();
        let json = serde_json::to_value(verdict("fefo", &history)).unwrap();
        assert_eq!(json["name"], "fefo");
        assert_eq!(json["status"], "holds");
    }
}
