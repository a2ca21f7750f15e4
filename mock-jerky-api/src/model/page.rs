//! Pages of lists.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Item, LotLevel, Reservation, StockLevel};

/// A page of items, by SKU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ItemPage {
    /// The items.
    pub data: Vec<Item>,
    /// Asks for the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// A page of stock levels, by SKU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StockPage {
    /// The levels.
    pub data: Vec<StockLevel>,
    /// Asks for the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// A page of an item's lots, sold-out ones included, by lot and place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LotPage {
    /// The lots.
    pub data: Vec<LotLevel>,
    /// Asks for the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// A page of reservations, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReservationPage {
    /// The reservations.
    pub data: Vec<Reservation>,
    /// Asks for the next page; null on the last.
    pub next_cursor: Option<String>,
}
