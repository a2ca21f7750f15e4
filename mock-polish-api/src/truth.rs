//! The ground truth: an append-only ledger of what really happened in the shop.
//!
//! Whoever replays the facts from the first one knows every stock number and the state of every
//! order, at any moment. The oracle judges by these facts and never by what a reply said. Nothing
//! here decides anything; the shop records a fact after it has acted.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    actor::Operation,
    id::{CancellationId, CountId, LineId, OrderId, ReturnId, ShipmentId, Sku},
    model::{Component, Confirmation, OrderStatus, ProductKind},
};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Its place in the ledger, from 1, without gaps.
    pub number: u64,
    /// When it happened, by the shop's clock. A hold ends at its own time, however late the shop
    /// noticed.
    pub at: Timestamp,
    /// The principal whose request caused it; `shop` for what the shop does by itself.
    pub actor: Arc<str>,
    /// The operation that caused it; none for seeding and expiry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// The caller's own name for the request (`external_id` or `reference`), if it gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Arc<str>>,
    /// What happened.
    pub fact: Happening,
}

/// What can happen to stock and orders. Quantities are in sell units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Happening {
    /// A product came into the shop. The first stock of an own product follows as its own
    /// [`Happening::OwnStockMoved`].
    ProductSeeded {
        /// The product.
        sku: Sku,
        /// Own, resale or kit.
        kind: ProductKind,
        /// Smallest quantity of an order line.
        moq: i64,
        /// Every order line is a multiple of this.
        order_multiple: i64,
        /// How its orders are confirmed.
        confirm: Confirmation,
        /// What one gift box holds; empty for the other kinds.
        components: Vec<Component>,
        /// The published number of a resale product or kit; none for own products.
        available: Option<i64>,
        /// The version it starts with.
        version: u64,
    },
    /// The middleware published a number for a resale product or a kit.
    AvailabilitySet {
        /// The product.
        sku: Sku,
        /// `available` before.
        previous: i64,
        /// `available` after.
        available: i64,
        /// What shoppers could buy after: less pending orders, within own components, from 0 up.
        sellable: i64,
        /// The product's version after.
        version: u64,
    },
    /// An order that confirmed itself took from the published number.
    AvailabilityTaken {
        /// The product.
        sku: Sku,
        /// The order.
        order: OrderId,
        /// How much it took.
        quantity: i64,
        /// `available` after.
        available: i64,
    },
    /// What [`Happening::AvailabilityTaken`] took came back, because the order was cancelled before
    /// anybody published a newer number.
    AvailabilityGivenBack {
        /// The product.
        sku: Sku,
        /// The order.
        order: OrderId,
        /// How much came back.
        quantity: i64,
        /// `available` after.
        available: i64,
    },
    /// Own stock went from one account to another. Per SKU the accounts sum to zero for ever.
    OwnStockMoved {
        /// The own product.
        sku: Sku,
        /// Where it came from.
        from: OwnAccount,
        /// Where it went.
        to: OwnAccount,
        /// How much; always above zero.
        quantity: i64,
        /// The order it happened for, if any.
        order: Option<OrderId>,
    },
    /// A shopper placed an order.
    OrderPlaced {
        /// The order.
        order: OrderId,
        /// The storefront's own name for it.
        external_id: Option<Arc<str>>,
        /// `pending`, or `confirmed` when every line confirms itself.
        status: OrderStatus,
        /// When its hold ends; none when it confirmed itself.
        hold_expires_at: Option<Timestamp>,
        /// What was ordered.
        lines: Vec<OrderedLine>,
        /// What it holds: its products, and the own components of its gift boxes.
        held: Vec<Component>,
    },
    /// The middleware confirmed an order, which ends its hold and lets it be shipped.
    OrderConfirmed {
        /// The order.
        order: OrderId,
        /// Whether it was pending until now; false when it had confirmed itself and only became
        /// ready to ship.
        was_pending: bool,
    },
    /// The middleware or the staff refused a pending order.
    OrderRejected {
        /// The order.
        order: OrderId,
        /// Why.
        reason: Arc<str>,
        /// What was still open.
        lines: Vec<FactLine>,
    },
    /// The unfulfilled remainder of an order, or part of it, was cancelled.
    OrderCancelled {
        /// The order.
        order: OrderId,
        /// The cancellation.
        cancellation: CancellationId,
        /// Why.
        reason: Arc<str>,
        /// What was cancelled.
        lines: Vec<FactLine>,
        /// The order's status after.
        status: OrderStatus,
    },
    /// Nobody confirmed a pending order in time.
    HoldExpired {
        /// The order.
        order: OrderId,
        /// The cancellation that records it.
        cancellation: CancellationId,
        /// What was still open.
        lines: Vec<FactLine>,
    },
    /// Goods left the shop for a customer.
    Shipped {
        /// The order.
        order: OrderId,
        /// The shipment.
        shipment: ShipmentId,
        /// The staff's own name for it.
        reference: Arc<str>,
        /// What left.
        lines: Vec<FactLine>,
        /// The order's status after.
        status: OrderStatus,
    },
    /// Shipped goods came back.
    Returned {
        /// The order.
        order: OrderId,
        /// The return.
        return_id: ReturnId,
        /// The staff's own name for it.
        reference: Arc<str>,
        /// What came back.
        lines: Vec<ReturnedLine>,
        /// The order's status after.
        status: OrderStatus,
    },
    /// Somebody counted a shelf.
    Counted {
        /// The count.
        count: CountId,
        /// The product.
        sku: Sku,
        /// What was on the shelf.
        counted: i64,
        /// `available` before.
        previous_available: i64,
        /// The change of `available`.
        delta: i64,
    },
}

