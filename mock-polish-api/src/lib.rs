//! The polish vendor: a shop with minimum orders, holds, gift boxes and thin webhooks.
//!
//! One pure state machine, [`Shop`], knows every rule; time is passed in. Around it stands an axum
//! shell that only translates. Nothing here knows the middleware under test: the one contract is
//! the OpenAPI document in `openapi.json`.

mod actor;
mod api;
mod command;
mod config;
mod event;
mod id;
mod keys;
mod mock;
mod model;
mod refusal;
mod seed;
mod shop;
pub mod truth;
mod vendor;
mod webhook;

pub use actor::{Actor, Operation, Role};
pub use api::Failure;
pub use command::{
    AvailabilityRow, CancelRequest, Command, LineQuantity, LineReason, NewCount, NewLine, NewOrder,
    PageRequest, Rejection, ReturnRequest, ReturnedQuantity, ShipRequest,
};
pub use config::{Config, Leak, Limits, ShopConfig};
pub use event::{Event, Resource, Topic};
pub use id::{CancellationId, CountId, LineId, OrderId, ReturnId, ShipmentId, Sku, UnknownId};
pub use keys::Credentials;
pub use mock::PolishMock;
pub use model::{
    BulkOutcome, BulkResult, Cancellation, CancelledLine, Component, Confirmation, Count, Customer,
    Hold, Order, OrderLine, OrderStatus, Page, Product, ProductKind, Return, ReturnLine, Shipment,
    ShippedLine, ShopTime,
};
pub use refusal::{Complaint, ErrorCode, Errors, Refusal};
pub use seed::catalogue;
pub use shop::{OpeningProduct, Outcome, Reply, Shop};
pub use vendor::{Opening, PolishVendor};
pub use webhook::TimestampedHmac;
