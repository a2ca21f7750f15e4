//! Hunting: random worlds under random faults, as many as the budget allows, until one breaks.
//!
//! A seed is a world ([`draw`]), its faults a random subset of all kinds ([`swarm`]). A campaign
//! plays seeds on all cores and adds up what was covered. What breaks is made small elsewhere, in
//! [`crate::shrink`].

mod campaign;
mod coverage;
mod draw;
mod file;
mod found;
mod kinds;
mod progress;
mod results;
mod shard;
mod sites;
mod survivable;
mod swarm;
mod trial;

pub use campaign::{Budget, Campaign, Settings, hunt};
pub use coverage::{Coverage, Holes};
pub use draw::scenario;
pub use file::Document;
pub use found::{Found, made_small};
pub use kinds::Kinds;
pub use progress::Progress;
pub use results::Results;
pub use shard::Shard;
pub use trial::{Broken, Hits, Trial};
