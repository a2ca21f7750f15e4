//! Whether nothing can be taken away: what was made small, held against its own promise.

use super::{breaks, steps};
use crate::scenario::{Fault, Scenario, Step};

/// The steps and faults without any one of which the scenario still breaks the invariant, by name.
/// With a step go those that need its order.
pub fn superfluous(scenario: &Scenario, invariant: &str) -> Vec<String> {
    let steps = scenario
        .steps
        .iter()
        .map(|step| without_step(scenario, step));
    let faults = (0..scenario.faults.len()).map(|place| without_fault(scenario, place));
    let each = steps.chain(faults);
    each.filter(|(_, rest)| breaks(rest, invariant).is_some())
        .map(|(name, _)| name)
        .collect()
}

fn without_step(scenario: &Scenario, step: &Step) -> (String, Scenario) {
    let mut rest = scenario.clone();
    rest.steps.retain(|other| other.name() != step.name());
    rest.steps = steps::complete(&rest.steps);
    (format!("step {}", step.name()), rest)
}

fn without_fault(scenario: &Scenario, place: usize) -> (String, Scenario) {
    let mut rest = scenario.clone();
    let fault: Fault = rest.faults.remove(place);
    (format!("fault {} ({})", place + 1, fault.kind()), rest)
}
