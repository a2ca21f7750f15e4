//! Holds of pending orders, and counts.

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::ShopTime;
use crate::id::{CountId, OrderId, Sku};

/// What a pending order keeps from other shoppers. A gift box also holds its own components, each
/// with a row of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Hold {
    /// The pending order.
    #[schema(value_type = String, pattern = "^ORD-[0-9]{6,}$", example = "ORD-000123")]
    pub order_id: OrderId,
    /// The product.
    pub sku: Sku,
    /// How much.
    #[schema(minimum = 1)]
    pub quantity: i64,
    /// When it ends by itself.
    pub expires_at: ShopTime,
}

/// A physical count on the shop's side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Count {
    /// Its id.
    #[schema(value_type = String, pattern = "^CNT-[0-9]{6,}$", example = "CNT-000123")]
    pub id: CountId,
    /// The staff's own name for it.
    #[schema(value_type = String)]
    pub reference: Arc<str>,
    /// The product.
    pub sku: Sku,
    /// What was on the shelf.
    #[schema(minimum = 0)]
    pub counted: i64,
    /// `available` before the count.
    pub previous_available: i64,
    /// How the count changed `available`.
    pub delta: i64,
    /// When.
    pub counted_at: ShopTime,
}
