//! Fewer steps. Those that the evidence names are tried first: of five hundred, three matter.

use std::collections::BTreeSet;

use super::{akin, faults, search::Search};
use crate::scenario::{Scenario, Step};

/// From so many steps on, what is left of the first large chunks is guessed at again: the evidence is
/// mostly about something else by then.
const MANY: usize = 32;

pub(super) fn fewer(search: &mut Search) {
    let set = |scenario: &mut Scenario, kept: &[Step]| scenario.steps = complete(kept);
    loop {
        let steps = search.best().steps.clone();
        if steps.len() < MANY {
            return search.minimize(steps, set);
        }
        let least = steps.len() / 16;
        search.thin(steps, least, set);
        if !guess(search) {
            let steps = search.best().steps.clone();
            return search.minimize(steps, set);
        }
    }
}

/// Keeps what the evidence is about: steps by name, then those of the same goods, then all that came
/// before. Says whether one of these was enough.
pub(super) fn guess(search: &mut Search) -> bool {
    let best = search.best().clone();
    guess_of(search, &best)
}

/// The same of the steps of another scenario, which becomes the smallest case with those that it keeps.
pub(super) fn guess_of(search: &mut Search, scenario: &Scenario) -> bool {
    let evidence = search.evidence();
    let named = |step: &Step| {
        evidence.contains(step.name()) || step.order().is_some_and(|order| evidence.contains(order))
    };
    let akin = akin::to(&evidence, scenario);
    let is_akin = |step: &Step| named(step) || akin.concerns(step);
    // People begin some time after the world does, so steps that come a little later are before it as well.
    let since = search.since();
    let passed = since.map(|since| since.duration_since(scenario.world.start));
    let came_before = |step: &Step| passed.is_none_or(|passed| step.at().to_signed() <= passed);
    let guesses = [
        keep(scenario, named),
        keep(scenario, |step| is_akin(step) && came_before(step)),
        keep(scenario, is_akin),
        keep(scenario, came_before),
    ];
    // Most cases need no fault, and each counts requests that go with the steps.
    let mut guesses = guesses.into_iter();
    guesses.any(|guess| search.first(vec![faults::without(&guess), guess]).is_some())
}

fn keep(scenario: &Scenario, wanted: impl Fn(&Step) -> bool) -> Scenario {
    let kept: Vec<Step> = scenario
        .steps
        .iter()
        .filter(|step| wanted(step))
        .cloned()
        .collect();
    Scenario {
        steps: with_orders(&kept, scenario),
        ..scenario.clone()
    }
}

/// Adds the orders that the steps need.
fn with_orders(steps: &[Step], scenario: &Scenario) -> Vec<Step> {
    let wanted: BTreeSet<&str> = steps
        .iter()
        .flat_map(|s| [Some(s.name()), s.order()])
        .flatten()
        .collect();
    let all = scenario.steps.iter();
    all.filter(|step| wanted.contains(step.name()))
        .cloned()
        .collect()
}

/// Leaves out steps whose order is not there.
pub(super) fn complete(steps: &[Step]) -> Vec<Step> {
    let there: BTreeSet<&str> = steps.iter().map(Step::name).collect();
    let has_order = |step: &&Step| step.order().is_none_or(|order| there.contains(order));
    steps.iter().filter(has_order).cloned().collect()
}
