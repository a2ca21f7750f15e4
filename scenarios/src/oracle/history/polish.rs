//! The polish shop's ground truth, in sell units.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::oracle::names::{OrderId, PolishSku};

/// What happened in the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum PolishFact {
    /// A product came to be.
    Product {
        /// The product.
        sku: PolishSku,
        /// Who owns its stock.
        kind: ProductKind,
        /// Least quantity of an order line.
        moq: i64,
        /// Order lines are multiples of this.
        multiple: i64,
        /// The published number it starts with; 0 for an own product, whose stock moves in.
        available: i64,
        /// A kit's components by shop product.
        components: Vec<(PolishSku, i64)>,
    },
    /// A resale product's or kit's availability was set, or taken down by an automatic order.
    Available {
        /// The product.
        sku: PolishSku,
        /// The new number.
        available: i64,
        /// The product's version after it.
        version: u64,
    },
    /// Own stock went from one account to another.
    OwnMoved {
        /// The product.
        sku: PolishSku,
        /// Taken from here.
        from: ShopAccount,
        /// Given to there.
        to: ShopAccount,
        /// Sell units; never negative.
        quantity: i64,
    },
    /// A shopper placed an order.
    Placed {
        /// The order.
        order: OrderId,
        /// What was ordered.
        lines: Vec<ShopLine>,
        /// Confirmed at placement, without asking the middleware.
        automatic: bool,
        /// When a pending order's hold ends.
        hold_expires_at: Option<Timestamp>,
    },
    /// The order was confirmed, or an automatic one marked ready to ship.
    Confirmed {
        /// The order.
        order: OrderId,
    },
    /// The order was refused.
    Rejected {
        /// The order.
        order: OrderId,
    },
    /// Part of the order, or all that was left, was cancelled.
    Cancelled {
        /// The order.
        order: OrderId,
        /// What was cancelled.
        lines: Vec<ShopQuantity>,
    },
    /// The order's hold ended before it was confirmed.
    HoldExpired {
        /// The order.
        order: OrderId,
    },
    /// Goods left for the shopper.
    Shipped {
        /// The order.
        order: OrderId,
        /// The shipment's reference.
        reference: String,
        /// What left.
        lines: Vec<ShopQuantity>,
    },
    /// Goods came back.
    Returned {
        /// The order.
        order: OrderId,
        /// The return's reference.
        reference: String,
        /// What came back.
        lines: Vec<Returned>,
    },
    /// Shop staff counted a product.
    Counted {
        /// The count.
        id: String,
        /// The product.
        sku: PolishSku,
        /// Sell units found.
        counted: i64,
        /// What the shop showed before.
        previous: i64,
    },
}

impl PolishFact {
    /// The order this is about.
    pub fn order(&self) -> Option<&OrderId> {
        match self {
            Self::Placed { order, .. }
            | Self::Confirmed { order }
            | Self::Rejected { order }
            | Self::Cancelled { order, .. }
            | Self::HoldExpired { order }
            | Self::Shipped { order, .. }
            | Self::Returned { order, .. } => Some(order),
            Self::Product { .. }
            | Self::Available { .. }
            | Self::OwnMoved { .. }
            | Self::Counted { .. } => None,
        }
    }
}

/// Who owns a product's stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductKind {
    /// The shop.
    Own,
    /// Somebody else; the shop shows what it is told.
    Resale,
    /// Made of components.
    Kit,
}

/// Where an own product can be. On the shelf is `Free + Held + Allocated`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShopAccount {
    /// Outside, before it came in.
    Supplier,
    /// On the shelf and nobody's; below zero when a count found less than is promised.
    Free,
    /// On the shelf for pending orders.
    Held,
    /// On the shelf for confirmed, unshipped orders.
    Allocated,
    /// With customers.
    Sold,
    /// Found missing by counts, less what they found too much.
    CountedOff,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopLine {
    /// The line.
    pub line_id: String,
    /// The product.
    pub sku: PolishSku,
    /// Sell units.
    pub quantity: i64,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopQuantity {
    /// The line.
    pub line_id: String,
    /// Sell units.
    pub quantity: i64,
}

/// A returned part of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// The line.
    pub line_id: String,
    /// Sell units.
    pub quantity: i64,
    /// Whether it may be sold again.
    pub restock: bool,
}
