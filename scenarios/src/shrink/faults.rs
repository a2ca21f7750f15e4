//! Fewer faults, and fewer hits of each.

use super::search::Search;
use crate::scenario::{Fault, Scenario};

/// The scenario with none.
pub(super) fn without(scenario: &Scenario) -> Scenario {
    Scenario {
        faults: Vec::new(),
        ..scenario.clone()
    }
}

/// None, or else those without any one of which it would not break.
pub(super) fn fewer_rules(search: &mut Search) {
    let none = without(search.best());
    if search.first(vec![none]).is_none() {
        let faults = search.best().faults.clone();
        search.minimize(faults, |scenario, kept| scenario.faults = kept.to_vec());
    }
}

pub(super) fn fewer(search: &mut Search) {
    fewer_rules(search);
    for place in 0..search.best().faults.len() {
        fewer_hits(search, place);
    }
}

/// More numbers than this nobody reads: rather every request in the rule's window.
const READABLE: usize = 16;

/// More than this take too long to be left out one by one.
pub(super) const MANY: usize = 256;

fn fewer_hits(search: &mut Search, place: usize) {
    if hits(search, place) > MANY {
        search.change(|scenario| set_hits(scenario, place, &[]));
    }
    let Some(Fault::Vendor(rule)) = search.best().faults.get(place) else {
        return;
    };
    let numbers = rule.timing.at.clone();
    search.minimize(numbers, |scenario, kept| {
        // Without a number it would strike at all of them.
        if !kept.is_empty() {
            set_hits(scenario, place, kept);
        }
    });
    if hits(search, place) > READABLE {
        search.change(|scenario| set_hits(scenario, place, &[]));
    }
}

fn hits(search: &Search, place: usize) -> usize {
    match search.best().faults.get(place) {
        Some(Fault::Vendor(rule)) => rule.timing.at.len(),
        _ => 0,
    }
}

fn set_hits(scenario: &mut Scenario, place: usize, hits: &[u64]) {
    if let Some(Fault::Vendor(rule)) = scenario.faults.get_mut(place) {
        rule.timing.at = hits.to_vec();
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::*;
    use crate::{
        command::known,
        scenario::parse,
        shrink::{breaks, search::Limit},
    };

    /// A world that breaks by itself, since its seed is the canary's, with so many hits in it.
    fn hits_left_of(hits: usize) -> usize {
        let numbers: Vec<String> = (1..=hits).map(|hit| hit.to_string()).collect();
        let text = format!(
            "name = \"x\"\ntitle = \"t\"\nwhy = \"w\"\nseed = 3405691582\n[world]\nduration = \"20m\"\n\
             [[fault]]\nkind = \"latency\"\nat = [{}]\n",
            numbers.join(", ")
        );
        let scenario = parse("x.toml", &text, &known()).unwrap();
        let broken = breaks(&scenario, "S1 conservation").unwrap();
        let limit = Limit::after(Duration::from_secs(60), &Arc::default());
        let mut search = Search::from(scenario, broken, limit);
        fewer_hits(&mut search, 0);
        super::hits(&search, 0)
    }

    #[test]
    fn a_few_hits_are_left_out_one_by_one_and_hundreds_become_a_window() {
        assert_eq!(hits_left_of(8), 1);
        assert_eq!(hits_left_of(MANY + 1), 0, "none is named");
    }
}
