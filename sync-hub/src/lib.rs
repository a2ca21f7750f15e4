//! The service around `sync-core`: webhook endpoint, pollers, dispatcher and reconciler as one
//! value, [`Hub`], that runs unchanged in simulation and on real sockets.
//!
//! Nothing is decided here. Every task reads from a vendor and tells the engine, or carries out
//! what the engine decided and tells it what came of that.

mod config;
mod core;
mod dispatch;
mod error;
mod hub;
mod intake;
mod registration;
mod schedule;
mod status;
mod sweep;

pub use config::{DispatchPolicy, HubConfig, Intervals};
pub use error::HubError;
pub use hub::{Hub, Wires};
pub use status::{HubStatus, Pending};