/// Where an own product can be. `on_hand` is `free + held + allocated`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnAccount {
    /// Outside, before it came into the shop.
    Supplier,
    /// On the shelf and nobody's yet. Below zero when a count found less than is promised.
    Free,
    /// On the shelf for pending orders.
    Held,
    /// On the shelf for confirmed, unshipped orders.
    Allocated,
    /// With customers.
    Sold,
    /// Found missing by counts, less what counts found too much.
    CountedOff,
}

/// A line of a placed order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderedLine {
    /// The line.
    pub line_id: LineId,
    /// The product.
    pub sku: Sku,
    /// How much.
    pub quantity: i64,
}

/// How much of a line something concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactLine {
    /// The line.
    pub line_id: LineId,
    /// How much.
    pub quantity: i64,
}

/// A line of a return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnedLine {
    /// The line.
    pub line_id: LineId,
    /// How much came back.
    pub quantity: i64,
    /// Whether it may be sold again.
    pub restock: bool,
    /// Why it came back.
    pub reason: Arc<str>,
}

/// The facts in the order in which they happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ledger(Vec<Fact>);

impl Ledger {
    /// All facts, oldest first.
    pub fn facts(&self) -> &[Fact] {
        &self.0
    }

    /// The facts after number `after`, oldest first; all of them for 0.
    pub fn since(&self, after: u64) -> &[Fact] {
        let from = usize::try_from(after).unwrap_or(usize::MAX);
        self.0.get(from..).unwrap_or_default()
    }

    /// Appends what happened under `cause`.
    pub(crate) fn record(&mut self, at: Timestamp, cause: &Cause, fact: Happening) {
        self.0.push(Fact {
            number: self.0.len() as u64 + 1,
            at,
            actor: cause.actor.clone(),
            operation: cause.operation,
            key: cause.key.clone(),
            fact,
        });
    }
}

/// On whose account facts are recorded.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    pub(crate) actor: Arc<str>,
    pub(crate) operation: Option<Operation>,
    pub(crate) key: Option<Arc<str>>,
}

impl Cause {
    /// What the shop does by itself.
    pub(crate) fn shop() -> Self {
        Self {
            actor: "shop".into(),
            operation: None,
            key: None,
        }
    }
}
