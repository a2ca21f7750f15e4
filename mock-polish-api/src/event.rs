//! What the shop tells the world: thin events, an id and a version, never the content.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{CountId, OrderId, Sku};

/// Something changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What kind of change.
    pub topic: Topic,
    /// What changed.
    pub resource: Resource,
    /// Its version after; 1 for a count.
    pub version: u64,
    /// When.
    pub at: Timestamp,
}

/// What a webhook can subscribe to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Topic {
    /// An order was placed.
    #[serde(rename = "order.created")]
    OrderCreated,
    /// An order changed.
    #[serde(rename = "order.updated")]
    OrderUpdated,
    /// A product's row changed.
    #[serde(rename = "product.updated")]
    ProductUpdated,
    /// A count was recorded.
    #[serde(rename = "count.recorded")]
    CountRecorded,
}

impl Topic {
    /// The names of all topics.
    pub(crate) const NAMES: [&'static str; 4] = [
        "order.created",
        "order.updated",
        "product.updated",
        "count.recorded",
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrderCreated => "order.created",
            Self::OrderUpdated => "order.updated",
            Self::ProductUpdated => "product.updated",
            Self::CountRecorded => "count.recorded",
        }
    }
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A product.
    Product(Sku),
    /// An order.
    Order(OrderId),
    /// A count.
    Count(CountId),
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Product(sku) => sku.fmt(f),
            Self::Order(id) => id.fmt(f),
            Self::Count(id) => id.fmt(f),
        }
    }
}
