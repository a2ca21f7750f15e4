//! Products and the results of publishing their availability.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ShopTime;
use crate::{id::Sku, refusal::Complaint};

/// A product of the shop. Quantities are in sell units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Product {
    /// Its key.
    pub sku: Sku,
    /// What shoppers read.
    #[schema(value_type = String)]
    pub name: Arc<str>,
    /// Own, resale or kit.
    pub kind: ProductKind,
    /// Price of one sell unit, in hundredths of the currency.
    pub price_cents: i64,
    /// ISO 4217 code.
    #[schema(value_type = String, example = "USD")]
    pub currency: Arc<str>,
    /// Smallest quantity of an order line.
    #[schema(minimum = 1)]
    pub moq: i64,
    /// Every order line is a multiple of this.
    #[schema(minimum = 1)]
    pub order_multiple: i64,
    /// Who confirms its orders.
    pub confirm: Confirmation,
    /// What one gift box holds; empty for the other kinds.
    #[schema(value_type = Vec<Component>)]
    pub components: Arc<[Component]>,
    /// On the shelf; null unless the shop owns the stock.
    #[schema(required)]
    pub on_hand: Option<i64>,
    /// Confirmed and unshipped; null unless the shop owns the stock.
    #[schema(required)]
    pub allocated: Option<i64>,
    /// `on_hand - allocated` of an own product; otherwise what was last published, less what orders
    /// that confirm themselves took since.
    pub available: i64,
    /// Promised to pending orders.
    pub held: i64,
    /// What a shopper can buy: `available - held`, for a kit no more than its own components give,
    /// never below 0.
    #[schema(minimum = 0)]
    pub sellable: i64,
    /// Whether shoppers see it.
    pub active: bool,
    /// Counts the changes of this row. A kit's `sellable` also follows its components, which have
    /// versions of their own.
    #[schema(minimum = 1)]
    pub version: u64,
    /// When the row last changed.
    pub updated_at: ShopTime,
}

/// Whose stock a product is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProductKind {
    /// Nail polish: the shop owns the stock.
    Own,
    /// Somebody else's goods: the shop mirrors a published number.
    Resale,
    /// A gift box of other products.
    Kit,
}

/// Who confirms the orders of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// The middleware, while a hold waits.
    Manual,
    /// The shop, at placement, by the published number.
    Auto,
}

/// A product and how much of it, as in one gift box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Component {
    /// The product.
    pub sku: Sku,
    /// How much of it.
    #[schema(minimum = 1)]
    pub quantity: i64,
}

/// The result of one bulk request, row by row, in the order of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BulkOutcome {
    /// One result per row.
    pub results: Vec<BulkResult>,
}

/// What became of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BulkResult {
    /// The row's product, as it was sent.
    pub sku: Sku,
    /// What the single request would have answered: 200, 404, 412, 422, or 5xx when the shop failed
    /// on this row alone.
    #[schema(minimum = 200, maximum = 599)]
    pub status: u16,
    /// The product's version after, when it was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub version: Option<u64>,
    /// Why it was not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error: Option<Complaint>,
}
