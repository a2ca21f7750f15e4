//! Fewer faults, and fewer hits of each.

use super::{ddmin::minimize, search::Search};
use crate::scenario::{Fault, Scenario};

pub(super) fn fewer(search: &mut Search) {
    let faults = search.best().faults.clone();
    minimize(faults, |kept| search.change(|s| s.faults = kept.to_vec()));
    for place in 0..search.best().faults.len() {
        fewer_hits(search, place);
    }
}

fn fewer_hits(search: &mut Search, place: usize) {
    let hits = match search.best().faults.get(place) {
        Some(Fault::Vendor(rule)) => rule.timing.at.clone(),
        _ => return,
    };
    minimize(hits, |kept| {
        // Without a number it would strike at all of them.
        !kept.is_empty() && search.change(|scenario| set_hits(scenario, place, kept))
    });
}

fn set_hits(scenario: &mut Scenario, place: usize, hits: &[u64]) {
    if let Some(Fault::Vendor(rule)) = scenario.faults.get_mut(place) {
        rule.timing.at = hits.to_vec();
    }
}
