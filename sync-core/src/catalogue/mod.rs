//! Which product of the shop is made of which stock, and on what terms.
//!
//! A catalogue is checked once, when it is made, and then only read. It knows what the mapping
//! says; what the vendors really have is the engine's business.

pub mod kit;
pub mod minimum_order;

mod check;
mod file;
mod listing;
mod need;
mod policy;
mod problem;
mod reading;
#[cfg(test)]
mod tests;

pub use file::{ComponentEntry, ListingEntry, MappingFile, MirrorEntry};
pub use listing::{Component, JerkyComponent, Listing, Mirror, OwnComponent};
pub use need::Number;
pub use policy::{ConflictPolicy, Criticality, Direction, Resolution};
pub use problem::{CatalogueError, Problem};

use std::collections::{BTreeMap, BTreeSet};

use crate::sku::{JerkySku, PolishSku, folded};

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
    jerky_forms: BTreeMap<String, JerkySku>,
    polish_forms: BTreeMap<String, PolishSku>,
}

impl Catalogue {
    /// The catalogue of these, or all that is wrong with them.
    pub fn new(listings: Vec<Listing>, mirrors: Vec<Mirror>) -> Result<Self, CatalogueError> {
        CatalogueError::unless_none("", check::problems(&listings, &mirrors))?;
        Ok(Self::indexed(listings, mirrors))
    }

    /// The catalogue in `text`: JSON if `file` ends in `.json`, TOML otherwise. The error names
    /// `file`, the line, what was expected and what was probably meant.
    pub fn read(file: &str, text: &str) -> Result<Self, CatalogueError> {
        let mapping: MappingFile = reading::read(file, text)?;
        let (listings, mirrors, mut problems) = mapping.converted();
        if problems.is_empty() {
            problems = check::problems(&listings, &mirrors);
        }
        CatalogueError::unless_none(file, reading::located(file, text, problems))?;
        Ok(Self::indexed(listings, mirrors))
    }

    /// Whether every SKU it names exists at its vendor; otherwise all that do not, each with the
    /// name that was probably meant.
    pub fn check_against(
        &self,
        jerky: &BTreeSet<JerkySku>,
        polish: &BTreeSet<PolishSku>,
    ) -> Result<(), CatalogueError> {
        let unknown_jerky = self
            .jerky_forms
            .values()
            .filter(|sku| !jerky.contains(*sku));
        let unknown_polish = self
            .polish_forms
            .values()
            .filter(|sku| !polish.contains(*sku));
        let problems = unknown_jerky
            .map(|sku| problem::unknown("jerky", sku.as_str(), jerky.iter().map(JerkySku::as_str)))
            .chain(unknown_polish.map(|sku| {
                problem::unknown("polish", sku.as_str(), polish.iter().map(PolishSku::as_str))
            }))
            .collect();
        CatalogueError::unless_none("", problems)
    }

    /// The mapped item whose SKU differs from `text` in case and spaces only.
    pub fn jerky_like(&self, text: &str) -> Option<&JerkySku> {
        self.jerky_forms
            .get(&folded(text))
            .filter(|sku| sku.as_str() != text)
    }

    /// The mapped product whose SKU differs from `text` in case and spaces only.
    pub fn polish_like(&self, text: &str) -> Option<&PolishSku> {
        self.polish_forms
            .get(&folded(text))
            .filter(|sku| sku.as_str() != text)
    }

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
    pub fn listings_with(&self, jerky: &JerkySku) -> impl Iterator<Item = &Listing> + use<'_> {
        self.listings_at(self.by_jerky.get(jerky))
    }

    /// The listings whose number may change when the shop's own stock of this product does.
    pub fn listings_with_own(
        &self,
        polish: &PolishSku,
    ) -> impl Iterator<Item = &Listing> + use<'_> {
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

    /// Whether a listing or a mirror names this item.
    pub fn knows_jerky(&self, sku: &JerkySku) -> bool {
        self.by_jerky.contains_key(sku) || self.mirror_at.contains_key(sku)
    }

    /// Whether a listing, a component or a mirror names this product.
    pub fn knows_polish(&self, sku: &PolishSku) -> bool {
        self.by_polish.contains_key(sku)
            || self.by_own.contains_key(sku)
            || self.mirror_of.contains_key(sku)
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

    fn indexed(listings: Vec<Listing>, mirrors: Vec<Mirror>) -> Self {
        let mut catalogue = Self::default();
        for (place, listing) in listings.iter().enumerate() {
            catalogue.index_listing(place, listing);
        }
        for (place, Mirror { polish, jerky, .. }) in mirrors.iter().enumerate() {
            catalogue.mirror_of.insert(polish.clone(), place);
            catalogue.mirror_at.insert(jerky.clone(), place);
            catalogue.remember_jerky(jerky);
            catalogue.remember_polish(polish);
        }
        Self {
            listings,
            mirrors,
            ..catalogue
        }
    }

    fn index_listing(&mut self, place: usize, listing: &Listing) {
        self.by_polish.insert(listing.polish.clone(), place);
        self.remember_polish(&listing.polish);
        for part in listing.jerky() {
            self.by_jerky
                .entry(part.sku.clone())
                .or_default()
                .push(place);
            self.remember_jerky(&part.sku);
        }
        for part in listing.own() {
            self.by_own.entry(part.sku.clone()).or_default().push(place);
            self.remember_polish(&part.sku);
        }
    }

    fn remember_jerky(&mut self, sku: &JerkySku) {
        self.jerky_forms.insert(folded(sku.as_str()), sku.clone());
    }

    fn remember_polish(&mut self, sku: &PolishSku) {
        self.polish_forms.insert(folded(sku.as_str()), sku.clone());
    }
}
