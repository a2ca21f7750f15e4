//! The jerky vendor: perishable stock behind OAuth 2.0, lots, reservations and a change feed.
//!
//! [`Warehouse`] is the pure state machine; everything around it translates. Nothing here is
//! shared with the middleware under test but the OpenAPI document.

mod catalogue;
mod command;
mod date;
mod ids;
mod problem;
mod quantity;
mod seed;
mod warehouse;

pub mod model;
pub mod truth;

pub use catalogue::{Catalogue, CatalogueItem, OpeningLot};
pub use command::{Caller, Command, Outcome, PAGE, Reply};
pub use date::{LotDate, NotADate, UnknownZone, Zone};
pub use ids::{Actor, ChangeId, LineId, Location, LotId, Reference, ReservationId, Sku};
pub use problem::{Problem, ProblemKind, Shortfall};
pub use quantity::{Amount, Decimal, MOST, NotADecimal, Quantity, Unit};
pub use seed::{Seed, gtin, sku};
pub use warehouse::{Warehouse, WarehousePolicy};
