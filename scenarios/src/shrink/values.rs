//! Simpler values: single lines, small quantities, whole orders.

use super::search::Search;
use crate::scenario::{Scenario, Step};

pub(super) fn simpler(search: &mut Search) {
    let places = 0..search.best().steps.len();
    for place in places.clone() {
        fewer_lines(search, place);
    }
    let each = places.flat_map(|place| CHANGES.map(|change| (place, change)));
    let changes: Vec<_> = each
        .map(|(place, change)| {
            move |scenario: &mut Scenario| {
                if let Some(step) = scenario.steps.get_mut(place) {
                    change(step);
                }
            }
        })
        .collect();
    let changes: Vec<&dyn Fn(&mut Scenario)> = changes.iter().map(|change| change as _).collect();
    search.changes(&changes);
}

const CHANGES: [fn(&mut Step); 4] = [one_each, whole, by_one, plain_words];

fn fewer_lines(search: &mut Search, place: usize) {
    let Some(Step::Order(order)) = search.best().steps.get(place) else {
        return;
    };
    let set = |scenario: &mut Scenario, lines: &[_]| {
        if let Some(Step::Order(order)) = scenario.steps.get_mut(place) {
            order.lines = lines.to_vec();
        }
    };
    let lines = order.lines.clone();
    search.minimize(lines, |scenario, kept| {
        if !kept.is_empty() {
            set(scenario, kept);
        }
    });
}

fn one_each(step: &mut Step) {
    if let Step::Order(order) = step {
        for line in &mut order.lines {
            line.quantity = line.quantity.min(1);
        }
    }
}

fn whole(step: &mut Step) {
    match step {
        Step::Ship(step) => step.half = false,
        Step::Return(step) => step.one = false,
        _ => {}
    }
}

fn by_one(step: &mut Step) {
    match step {
        Step::ShopCount(step) => step.off_by = step.off_by.signum(),
        Step::Count(step) => step.off_by = step.off_by.signum(),
        Step::Damage(step) => step.quantity = step.quantity.min(1),
        _ => {}
    }
}

fn plain_words(step: &mut Step) {
    match step {
        Step::Order(step) => "A. Shopper".clone_into(&mut step.customer),
        Step::Cancel(step) => "changed my mind".clone_into(&mut step.reason),
        Step::Return(step) => "changed my mind".clone_into(&mut step.reason),
        Step::Recall(step) => "broken seal".clone_into(&mut step.reason),
        _ => {}
    }
}
