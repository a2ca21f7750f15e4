//! The scenario file: a world, traffic or explicit steps, faults, and what is expected.
//!
//! Plain data, with its loader and its JSON Schema. How a scenario becomes explicit steps is in
//! [`crate::plan`], how it is played in [`crate::sim`].

mod blame;
mod check;
mod expect;
mod fault;
pub(crate) mod found;
mod hub;
mod load;
mod mistake;
mod process;
mod schema;
mod span;
mod step;
mod suite;
mod traffic;
mod world;

#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use check::Known;
pub use expect::Expect;
pub use fault::{Crash, Fault, Moment, fault_kinds};
pub use found::Found;
pub use hub::HubSettings;
pub use load::{LoadError, parse, read, write};
pub use mistake::Mistake;
pub(crate) use process::PROCESS_KINDS;
pub use process::{
    ClockJump, ClockOwner, CrashPhase, Outage, ProcessFault, VendorCrash, VendorName,
};
pub use schema::schema;
pub use span::Span;
pub use step::{
    CancelOrder, CountLot, CountProduct, DamageLot, OrderLine, PlaceOrder, RecallLot, ReceiveLot,
    ReturnGoods, ShipOrder, Step,
};
pub use suite::{Shipped, find, shipped};
pub use traffic::Traffic;
pub use world::{Conflict, Supply, World};

/// One scenario.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name on the command line: the file's name without `.toml`.
    pub name: String,
    /// What it is about, in a line.
    pub title: String,
    /// The incident or the rule behind it.
    pub why: String,
    /// The seed it was found with: explicit steps fit no other catalogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Where it comes from, if no person wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
    /// The world it plays in.
    #[serde(default)]
    pub world: World,
    /// Rates that the seed expands. Without rates and without steps, the usual ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<Traffic>,
    /// How the middleware is set up.
    #[serde(default)]
    pub hub: HubSettings,
    /// What must be seen.
    #[serde(default)]
    pub expect: Expect,
    /// What goes wrong.
    #[serde(default, rename = "fault", skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    /// What people do, step by step; added to the traffic if both are given.
    #[serde(default, rename = "step", skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

impl Scenario {
    /// Whether its file would be read again: no number outside what a world can be.
    pub(crate) fn is_sound(&self) -> bool {
        check::check(self, &Known::default()).is_ok()
    }

    /// The traffic to expand: what the file says, or the usual rates when it says nothing at all.
    pub fn rates(&self) -> Traffic {
        match &self.traffic {
            Some(traffic) => traffic.clone(),
            None if self.steps.is_empty() => Traffic::default(),
            None => Traffic::none(),
        }
    }

    /// Sell units that each listing is expected to sell: every order takes about four.
    pub fn demand(&self) -> f64 {
        let units = self.rates().orders * self.world.duration.as_hours() * 4.0;
        let each = (units / f64::from(self.world.listings.max(1))).max(8.0);
        self.world.demand.unwrap_or(each)
    }
}
