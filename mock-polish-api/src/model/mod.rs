//! What the shop shows: the bodies of its replies, as they stand on the wire.
//!
//! The state behind them is in `shop`; what callers send is in `command`.

mod order;
mod product;
mod stock;
mod time;

pub use order::{
    Cancellation, CancelledLine, Customer, Order, OrderLine, OrderStatus, Return, ReturnLine,
    Shipment, ShippedLine,
};
pub use product::{BulkOutcome, BulkResult, Component, Confirmation, Product, ProductKind};
pub use stock::{Count, Hold};
pub use time::ShopTime;

/// One page of a listing whose rows are ordered by `(updated_at, id)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows of this page.
    pub rows: Vec<T>,
    /// How many rows the whole listing has now.
    pub total: usize,
}
