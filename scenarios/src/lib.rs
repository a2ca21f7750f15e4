//! The harness: scenario files, plans, the simulated world, the oracle, and reports.
//!
//! A [`scenario`] is expanded by a seed into a [`plan`]; [`sim`] plays the plan against both mocks
//! and the real middleware and records what happened; the [`oracle`] judges the record; [`report`]
//! tells, and [`replay`] shows it event by event. The `lockstep` command is [`command`].

pub mod command;
pub mod hunt;
pub mod live;
pub mod oracle;
pub mod plan;
pub mod power;
pub mod replay;
pub mod report;
pub mod scenario;
pub mod shrink;
pub mod sim;
