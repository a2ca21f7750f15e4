//! Everything that either vendor recorded about one order, in order.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    history::{Fact, JerkyFact, PolishFact},
    names::{OrderId, ReservationId},
    order::OrderState,
    telling,
    timeline::Step,
};

/// The facts about one order: its life in the shop and the reservations that name it.
pub(super) struct Trail<'h> {
    /// The order, or a reference in the warehouse that no order bears.
    pub(super) id: &'h str,
    /// Oldest first.
    pub(super) steps: Vec<Step<'h>>,
}

/// Which order each reservation names.
pub(super) type References<'h> = BTreeMap<&'h ReservationId, &'h str>;

/// One trail for each order.
pub(super) fn trails<'h>(timeline: &[Step<'h>]) -> (BTreeMap<&'h str, Trail<'h>>, References<'h>) {
    let mut trails: BTreeMap<&str, Trail<'_>> = BTreeMap::new();
    let mut references = References::new();
    for step in timeline {
        if let Step::Jerky(fact) = step
            && let JerkyFact::Opened { id, reference, .. } = &fact.what
        {
            references.insert(id, reference);
        }
        let order = order_of(*step, &references);
        if let Some(id) = order {
            let trail = trails.entry(id).or_insert_with(|| Trail {
                id,
                steps: Vec::new(),
            });
            trail.steps.push(*step);
        }
    }
    (trails, references)
}

/// The order that a fact is about.
pub(super) fn order_of<'h>(step: Step<'h>, references: &References<'h>) -> Option<&'h str> {
    match step {
        Step::Polish(fact) => fact.what.order().map(OrderId::as_str),
        Step::Jerky(fact) => references.get(fact.what.reservation()?).copied(),
    }
}

impl<'h> Trail<'h> {
    /// What the shop recorded: each change gives the order its next version, the first one 1.
    pub(super) fn changes(&self) -> impl Iterator<Item = &'h Fact<PolishFact>> {
        self.steps.iter().filter_map(|step| match step {
            Step::Polish(fact) => Some(*fact),
            Step::Jerky(_) => None,
        })
    }

    /// The state after its last fact.
    pub(super) fn end(&self) -> OrderState<'h> {
        let mut order = OrderState::default();
        self.steps.iter().for_each(|step| order.apply(*step));
        order
    }

    /// The state after all facts up to a moment.
    pub(super) fn until(&self, at: Timestamp) -> OrderState<'h> {
        let mut order = OrderState::default();
        let steps = self.steps.iter().filter(|step| step.at() <= at);
        steps.for_each(|step| order.apply(*step));
        order
    }

    /// The facts up to and including number `last`, for evidence.
    pub(super) fn told(&self, last: usize) -> Vec<String> {
        let shown = last.saturating_add(1).min(self.steps.len());
        let steps = self.steps.get(..shown).unwrap_or(&self.steps);
        telling::steps(steps.iter().copied())
    }
}
