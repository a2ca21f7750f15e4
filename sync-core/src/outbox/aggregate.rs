//! What a command concerns: the unit of order and of isolation.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::sku::{JerkySku, OrderId, PolishSku};

/// What a command concerns. Commands of one aggregate are carried out one after the other, those
/// of different aggregates side by side, so a poisonous one delays nobody else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// One order and its reservation.
    Order(OrderId),
    /// One product of the shop.
    Listing(PolishSku),
    /// One item of the jerky system that shows stock of the shop.
    Mirror(JerkySku),
    /// One item of the jerky warehouse.
    Item(JerkySku),
}

impl fmt::Display for Aggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order(id) => write!(f, "order {id}"),
            Self::Listing(sku) => write!(f, "listing {sku}"),
            Self::Mirror(sku) => write!(f, "mirror {sku}"),
            Self::Item(sku) => write!(f, "item {sku}"),
        }
    }
}
