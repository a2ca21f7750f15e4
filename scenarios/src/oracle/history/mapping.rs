//! Which listing is made of what, as the plan laid it down. The oracle's own plain types: reading
//! the middleware's catalogue here would let a wrong catalogue justify itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::oracle::names::{JerkySku, PolishSku};

/// All that is mapped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// Jerky sold through the shop: one entry for each resale product or kit.
    pub listings: BTreeMap<PolishSku, Listing>,
    /// Polish-owned stock shown in the jerky system.
    pub mirrors: BTreeMap<JerkySku, Mirror>,
}

/// A product of the shop whose number the middleware publishes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// What one sell unit needs.
    pub components: Vec<Component>,
    /// Least quantity of an order line; stock below it publishes 0.
    pub moq: i64,
    /// Published numbers are multiples of this.
    pub multiple: i64,
    /// Days of shelf life a lot must have left.
    pub min_days: i64,
    /// What a confirmation promises.
    pub criticality: Criticality,
    /// On which sides the stock may change.
    pub direction: Direction,
    /// Who wins when both sides changed it.
    pub policy: Policy,
}

impl Listing {
    /// Base units of a jerky item in one sell unit; 0 when it has none.
    pub fn need_of(&self, item: &JerkySku) -> i64 {
        self.components.iter().map(|part| part.need_of(item)).sum()
    }

    /// The jerky items in it with base units for one sell unit.
    pub fn jerky_needs(&self) -> impl Iterator<Item = (&JerkySku, i64)> {
        self.components.iter().filter_map(|part| match part {
            Component::Jerky { sku, need, .. } => Some((sku, *need)),
            Component::Own { .. } => None,
        })
    }
}

impl Component {
    fn need_of(&self, item: &JerkySku) -> i64 {
        match self {
            Self::Jerky { sku, need, .. } if sku == item => *need,
            Self::Jerky { .. } | Self::Own { .. } => 0,
        }
    }
}

/// What one sell unit needs of one component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "owner", rename_all = "snake_case")]
pub enum Component {
    /// Owned by the jerky system.
    Jerky {
        /// The item.
        sku: JerkySku,
        /// Base units for one sell unit.
        need: i64,
        /// Safety stock of this mapping, in base units, besides the vendor's own.
        safety: i64,
    },
    /// Owned by the shop.
    Own {
        /// The product.
        sku: PolishSku,
        /// Sell units of it for one sell unit of the listing.
        need: i64,
        /// Kept back from this listing, in sell units.
        safety: i64,
    },
}

/// What a confirmation of an order promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criticality {
    /// Confirmed only once its reservation stands.
    Strong,
    /// Confirmed by the published number; a shortfall becomes a backorder.
    Eventual,
}

/// On which sides the stock of a mapping may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// On the owner's side only.
    OneWay,
    /// On both.
    Both,
}

/// Who wins when both sides changed a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// The owner's number stands.
    OwnerWins,
    /// The newest by vendor sequence.
    NewestSequence,
    /// The lower number.
    Lowest,
    /// A person decides.
    Review,
}

/// Polish-owned stock shown in the jerky system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mirror {
    /// The own product of the shop.
    pub source: PolishSku,
    /// Base units of the mirror for one sell unit of the source.
    pub factor: i64,
}
