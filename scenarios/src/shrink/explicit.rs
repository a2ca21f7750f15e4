//! Chance taken out: every step by itself, every rule with the numbers of the requests it struck.

use super::breaks;
use crate::{
    hunt::Broken,
    plan::Plan,
    scenario::{Fault, Scenario},
    sim,
};

/// The plan with nothing left to chance, if it still breaks the invariant; otherwise as it is, if
/// that does. With what it says when it breaks.
pub(super) fn of(plan: &Plan, invariant: &str) -> Option<(Scenario, Broken)> {
    let stepwise = plan.to_scenario();
    let pinned = sim::play(&Plan::expand(&stepwise, plan.seed))
        .ok()
        .map(|played| {
            let mut pinned = stepwise.clone();
            pinned.faults = pinned
                .faults
                .iter()
                .filter_map(|fault| pin(fault, &played.hits))
                .collect();
            pinned
        });
    let candidates = pinned.into_iter().chain([stepwise, plan.scenario.clone()]);
    candidates.into_iter().find_map(|scenario| {
        let broken = breaks(&scenario, invariant)?;
        Some((scenario, broken))
    })
}

/// The fault as it struck; nothing if it never did.
fn pin(fault: &Fault, hits: &std::collections::BTreeMap<String, Vec<u64>>) -> Option<Fault> {
    let Fault::Vendor(rule) = fault else {
        return Some(fault.clone());
    };
    let mut rule = rule.clone();
    let id = rule.effective_id();
    let struck = hits.get(&id)?;
    rule.id = Some(id);
    // A clock is set for the whole window, however many requests are served in it.
    if !rule.fault.is_of_window() {
        rule.timing.at.clone_from(struck);
        rule.timing.nth = None;
        rule.timing.every = None;
        rule.timing.chance = None;
        rule.timing.limit = None;
    }
    Some(Fault::Vendor(rule))
}
