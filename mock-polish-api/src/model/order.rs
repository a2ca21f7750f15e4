//! Orders with their shipments, returns and cancellations.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ShopTime;
use crate::id::{CancellationId, LineId, OrderId, ReturnId, ShipmentId, Sku};

/// An order. Quantities are in sell units; of every line,
/// `quantity = open + fulfilled + cancelled` and `restocked <= returned <= fulfilled`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Order {
    /// Its id.
    #[schema(value_type = String, pattern = "^ORD-[0-9]{6,}$", example = "ORD-000123")]
    pub id: OrderId,
    /// The storefront's own name for it.
    #[schema(value_type = Option<String>, required)]
    pub external_id: Option<Arc<str>>,
    /// Where it stands.
    pub status: OrderStatus,
    /// Why it was rejected or cancelled as a whole.
    #[schema(value_type = Option<String>, required)]
    pub reason: Option<Arc<str>>,
    /// When the hold of a pending order ends.
    #[schema(required)]
    pub hold_expires_at: Option<ShopTime>,
    /// Whether the staff may ship it.
    pub ready_to_ship: bool,
    /// For whom.
    pub customer: Customer,
    /// What was ordered.
    pub lines: Vec<OrderLine>,
    /// What left the shop, oldest first.
    pub shipments: Vec<Shipment>,
    /// What came back, oldest first.
    pub returns: Vec<Return>,
    /// What will not be shipped, oldest first.
    pub cancellations: Vec<Cancellation>,
    /// Counts the changes of this order.
    #[schema(minimum = 1)]
    pub version: u64,
    /// When it was placed.
    pub created_at: ShopTime,
    /// When it last changed.
    pub updated_at: ShopTime,
}

/// `pending → confirmed → partially_fulfilled → fulfilled → returned`, or `rejected`, `cancelled`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Waits for confirmation while a hold keeps its goods.
    Pending,
    /// Accepted; nothing has been shipped.
    Confirmed,
    /// Some of it has been shipped, and some is still to come.
    PartiallyFulfilled,
    /// Everything that will be shipped has been.
    Fulfilled,
    /// Everything that was shipped has come back.
    Returned,
    /// Refused while it was pending.
    Rejected,
    /// Cancelled before anything was shipped.
    Cancelled,
}

/// For whom an order is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// The name on the parcel.
    #[schema(value_type = String, min_length = 1, max_length = 200, example = "Ada Fuller")]
    pub name: Arc<str>,
    /// Where the receipt goes.
    #[schema(
        value_type = String,
        min_length = 3,
        max_length = 254,
        pattern = "^[^@\\s]+@[^@\\s]+$",
        example = "ada@example.com"
    )]
    pub email: Arc<str>,
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderLine {
    /// Its place in the order, from 1.
    #[schema(value_type = String, pattern = "^[1-9][0-9]*$", example = "1")]
    pub line_id: LineId,
    /// The product.
    pub sku: Sku,
    /// How much was ordered.
    #[schema(minimum = 1)]
    pub quantity: i64,
    /// How much was shipped.
    #[schema(minimum = 0)]
    pub fulfilled: i64,
    /// How much will not be shipped.
    #[schema(minimum = 0)]
    pub cancelled: i64,
    /// How much came back.
    #[schema(minimum = 0)]
    pub returned: i64,
    /// How much of that may be sold again.
    #[schema(minimum = 0)]
    pub restocked: i64,
    /// Why the line was refused.
    #[schema(value_type = Option<String>, required)]
    pub reason: Option<Arc<str>>,
}

/// Goods that left the shop together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Shipment {
    /// Its id.
    #[schema(value_type = String, pattern = "^SHP-[0-9]{6,}$", example = "SHP-000123")]
    pub id: ShipmentId,
    /// The staff's own name for it.
    #[schema(value_type = String)]
    pub reference: Arc<str>,
    /// When they left.
    pub shipped_at: ShopTime,
    /// What left.
    pub lines: Vec<ShippedLine>,
}

/// How much of a line was shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShippedLine {
    /// The line.
    #[schema(value_type = String, example = "1")]
    pub line_id: LineId,
    /// How much.
    #[schema(minimum = 1)]
    pub quantity: i64,
}

/// Goods that came back together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Return {
    /// Its id.
    #[schema(value_type = String, pattern = "^RET-[0-9]{6,}$", example = "RET-000123")]
    pub id: ReturnId,
    /// The staff's own name for it.
    #[schema(value_type = String)]
    pub reference: Arc<str>,
    /// When they came back.
    pub returned_at: ShopTime,
    /// What came back.
    pub lines: Vec<ReturnLine>,
}

/// How much of a line came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReturnLine {
    /// The line.
    #[schema(value_type = String, example = "1")]
    pub line_id: LineId,
    /// How much.
    #[schema(minimum = 1)]
    pub quantity: i64,
    /// Whether it may be sold again.
    pub restock: bool,
    /// Why it came back.
    #[schema(value_type = String)]
    pub reason: Arc<str>,
}

/// What will not be shipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Cancellation {
    /// Its id.
    #[schema(value_type = String, pattern = "^CXL-[0-9]{6,}$", example = "CXL-000123")]
    pub id: CancellationId,
    /// When it was decided.
    pub at: ShopTime,
    /// What is affected.
    pub lines: Vec<CancelledLine>,
}

/// How much of a line was cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CancelledLine {
    /// The line.
    #[schema(value_type = String, example = "1")]
    pub line_id: LineId,
    /// How much.
    #[schema(minimum = 1)]
    pub quantity: i64,
    /// Why.
    #[schema(value_type = String)]
    pub reason: Arc<str>,
}
