//! Shrinking: the smallest case that still breaks the same invariant.
//!
//! A failing plan is made explicit (every step, every hit of every fault) and then reduced, one idea
//! to a file: fewer steps, fewer faults, a smaller world, less time, simpler values. A
//! candidate counts only if *the same* invariant breaks. Whether it does is found out by playing it,
//! and every decision in a world is keyed by its own name, so what is left behaves as before.

mod akin;
mod ddmin;
mod explicit;
mod faults;
mod file;
mod minimal;
mod search;
mod steps;
mod time;
mod values;
mod world;

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

pub use file::{again, keep, keep_as};
pub use minimal::superfluous;
use search::{Limit, Search};

use crate::{
    hunt::{Broken, Trial},
    plan::Plan,
    scenario::{Found, Scenario},
};

/// A case that was made small.
#[derive(Clone, Debug)]
pub struct Small {
    /// It, with its origin.
    pub scenario: Scenario,
    /// The invariant that it breaks, the same as before, with the evidence.
    pub broken: Broken,
    /// Worlds that were played to find it.
    pub tried: u64,
    /// Whether the time was up, or somebody stopped it, before nothing could be taken away any more.
    pub is_cut_short: bool,
}

/// A plan that was played, and the invariant it broke.
#[derive(Clone, Debug)]
pub struct Failing {
    /// Every step by itself; as it was given if only that breaks it.
    scenario: Scenario,
    /// The same with the faults as they struck. Nobody played that yet.
    pinned: Option<Scenario>,
    broken: Broken,
}

impl Failing {
    /// Plays the plan; `None` when it breaks no invariant of a `wanted` name. Of several it is the one
    /// that was broken first: that is nearest to the cause, and least came before it.
    pub fn of(plan: &Plan, wanted: impl Fn(&str) -> bool) -> Option<Self> {
        let first = |trial: Trial| first_broken(trial.broken, &wanted);
        let explicit = plan.to_scenario();
        let (trial, hits) = Trial::with_hits(&Plan::expand(&explicit, plan.seed));
        if let Some(broken) = first(trial) {
            return Some(Self {
                pinned: hits.map(|hits| explicit::pinned(&explicit, &hits)),
                scenario: explicit,
                broken,
            });
        }
        Some(Self {
            broken: first(Trial::of(plan, false))?,
            pinned: None,
            scenario: Scenario {
                seed: Some(plan.seed),
                ..plan.scenario.clone()
            },
        })
    }

    /// The invariant that it broke.
    pub fn invariant(&self) -> &str {
        &self.broken.invariant
    }

    /// Makes it small within `budget`; what was found so far when that is over, or `stop` is raised.
    pub fn shrink(self, budget: Duration, stop: &Arc<AtomicBool>) -> Small {
        let limit = Limit::after(budget, stop);
        let mut search = Search::from(self.scenario, self.broken, limit);
        let mut is_smaller = self.pinned.is_some_and(|pinned| pin(&mut search, pinned));
        // What a pass takes away may free what an earlier one had to leave.
        loop {
            let before = search.progress();
            is_smaller |= steps::guess(&mut search);
            if std::mem::take(&mut is_smaller) {
                // Every later case is played in the time that this one takes.
                time::shorter(&mut search);
            }
            // Each counts requests, of which every step that goes takes some along.
            faults::fewer_rules(&mut search);
            steps::fewer(&mut search);
            time::shorter(&mut search);
            faults::fewer(&mut search);
            world::smaller(&mut search);
            values::simpler(&mut search);
            if search.progress() == before || search.is_over() {
                return search.finish();
            }
        }
    }
}

fn first_broken(broken: Vec<Broken>, wanted: impl Fn(&str) -> bool) -> Option<Broken> {
    let wanted = broken.into_iter().filter(|b| wanted(&b.invariant));
    wanted.min_by_key(|broken| (broken.since().is_none(), broken.since()))
}

/// Takes the faults as they struck, at once with fewer steps if that is enough: the large case is played
/// only where it is not. Says whether steps went.
fn pin(search: &mut Search, pinned: Scenario) -> bool {
    let is_smaller = steps::guess_of(search, &pinned);
    if !is_smaller {
        search.first(vec![pinned]);
    }
    is_smaller
}

/// The seed's world as a case of its own, told where it comes from.
fn told(mut scenario: Scenario, broken: &Broken) -> Scenario {
    let code = broken.invariant.split(' ').next().unwrap_or_default();
    let seed = scenario.seed.unwrap_or_default();
    let first = broken.evidence.iter().flat_map(|text| text.lines()).next();
    scenario.name = format!("{}-seed-{seed}", code.to_lowercase());
    scenario.title = format!(
        "What broke {} in the world of seed {seed}",
        broken.invariant
    );
    scenario.why = format!(
        "Found by a hunt and made small: {}",
        first.unwrap_or("it said no more")
    );
    scenario.found = Some(Found::breaking(&broken.invariant));
    scenario
}

/// What breaks `invariant` in this scenario's world.
fn breaks(scenario: &Scenario, invariant: &str) -> Option<Broken> {
    let seed = scenario.seed.unwrap_or_default();
    let trial = Trial::of(&Plan::expand(scenario, seed), false);
    let mut broken = trial.broken.into_iter();
    broken.find(|broken| broken.invariant == invariant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        hunt::{self, Kinds},
        sim::CANARY,
    };

    #[test]
    fn of_several_broken_invariants_the_first_in_time_is_made_small() {
        let broken = |invariant: &str, evidence: &[&str]| Broken {
            invariant: invariant.to_owned(),
            evidence: evidence.iter().map(|&text| text.to_owned()).collect(),
        };
        let all = vec![
            broken("panic", &["index out of range"]),
            broken("S8 newer_wins", &["2026-11-02T14:26:13.103Z SKU: older"]),
            broken(
                "S12 justified",
                &[
                    "2026-11-02T14:27:00Z SKU: not true",
                    "2026-11-02T14:00:00.022Z SKU: not true\n      11-02T14:00:00.000 seed",
                ],
            ),
        ];
        let first = |wanted: &[&str]| {
            let first = first_broken(all.clone(), |name| {
                wanted.iter().any(|w| name.starts_with(w))
            });
            first.map(|broken| broken.invariant)
        };
        assert_eq!(first(&["S", "panic"]).as_deref(), Some("S12 justified"));
        assert_eq!(first(&["S8", "panic"]).as_deref(), Some("S8 newer_wins"));
        assert_eq!(first(&["panic"]).as_deref(), Some("panic"));
        assert_eq!(first(&["L1"]), None);
    }

    #[test]
    fn a_search_that_is_stopped_keeps_what_it_has() {
        let drawn = hunt::scenario(CANARY, &Kinds::all());
        let plan = Plan::expand(&drawn, CANARY);
        let failing = Failing::of(&plan, |name| name.starts_with("S1 ")).unwrap();
        let stopped = Arc::new(AtomicBool::new(true));
        let small = failing.shrink(Duration::from_secs(60), &stopped);
        assert_eq!((small.tried, small.is_cut_short), (1, true));
        assert_eq!(small.scenario.steps.len(), plan.steps.len());
        assert!(breaks(&small.scenario, "S1 conservation").is_some());
    }
}
