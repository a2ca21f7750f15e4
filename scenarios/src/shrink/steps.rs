//! Fewer steps. Those that the evidence names are tried first: of five hundred, three matter.

use std::collections::BTreeSet;

use super::{ddmin::minimize, search::Search};
use crate::scenario::{Scenario, Step};

pub(super) fn fewer(search: &mut Search) {
    guess(search);
    let steps = search.best().steps.clone();
    minimize(steps, |kept| search.change(|s| s.steps = complete(kept)));
}

/// Keeps what the evidence is about: steps by name, then those of the same goods as well.
fn guess(search: &mut Search) {
    let evidence = search.evidence();
    let named = |step: &Step| {
        evidence.contains(step.name()) || step.order().is_some_and(|order| evidence.contains(order))
    };
    let related =
        |step: &Step| named(step) || goods(step).iter().any(|sku| evidence.contains(*sku));
    let taken = keep(search, named);
    if !taken {
        keep(search, related);
    }
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
