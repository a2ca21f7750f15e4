//! A scenario expanded by a seed into an explicit plan: a catalogue, and steps with their times.
//!
//! Every decision is keyed by the name of what it concerns, so taking one step, item or listing
//! out leaves all others as they were. Nothing here runs anything.

mod catalogue;
mod goods;
mod shelf;
mod traffic;

#[cfg(test)]
mod tests;

use seams::Keyed;

use crate::scenario::{Scenario, Step, Traffic, World};

pub use catalogue::{
    Catalogue, Confirm, Direction, Item, Listing, Lot, Mirror, Need, Pack, Policy, Product,
    ProductKind,
};
pub use goods::Unit;

/// What will happen: one scenario for one seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The scenario with all that is not expanded: faults, hub settings, expectations.
    pub scenario: Scenario,
    /// The seed.
    pub seed: u64,
    /// What both vendors hold at the start, and how their goods map.
    pub catalogue: Catalogue,
    /// What people do, by time and then by name.
    pub steps: Vec<Step>,
}

impl Plan {
    /// Expands `scenario` by `seed`, or by the seed that the scenario pins.
    pub fn expand(scenario: &Scenario, seed: u64) -> Self {
        let seed = scenario.seed.unwrap_or(seed);
        let keyed = Keyed::new(seed);
        let catalogue = Catalogue::expand(scenario, &keyed);
        let mut steps = scenario.steps.clone();
        steps.extend(traffic::expand(scenario, &catalogue, &keyed));
        steps.sort_by(|a, b| (a.at(), a.name()).cmp(&(b.at(), b.name())));
        Self {
            scenario: scenario.clone(),
            seed,
            catalogue,
            steps,
        }
    }

    /// The plan as a scenario of its own: same seed, same catalogue, every step explicit.
    pub fn to_scenario(&self) -> Scenario {
        Scenario {
            seed: Some(self.seed),
            traffic: Some(Traffic::none()),
            world: World {
                demand: Some(self.scenario.demand()),
                ..self.scenario.world.clone()
            },
            steps: self.steps.clone(),
            ..self.scenario.clone()
        }
    }

    /// The world it plays in.
    pub fn world(&self) -> &World {
        &self.scenario.world
    }

    /// The keyed randomness of this plan.
    pub fn keyed(&self) -> Keyed {
        Keyed::new(self.seed)
    }
}
