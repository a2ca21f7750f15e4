//! What callers may ask of the shop: one command per operation, and the bodies they send.
//!
//! Bodies are checked for shape by serde and for sense by the shop.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    actor::Operation,
    id::{CountId, OrderId, Sku},
    model::{Customer, OrderStatus},
};

/// One request to the shop, whoever carried it here. `if_match` is the version the caller read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A page of products.
    ListProducts {
        /// Only rows that changed at this instant or later.
        updated_after: Option<Timestamp>,
        /// Which page.
        page: PageRequest,
    },
    /// One product.
    GetProduct(Sku),
    /// Publish a number for a resale product or a kit.
    PutAvailability {
        /// The product.
        sku: Sku,
        /// The number.
        available: i64,
        /// The version the caller read.
        if_match: Option<u64>,
    },
    /// Publish many numbers, each by itself.
    BulkAvailability(Vec<AvailabilityRow>),
    /// Place an order.
    CreateOrder(NewOrder),
    /// A page of orders.
    ListOrders {
        /// Only orders in this status.
        status: Option<OrderStatus>,
        /// Only orders that changed at this instant or later.
        updated_after: Option<Timestamp>,
        /// Which page.
        page: PageRequest,
    },
    /// One order.
    GetOrder(OrderId),
    /// Accept a pending order, or mark one that confirmed itself as ready.
    ConfirmOrder {
        /// The order.
        id: OrderId,
        /// The version the caller read.
        if_match: Option<u64>,
    },
    /// Refuse a pending order.
    RejectOrder {
        /// The order.
        id: OrderId,
        /// The version the caller read.
        if_match: Option<u64>,
        /// Why.
        body: Rejection,
    },
    /// Cancel the unfulfilled remainder, or part of it.
    CancelOrder {
        /// The order.
        id: OrderId,
        /// The version the caller read.
        if_match: Option<u64>,
        /// What and why.
        body: CancelRequest,
    },
    /// Ship the open lines, or part of them.
    ShipOrder {
        /// The order.
        id: OrderId,
        /// The version the caller read.
        if_match: Option<u64>,
        /// What.
        body: ShipRequest,
    },
    /// Take shipped goods back.
    ReturnOrder {
        /// The order.
        id: OrderId,
        /// The version the caller read.
        if_match: Option<u64>,
        /// What and why.
        body: ReturnRequest,
    },
    /// A page of holds.
    ListHolds {
        /// Only of this product.
        sku: Option<Sku>,
        /// Which page.
        page: PageRequest,
    },
    /// Record a physical count.
    CreateCount(NewCount),
    /// Counts after one.
    ListCounts {
        /// The last count the caller knows.
        after: Option<CountId>,
        /// At most so many.
        limit: usize,
    },
}

impl Command {
    /// The operation this is.
    pub fn operation(&self) -> Operation {
        match self {
            Self::ListProducts { .. } => Operation::ListProducts,
            Self::GetProduct(_) => Operation::GetProduct,
            Self::PutAvailability { .. } => Operation::PutAvailability,
            Self::BulkAvailability(_) => Operation::BulkAvailability,
            Self::CreateOrder(_) => Operation::CreateOrder,
            Self::ListOrders { .. } => Operation::ListOrders,
            Self::GetOrder(_) => Operation::GetOrder,
            Self::ConfirmOrder { .. } => Operation::ConfirmOrder,
            Self::RejectOrder { .. } => Operation::RejectOrder,
            Self::CancelOrder { .. } => Operation::CancelOrder,
            Self::ShipOrder { .. } => Operation::ShipOrder,
            Self::ReturnOrder { .. } => Operation::ReturnOrder,
            Self::ListHolds { .. } => Operation::ListHolds,
            Self::CreateCount(_) => Operation::CreateCount,
            Self::ListCounts { .. } => Operation::ListCounts,
        }
    }

