//! Faults as plain data: what a rule matches, when it strikes, and what it then does. One fault,
//! one file, under `kinds` (the wire, HTTP, meaning, webhooks, the clock) and `data` (bad data).
//!
//! To add one: write its file with its doc, its `About` and its effect; name it in `registry.rs`;
//! show in a test that it strikes, and that it does not strike elsewhere. An effect that no other
//! kind has is a new variant of [`Effect`], carried out in the pipeline or the webhook queue.

mod about;
#[cfg(test)]
mod bench;
pub mod data;
mod effect;
mod faults;
pub mod kinds;
mod moment;
mod plan;
#[cfg(test)]
mod plan_tests;
mod range;
mod registry;
mod reply;
mod row;
mod rule;
mod rule_error;
#[cfg(test)]
mod rule_tests;
mod share;
mod stale;
mod struck;
mod tamper;

pub use about::{About, Param, Phase};
pub use effect::{
    Corruption, Denial, Direction, Draws, Effect, Excess, Farewell, Fate, Fault, RetryAfter,
};
pub use faults::{FaultCount, Faults, StruckFault};
pub use moment::Moment;
pub use plan::{Names, Target};
pub use registry::{FaultKind, OF_PROCESSES, about_all, find, nearest};
pub use reply::Reply;
pub use rule::{FaultRule, OneOrMany, PLACE, Place, TIMING, Timing, Who};
pub use rule_error::RuleError;
pub use struck::{BatchFailure, Gap, Semantic, Struck};
pub use tamper::Tamper;

pub(crate) use data::forge;
pub(crate) use plan::Strike;
pub(crate) use stale::EarlierReply;
