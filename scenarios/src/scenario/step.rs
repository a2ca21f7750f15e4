//! `[[step]]`: one thing that one person does at one time.
//!
//! Quantities of jerky are integers in base units (GRM, MLT, H87); quantities of products are
//! sell units. A step's `name` is what it is keyed by everywhere: its randomness, the shop's
//! `external_id` of an order, the `change_id` or `reference` of a change.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Span;

/// One thing that somebody does.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Step {
    /// A shopper places an order.
    Order(PlaceOrder),
    /// Shop staff ship an order, or the first part of it.
    Ship(ShipOrder),
    /// A shopper or the staff cancel what has not been shipped.
    Cancel(CancelOrder),
    /// Goods of a shipped order come back.
    Return(ReturnGoods),
    /// Shop staff count a product.
    ShopCount(CountProduct),
    /// A new lot arrives at the warehouse.
    Receipt(ReceiveLot),
    /// Warehouse staff count a lot.
    Count(CountLot),
    /// Part of a lot turns out damaged.
    Damage(DamageLot),
    /// A lot is recalled.
    Recall(RecallLot),
}

impl Step {
    /// When it happens, from the start of the traffic.
    pub fn at(&self) -> Span {
        match self {
            Self::Order(step) => step.at,
            Self::Ship(step) => step.at,
            Self::Cancel(step) => step.at,
            Self::Return(step) => step.at,
            Self::ShopCount(step) => step.at,
            Self::Receipt(step) => step.at,
            Self::Count(step) => step.at,
            Self::Damage(step) => step.at,
            Self::Recall(step) => step.at,
        }
    }

    /// When it happens, to be changed.
    pub(crate) fn at_mut(&mut self) -> &mut Span {
        match self {
            Self::Order(step) => &mut step.at,
            Self::Ship(step) => &mut step.at,
            Self::Cancel(step) => &mut step.at,
            Self::Return(step) => &mut step.at,
            Self::ShopCount(step) => &mut step.at,
            Self::Receipt(step) => &mut step.at,
            Self::Count(step) => &mut step.at,
            Self::Damage(step) => &mut step.at,
            Self::Recall(step) => &mut step.at,
        }
    }

    /// What it is keyed by.
    pub fn name(&self) -> &str {
        match self {
            Self::Order(step) => &step.name,
            Self::Ship(step) => &step.name,
            Self::Cancel(step) => &step.name,
            Self::Return(step) => &step.name,
            Self::ShopCount(step) => &step.name,
            Self::Receipt(step) => &step.name,
            Self::Count(step) => &step.name,
            Self::Damage(step) => &step.name,
            Self::Recall(step) => &step.name,
        }
    }

    /// The order step that this one needs, by name.
    pub fn order(&self) -> Option<&str> {
        match self {
            Self::Ship(step) => Some(&step.order),
            Self::Cancel(step) => Some(&step.order),
            Self::Return(step) => Some(&step.order),
            Self::Order(_)
            | Self::ShopCount(_)
            | Self::Receipt(_)
            | Self::Count(_)
            | Self::Damage(_)
            | Self::Recall(_) => None,
        }
    }
}

/// A shopper places an order.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceOrder {
    /// The order's `external_id`.
    pub name: String,
    /// When, from the start of the traffic.
    pub at: Span,
    /// Who orders.
    pub customer: String,
    /// What is ordered.
    pub lines: Vec<OrderLine>,
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderLine {
    /// A product of the shop.
    pub sku: String,
    /// Sell units.
    pub quantity: i64,
}

/// Shop staff ship an order, or the first part of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipOrder {
    /// The shipment's reference.
    pub name: String,
    /// When, from the start of the traffic.
    pub at: Span,
    /// The order, by the name of its step.
    pub order: String,
    /// Ship half of each line only; another step ships the rest.
    #[serde(default, skip_serializing_if = "is_false")]
    pub half: bool,
}

/// A shopper or the staff cancel what has not been shipped.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelOrder {
    /// What the step is keyed by.
    pub name: String,
    /// When, from the start of the traffic.
    pub at: Span,
    /// The order, by the name of its step.
    pub order: String,
    /// Leave half of each line standing.
    #[serde(default, skip_serializing_if = "is_false")]
    pub half: bool,
    /// Why, in the caller's words.
    pub reason: String,
}

/// Goods of a shipped order come back.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnGoods {
    /// The return's reference.
    pub name: String,
    /// When, from the start of the traffic.
    pub at: Span,
    /// The order, by the name of its step.
    pub order: String,
    /// One unit of the first shipped line only, instead of everything that was shipped.
    #[serde(default, skip_serializing_if = "is_false")]
    pub one: bool,
    /// Whether the goods may be sold again.
    pub restock: bool,
    /// Why, in the customer's words.
    pub reason: String,
}

/// Shop staff count a product.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CountProduct {
    /// The count's reference.
    pub name: String,
    /// When, from the start of the traffic.
    pub at: Span,
    /// A product of the shop.
    pub sku: String,
    /// How many sell units more (or fewer) are there than the shop's books say.
    pub off_by: i64,
}

/// A new lot arrives at the warehouse.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveLot {
    /// The receipt's `change_id`.
    pub name: String,
    /// When, from the start of the traffic.
    pub at: Span,
    /// A jerky item.
    pub sku: String,
    /// The new lot.
    pub lot: String,
    /// Base units.
    pub quantity: i64,
    /// When it was made.
    #[schemars(with = "String")]
    pub produced_on: Date,
    /// The last day it can be sold; absent when it never expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub expires_on: Option<Date>,
}

/// Warehouse staff count a lot.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CountLot {
    /// The count's `change_id`.
    pub name: String,
    /// When, from the start of the traffic.
    pub at: Span,
    /// A jerky item.
    pub sku: String,
    /// One of its lots.
    pub lot: String,
    /// How many base units more (or fewer) are there than the books say.
    pub off_by: i64,
}

/// Part of a lot turns out damaged.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DamageLot {
    /// The change's `change_id`.
    pub name: String,
    /// When, from the start of the traffic.
    pub at: Span,
    /// A jerky item.
    pub sku: String,
    /// One of its lots.
    pub lot: String,
    /// Base units.
    pub quantity: i64,
}

/// A lot is recalled.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecallLot {
    /// The change's `change_id`.
    pub name: String,
    /// When, from the start of the traffic.
    pub at: Span,
    /// A jerky item.
    pub sku: String,
    /// One of its lots.
    pub lot: String,
    /// What was found.
    pub reason: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_false(value: &bool) -> bool {
    !value
}
