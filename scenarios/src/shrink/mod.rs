//! Shrinking: the smallest case that still breaks the same invariant.
//!
//! A failing plan is made explicit first (every step, every hit of every fault) and then reduced,
//! one idea to a file: fewer steps, fewer faults, a smaller world, less time, simpler values. A
//! candidate counts only if *the same* invariant breaks. Whether it does is found out by playing it,
//! and every decision in a world is keyed by its own name, so what is left behaves as before.

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

use std::time::Duration;

pub use file::{again, keep, keep_as};
pub use minimal::superfluous;
use search::Search;
use tokio::time::Instant;

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
    /// Whether the time was up before nothing could be taken away any more.
    pub is_cut_short: bool,
}

/// Makes a failing plan small within `budget`; what was found so far when that is over. `None` when
/// the plan does not break `invariant`.
pub fn shrink(plan: &Plan, invariant: &str, budget: Duration) -> Option<Small> {
    let deadline = Instant::now() + budget;
    let (explicit, broken) = explicit::of(plan, invariant)?;
    let mut search = Search::from(explicit, broken, deadline);
    // What a pass takes away may free what an earlier one had to leave.
    loop {
        let before = search.progress();
        if steps::guess(&mut search) {
            // Every later case is played in the time that this one takes.
            time::shorter(&mut search);
        }
        steps::fewer(&mut search);
        time::shorter(&mut search);
        faults::fewer(&mut search);
        world::smaller(&mut search);
        values::simpler(&mut search);
        if search.progress() == before || search.is_over() {
            break;
        }
    }
    Some(search.finish())
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
