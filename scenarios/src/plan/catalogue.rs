//! What both vendors hold at the start, and how the goods of one map to those of the other.
//!
//! Plain data of the harness's own, told to each mock and to the middleware in their own words.

use jiff::civil::Date;
use seams::Keyed;
use serde::Serialize;

use super::{goods::Unit, shelf};
use crate::scenario::{Conflict, Scenario};

/// Both vendors' goods and their mapping.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Catalogue {
    /// Jerky that the warehouse stocks.
    pub items: Vec<Item>,
    /// Nail polishes that the jerky system mirrors.
    pub mirrors: Vec<Mirror>,
    /// Everything the shop sells.
    pub products: Vec<Product>,
    /// How resale products and kits are made of jerky.
    pub listings: Vec<Listing>,
}

/// A jerky item with its lots.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    /// The warehouse's name for it.
    pub sku: String,
    /// In words.
    pub name: String,
    /// GTIN-14.
    pub gtin: String,
    /// The unit on the wire.
    pub unit: Unit,
    /// The packet it is sold in.
    pub pack: Pack,
    /// Storage, in degrees Celsius, lowest and highest.
    pub celsius: (i16, i16),
    /// What the warehouse withholds, in base units.
    pub safety_stock: i64,
    /// Its lots at the start.
    pub lots: Vec<Lot>,
}

/// A packet (UN/ECE Recommendation 21).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pack {
    /// `PK` or `CS`.
    pub code: &'static str,
    /// Base units in it.
    pub quantity: i64,
}

/// A lot at the start.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lot {
    /// GS1 lot number.
    pub lot: String,
    /// Where it lies.
    pub location: String,
    /// When it was made.
    pub produced_on: Date,
    /// The last day it can be sold; `None` when it never expires.
    pub expires_on: Option<Date>,
    /// Base units on hand.
    pub quantity: i64,
}

/// A nail polish in the jerky system.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mirror {
    /// The jerky system's name for it.
    pub sku: String,
    /// The shop's name for it.
    pub product: String,
    /// In words.
    pub name: String,
    /// GTIN-14.
    pub gtin: String,
    /// Pieces in one sell unit of the shop.
    pub factor: i64,
}

/// A product of the shop.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Product {
    /// The shop's name for it.
    pub sku: String,
    /// In words.
    pub name: String,
    /// Whose stock it is.
    pub kind: ProductKind,
    /// In cents.
    pub price_cents: i64,
    /// Fewest sell units of an order line.
    pub moq: i64,
    /// A line's quantity is a multiple of this.
    pub order_multiple: i64,
    /// Who confirms its orders.
    pub confirm: Confirm,
}

/// Whose stock a product is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum ProductKind {
    /// The shop's own, so many at the start.
    Own {
        /// Sell units on hand.
        on_hand: i64,
    },
    /// The warehouse's.
    Resale,
    /// Made of other products, so many of each.
    Kit {
        /// Product and sell units of it.
        components: Vec<(String, i64)>,
    },
}

/// Who confirms the orders of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Confirm {
    /// The middleware, once it holds a reservation (criticality strong).
    Manual,
    /// The shop itself, by the published number (criticality eventual).
    Auto,
}

/// How a product of the shop is made of jerky.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Listing {
    /// The product.
    pub product: String,
    /// What one sell unit takes.
    pub needs: Vec<Need>,
    /// Days before expiry that a lot must still have.
    pub min_days: i32,
    /// Withheld from what is published, in base units of a single component.
    pub safety_stock: i64,
    /// Who confirms its orders.
    pub confirm: Confirm,
    /// Which side may change the stock.
    pub direction: Direction,
    /// Whose change stands when both changed it.
    pub policy: Policy,
}

/// What one sell unit takes of a component.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Need {
    /// So many base units of a jerky item.
    Jerky {
        /// The item.
        sku: String,
        /// Base units.
        quantity: i64,
    },
    /// So many of the shop's own product.
    Own {
        /// The product.
        sku: String,
        /// Sell units.
        quantity: i64,
    },
}

/// Which side may change the stock of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Direction {
    /// The warehouse only.
    FromJerky,
    /// Both: the shop may recount it.
    Both,
}

/// Whose change stands when both sides changed a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Policy {
    /// The warehouse's.
    OwnerWins,
    /// The later by vendor sequence.
    NewestSequence,
    /// The lower number.
    Lowest,
    /// Nobody's, until somebody looked.
    Review,
}

impl Catalogue {
    /// The catalogue of a scenario's world for a seed.
    pub(super) fn expand(scenario: &Scenario, keyed: &Keyed) -> Self {
        shelf::stock(scenario, keyed)
    }

    /// An item by its SKU. The catalogue is sorted by the articles' numbers, not by SKU.
    pub fn item(&self, sku: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.sku == sku)
    }

    /// A product by its SKU.
    pub fn product(&self, sku: &str) -> Option<&Product> {
        self.products.iter().find(|product| product.sku == sku)
    }

    /// How a product is made of jerky, if it is.
    pub fn listing(&self, product: &str) -> Option<&Listing> {
        self.listings
            .iter()
            .find(|listing| listing.product == product)
    }
}

impl Policy {
    /// The policy that a world's conflict setting gives the listing with this keyed number.
    pub(super) fn of(conflict: Conflict, keyed: &Keyed, subject: &str) -> Self {
        match conflict {
            Conflict::OwnerWins => Self::OwnerWins,
            Conflict::NewestSequence => Self::NewestSequence,
            Conflict::Lowest => Self::Lowest,
            Conflict::Review => Self::Review,
            Conflict::Mixed => keyed
                .draw("policy", subject, 0)
                .pick(&[
                    Self::OwnerWins,
                    Self::NewestSequence,
                    Self::Lowest,
                    Self::Review,
                ])
                .copied()
                .unwrap_or(Self::OwnerWins),
        }
    }
}
