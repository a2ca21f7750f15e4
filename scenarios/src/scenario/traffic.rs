//! `[traffic]`: what people do, as rates. The seed expands them into explicit steps.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Rates per hour, and what becomes of orders as shares of them.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Traffic {
    /// Orders per hour.
    pub orders: f64,
    /// Share of orders for the few most wanted listings.
    pub hot: f64,
    /// Share of orders that hold a gift box.
    pub kits: f64,
    /// Share of orders that ask for quantities the shop has to refuse.
    pub wrong_quantity: f64,
    /// Share of orders that are shipped some time after they were placed.
    pub shipped: f64,
    /// Share of shipped orders that leave in two parcels.
    pub split: f64,
    /// Share of orders that somebody cancels.
    pub cancelled: f64,
    /// Share of cancellations that leave half of each line standing.
    pub cancelled_in_part: f64,
    /// Share of cancellations at the very moment of the shipment.
    pub racing: f64,
    /// Share of shipped orders that come back, in part or whole.
    pub returned: f64,
    /// Receipts of new lots per hour.
    pub receipts: f64,
    /// Physical counts in the warehouse per hour.
    pub counts: f64,
    /// Lots found damaged in part, per hour.
    pub damages: f64,
    /// Lots recalled per hour.
    pub recalls: f64,
    /// Recounts on the shop's side per hour, of its own and of both-direction products.
    pub shop_counts: f64,
    /// How many times faster than usual people get from one step of an order to the next.
    pub tempo: f64,
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            orders: 100.0,
            hot: 0.2,
            kits: 0.15,
            wrong_quantity: 0.03,
            shipped: 0.75,
            split: 0.2,
            cancelled: 0.1,
            cancelled_in_part: 0.0,
            racing: 0.1,
            returned: 0.1,
            receipts: 40.0,
            counts: 40.0,
            damages: 4.0,
            recalls: 6.0,
            shop_counts: 12.0,
            tempo: 1.0,
        }
    }
}

impl Traffic {
    /// Nobody does anything.
    pub fn none() -> Self {
        Self {
            orders: 0.0,
            receipts: 0.0,
            counts: 0.0,
            damages: 0.0,
            recalls: 0.0,
            shop_counts: 0.0,
            ..Self::default()
        }
    }
}
