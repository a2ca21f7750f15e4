//! Chance taken out: every rule with the numbers of the requests it struck.

use super::faults::MANY;
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
    // A clock is set for the whole window, however many requests are served in it. Of many requests
    // that were struck because all are, the window says more than their numbers.
    let is_all = struck.len() > MANY && rule.timing.picks_a_request().is_none();
    if !rule.fault.is_of_window() && !is_all {
        rule.timing.at.clone_from(struck);
        rule.timing.nth = None;
        rule.timing.every = None;
        rule.timing.chance = None;
        rule.timing.limit = None;
    }
    Some(Fault::Vendor(rule))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{command::known, scenario::parse};

    /// The numbers that a rule keeps which struck as many requests.
    fn numbers_of(timing: &str, struck: usize) -> usize {
        let text = format!(
            "name = \"x\"\ntitle = \"t\"\nwhy = \"w\"\n\
             [[fault]]\nid = \"late\"\nkind = \"latency\"\n{timing}\n"
        );
        let scenario = parse("x.toml", &text, &known()).unwrap();
        let hits = Hits::from([("late".to_owned(), (1..).take(struck).collect())]);
        match pinned(&scenario, &hits).faults.as_slice() {
            [Fault::Vendor(rule)] => rule.timing.at.len(),
            other => panic!("one rule of a vendor, not {other:?}"),
        }
    }

    #[test]
    fn what_strikes_all_of_many_requests_keeps_its_window() {
        assert_eq!(numbers_of("lasting = true", MANY), MANY);
        assert_eq!(
            numbers_of("lasting = true", MANY + 1),
            0,
            "all, by no number"
        );
        assert_eq!(
            numbers_of("chance = 0.5", MANY + 1),
            MANY + 1,
            "not all of them"
        );
    }
}
