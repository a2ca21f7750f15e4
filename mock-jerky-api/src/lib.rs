//! The jerky vendor: perishable stock behind OAuth 2.0, lots, reservations and a change feed.
//!
//! [`Warehouse`] is the pure state machine; everything around it translates. Nothing here is
//! shared with the middleware under test but the OpenAPI document (`openapi.json`).

mod catalogue;
mod command;
mod config;
mod date;
mod http;
mod ids;
mod mock;
mod oauth;
mod problem;
mod quantity;
mod seed;
mod vendor;
mod warehouse;
mod webhook;

pub mod model;
pub mod truth;

pub use catalogue::{Catalogue, CatalogueItem, OpeningLot};
pub use command::{Caller, Command, Outcome, PAGE, Reply};
pub use config::{Config, Opening, Rate};
pub use date::{LotDate, NotADate, UnknownZone, Zone};
pub use ids::{Actor, ChangeId, LineId, Location, LotId, Reference, ReservationId, Sku};
pub use mock::JerkyMock;
pub use oauth::Credentials;
pub use problem::{Problem, ProblemKind, Shortfall};
pub use quantity::{Amount, Decimal, MOST, NotADecimal, Quantity, Unit};
pub use seed::{Seed, gtin, sku};
pub use vendor::Jerky;
pub use warehouse::{Warehouse, WarehousePolicy};
pub use webhook::StandardWebhooks;
