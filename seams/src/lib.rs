//! What is handed in and never reached for: the clock, the wire, and keyed randomness.
//!
//! Simulation and the live world differ in these three things only. Everything else in the
//! workspace takes them as values, which is why one seed gives the same bytes in any process.
//! No domain type and no vendor's wire type lives here: both sides of every API depend on this
//! crate, and a shared type would hide the mismatches the harness exists to find.

mod clock;
mod keyed;
mod wire;

#[cfg(feature = "live")]
pub mod live;

pub use clock::Clock;
pub use keyed::{Draw, Keyed};
pub use wire::{Wire, WireError, WireFuture};
