//! Chance taken out: every rule with the numbers of the requests it struck.

use crate::{
    hunt::Hits,
    scenario::{Fault, Scenario},
};

/// The scenario with its faults as they struck.
pub(super) fn pinned(scenario: &Scenario, hits: &Hits) -> Scenario {
    let faults = scenario.faults.iter();
    Scenario {
        faults: faults.filter_map(|fault| pin(fault, hits)).collect(),
        ..scenario.clone()
    }
}

/// The fault as it struck; nothing if it never did.
fn pin(fault: &Fault, hits: &Hits) -> Option<Fault> {
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
