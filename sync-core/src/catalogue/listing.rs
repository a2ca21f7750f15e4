//! A listing of the shop and what it is made of; a mirror of the shop's own stock.

use crate::catalogue::policy::{ConflictPolicy, Criticality, Direction};
use crate::factor::Factor;
use crate::quantity::{Quantity, Units};
use crate::sku::{JerkySku, PolishSku};
use crate::unit::Unit;

/// A product of the shop that is made, wholly or in part, of stock in the jerky warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The product.
    pub polish: PolishSku,
    /// What one selling unit takes. Never empty; a kit has several.
    pub components: Vec<Component>,
    /// Orders come in multiples of this; at least 1.
    pub order_multiple: Units,
    /// The smallest order; at least 1.
    pub minimum_order: Units,
    /// Days that a lot must have left to be sold under this listing.
    pub min_days: u16,
    /// When an order may be confirmed.
    pub criticality: Criticality,
    /// Whether the shop's recounts flow back.
    pub direction: Direction,
    /// Who wins when they disagree.
    pub conflict: ConflictPolicy,
}

/// A part of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Component {
    /// Stock of the jerky warehouse.
    Jerky(JerkyComponent),
    /// The shop's own stock.
    Own(OwnComponent),
}

/// Stock of the jerky warehouse in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JerkyComponent {
    /// The item.
    pub sku: JerkySku,
    /// Base units for one selling unit of the listing.
    pub need: Factor,
    /// The unit the need was given in; the vendor's must measure the same.
    pub unit: Unit,
    /// Kept back from this listing, in base units, besides what the vendor withholds by itself.
    pub safety_stock: Quantity,
}

/// The shop's own stock in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnComponent {
    /// The shop's own product.
    pub sku: PolishSku,
    /// How many for one selling unit of the listing; at least 1.
    pub need: Units,
    /// Kept back from this listing.
    pub safety_stock: Units,
}

/// The shop's own product, shown in the jerky system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror {
    /// The product that owns the stock.
    pub polish: PolishSku,
    /// The item that shows it.
    pub jerky: JerkySku,
    /// The unit in which the jerky system counts it.
    pub unit: Unit,
    /// Base units of the item in one selling unit of the product.
    pub factor: Factor,
}

impl Listing {
    /// The components in the jerky warehouse.
    pub fn jerky(&self) -> impl Iterator<Item = &JerkyComponent> {
        self.components.iter().filter_map(Component::jerky)
    }

    /// The components that are the shop's own.
    pub fn own(&self) -> impl Iterator<Item = &OwnComponent> {
        self.components.iter().filter_map(Component::own)
    }

    /// Whether it has several components.
    pub fn is_kit(&self) -> bool {
        self.components.len() > 1
    }
}

impl Component {
    /// This, if it lies in the jerky warehouse.
    pub fn jerky(&self) -> Option<&JerkyComponent> {
        match self {
            Self::Jerky(component) => Some(component),
            Self::Own(_) => None,
        }
    }

    /// This, if it is the shop's own.
    pub fn own(&self) -> Option<&OwnComponent> {
        match self {
            Self::Own(component) => Some(component),
            Self::Jerky(_) => None,
        }
    }

    /// Its SKU, on whichever side it lies.
    pub fn sku(&self) -> &str {
        match self {
            Self::Jerky(component) => component.sku.as_str(),
            Self::Own(component) => component.sku.as_str(),
        }
    }
}

impl Mirror {
    /// What the jerky system shows of `units` that the shop can spare: rounded down, never below
    /// zero.
    pub fn shown(&self, units: Units) -> Quantity {
        self.factor.stock_in(units.or_zero())
    }
}
