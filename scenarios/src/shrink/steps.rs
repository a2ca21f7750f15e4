//! Fewer steps. Those that the evidence names are tried first: of five hundred, three matter.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::search::Search;
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

/// Keeps what the evidence is about: steps by name, then those of the same goods as well, then all that
/// came before. Says whether one of these was enough.
pub(super) fn guess(search: &mut Search) -> bool {
    let evidence = search.evidence();
    let named = |step: &Step| {
        evidence.contains(step.name()) || step.order().is_some_and(|order| evidence.contains(order))
    };
    let related =
        |step: &Step| named(step) || goods(step).iter().any(|sku| evidence.contains(*sku));
    keep(search, named) || keep(search, related) || keep_what_came_before(search, &evidence)
}

/// Leaves out the steps after the moment that the evidence begins with. People begin some time after
/// the world does, so a few later ones stay.
fn keep_what_came_before(search: &mut Search, evidence: &str) -> bool {
    let moment = evidence
        .split(' ')
        .next()
        .and_then(|text| text.parse().ok());
    let Some(moment): Option<Timestamp> = moment else {
        return false;
    };
    let passed = moment.duration_since(search.best().world.start);
    let is_before = |step: &Step| step.at().to_signed() <= passed;
    keep(search, is_before)
}

fn keep(search: &mut Search, wanted: impl Fn(&Step) -> bool) -> bool {
    let steps = &search.best().steps;
    let kept: Vec<Step> = steps.iter().filter(|step| wanted(step)).cloned().collect();
    let kept = with_orders(&kept, search.best());
    search.change(|scenario| scenario.steps = kept)
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

fn goods(step: &Step) -> Vec<&str> {
    match step {
        Step::Order(order) => order.lines.iter().map(|line| line.sku.as_str()).collect(),
        Step::ShopCount(step) => vec![&step.sku],
        Step::Receipt(step) => vec![&step.sku],
        Step::Count(step) => vec![&step.sku],
        Step::Damage(step) => vec![&step.sku],
        Step::Recall(step) => vec![&step.sku],
        Step::Ship(_) | Step::Cancel(_) | Step::Return(_) => Vec::new(),
    }
}
