//! Decides: stock arithmetic, catalogue, engine, vendor clients and store. No sockets, no threads,
//! no clock of its own.
//!
//! The inner half is pure: quantities, units, names, lots, picking, the ledger, the catalogue and
//! the published number take values and return values. The outer half (`vendor`, `store`,
//! `engine`, `outbox`, `quarantine`) carries their decisions out through what it is handed.

pub mod catalogue;
pub mod decimal;
pub mod engine;
pub mod expiry;
pub mod factor;
pub mod fefo;
pub mod ledger;
pub mod lot;
pub mod outbox;
pub mod published;
pub mod quantity;
pub mod quarantine;
pub mod sku;
pub mod sometimes;
pub mod store;
pub mod unit;
pub mod vendor;
