//! Which product of the shop is made of which stock, and on what terms.
//!
//! A catalogue is checked once, when it is made, and then only read. It knows what the mapping
//! says; what the vendors really have is the engine's business.

pub mod kit;
pub mod minimum_order;

mod listing;
mod policy;

pub use listing::{Component, JerkyComponent, Listing, Mirror, OwnComponent};
pub use policy::{ConflictPolicy, Criticality, Direction, Resolution};

use std::collections::BTreeMap;

use crate::sku::{JerkySku, PolishSku};

/// All listings and mirrors, indexed by every SKU they touch.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    listings: Vec<Listing>,
    mirrors: Vec<Mirror>,
    by_polish: BTreeMap<PolishSku, usize>,
    by_jerky: BTreeMap<JerkySku, Vec<usize>>,
    by_own: BTreeMap<PolishSku, Vec<usize>>,
    mirror_of: BTreeMap<PolishSku, usize>,
    mirror_at: BTreeMap<JerkySku, usize>,
}

impl Catalogue {
    /// All listings, in the order they were given.
    pub fn listings(&self) -> &[Listing] {
        &self.listings
    }

    /// All mirrors, in the order they were given.
    pub fn mirrors(&self) -> &[Mirror] {
        &self.mirrors
    }

    /// The listing of this product, if it is one.
    pub fn listing(&self, polish: &PolishSku) -> Option<&Listing> {
        self.listings.get(*self.by_polish.get(polish)?)
    }

    /// The listings whose number may change when this item's stock does.
    pub fn listings_with(&self, jerky: &JerkySku) -> impl Iterator<Item = &Listing> {
        self.listings_at(self.by_jerky.get(jerky))
    }

    /// The listings whose number may change when the shop's own stock of this product does.
    pub fn listings_with_own(&self, polish: &PolishSku) -> impl Iterator<Item = &Listing> {
        self.listings_at(self.by_own.get(polish))
    }

    /// The mirror that shows this product of the shop, if one does.
    pub fn mirror_of(&self, polish: &PolishSku) -> Option<&Mirror> {
        self.mirrors.get(*self.mirror_of.get(polish)?)
    }

    /// The mirror that this item is, if it is one.
    pub fn mirror_at(&self, jerky: &JerkySku) -> Option<&Mirror> {
        self.mirrors.get(*self.mirror_at.get(jerky)?)
    }

    fn listings_at<'a>(
        &'a self,
        places: Option<&'a Vec<usize>>,
    ) -> impl Iterator<Item = &'a Listing> {
        places
            .into_iter()
            .flatten()
            .filter_map(|place| self.listings.get(*place))
    }
}