    /// The caller's own name for the request, where the operation takes one.
    pub fn reference(&self) -> Option<&Arc<str>> {
        match self {
            Self::CreateOrder(order) => order.external_id.as_ref(),
            Self::ShipOrder { body, .. } => Some(&body.reference),
            Self::ReturnOrder { body, .. } => Some(&body.reference),
            Self::CreateCount(count) => Some(&count.reference),
            _ => None,
        }
    }
}

/// Which page of a listing, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// From 1.
    pub number: usize,
    /// Rows per page, 1 to 250.
    pub size: usize,
}

impl PageRequest {
    /// Rows per page when the caller does not say.
    pub const DEFAULT_SIZE: usize = 50;
    /// Most rows per page.
    pub const MAX_SIZE: usize = 250;

    /// How many rows stand before the page.
    pub fn offset(self) -> usize {
        self.number.saturating_sub(1).saturating_mul(self.size)
    }
}

/// One row of a bulk request. What is out of range is that row's refusal, not the request's.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AvailabilityRow {
    /// The product.
    #[schema(value_type = String, example = "RES-JRK-00001")]
    pub sku: Sku,
    /// The number to publish, from 0 to 1,000,000,000.
    #[schema(example = 12)]
    pub available: i64,
    /// The version the caller read; the row is refused with 412 at any other.
    pub version: Option<i64>,
}

/// An order to place.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// The caller's own name for it. Sending the same order under it again changes nothing.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    pub external_id: Option<Arc<str>>,
    /// For whom.
    pub customer: Customer,
    /// What.
    #[schema(min_items = 1, max_items = 100)]
    pub lines: Vec<NewLine>,
}

/// A line of an order to place.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    /// The product.
    #[schema(value_type = String, min_length = 1, max_length = 64, example = "OWN-POL-00001")]
    pub sku: Sku,
    /// How much, in sell units.
    #[schema(minimum = 1, maximum = 1_000_000, example = 60)]
    pub quantity: i64,
}

/// Why an order is refused.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rejection {
    /// Why, for the order as a whole.
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    pub reason: Arc<str>,
    /// Why, line by line.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub lines: Vec<LineReason>,
}

/// Why one line is refused.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineReason {
    /// The line.
    #[schema(min_length = 1, max_length = 10, example = "1")]
    pub line_id: String,
    /// Why.
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    pub reason: Arc<str>,
}

/// What to cancel.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelRequest {
    /// Why.
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    pub reason: Arc<str>,
    /// What; everything open when absent.
    #[schema(min_items = 1, max_items = 100)]
    pub lines: Option<Vec<LineQuantity>>,
}

/// What to ship.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipRequest {
    /// The staff's own name for the shipment. Sending the same under it again changes nothing.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    pub reference: Arc<str>,
    /// What; everything open when absent.
    #[schema(min_items = 1, max_items = 100)]
    pub lines: Option<Vec<LineQuantity>>,
}

/// A quantity of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineQuantity {
    /// The line.
    #[schema(min_length = 1, max_length = 10, example = "1")]
    pub line_id: String,
    /// How much.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub quantity: i64,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnRequest {
    /// The staff's own name for the return. Sending the same under it again changes nothing.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    pub reference: Arc<str>,
    /// What.
    #[schema(min_items = 1, max_items = 100)]
    pub lines: Vec<ReturnedQuantity>,
}

/// A quantity of a line that came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnedQuantity {
    /// The line.
    #[schema(min_length = 1, max_length = 10, example = "1")]
    pub line_id: String,
    /// How much.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub quantity: i64,
    /// Whether it may be sold again.
    pub restock: bool,
    /// Why it came back.
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    pub reason: Arc<str>,
}

/// A count to record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCount {
    /// The staff's own name for it. Sending the same under it again changes nothing.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    pub reference: Arc<str>,
    /// The product.
    #[schema(value_type = String, min_length = 1, max_length = 64, example = "OWN-POL-00002")]
    pub sku: Sku,
    /// What is on the shelf.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub counted: i64,
    /// Anything worth knowing.
    #[schema(value_type = Option<String>, max_length = 500)]
    pub note: Option<Arc<str>>,
}
