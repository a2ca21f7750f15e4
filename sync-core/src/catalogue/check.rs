//! What a mapping may not say, although each of its entries reads well.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::listing::{Component, Listing, Mirror};
use crate::catalogue::policy::Direction;
use crate::catalogue::problem::Problem;
use crate::sku::{JerkySku, PolishSku, folded};
use crate::unit::Dimension;

/// All contradictions between and within `listings` and `mirrors`.
pub(super) fn problems(listings: &[Listing], mirrors: &[Mirror]) -> Vec<Problem> {
    let mut check = Check::new(listings, mirrors);
    for (place, listing) in listings.iter().enumerate() {
        check.listing(&format!("listing[{place}]"), listing);
    }
    for (place, mirror) in mirrors.iter().enumerate() {
        check.mirror(&format!("mirror[{place}]"), mirror);
    }
    check.problems
}

/// What was seen so far, and what was wrong with it.
struct Check<'a> {
    listed: BTreeSet<&'a PolishSku>,
    mirrored: BTreeSet<&'a JerkySku>,
    /// Each side's names by their folded form: two names that differ in form only are a typing
    /// mistake, and the second would silently have no stock.
    jerky_forms: BTreeMap<String, &'a str>,
    polish_forms: BTreeMap<String, &'a str>,
    dimensions: BTreeMap<&'a JerkySku, Dimension>,
    seen_listings: BTreeSet<&'a PolishSku>,
    seen_mirrors: BTreeSet<&'a PolishSku>,
    seen_mirrored: BTreeSet<&'a JerkySku>,
    problems: Vec<Problem>,
}

impl<'a> Check<'a> {
    fn new(listings: &'a [Listing], mirrors: &'a [Mirror]) -> Self {
        Self {
            listed: listings.iter().map(|listing| &listing.polish).collect(),
            mirrored: mirrors.iter().map(|mirror| &mirror.jerky).collect(),
            jerky_forms: BTreeMap::new(),
            polish_forms: BTreeMap::new(),
            dimensions: BTreeMap::new(),
            seen_listings: BTreeSet::new(),
            seen_mirrors: BTreeSet::new(),
            seen_mirrored: BTreeSet::new(),
            problems: Vec::new(),
        }
    }

    fn listing(&mut self, path: &str, listing: &'a Listing) {
        let polish = &listing.polish;
        if !self.seen_listings.insert(polish) {
            self.refuse(
                path,
                "polish",
                format!("{polish} is listed twice; keep one of them"),
            );
        }
        self.polish_form(path, polish);
        for (field, units) in [
            ("order_multiple", listing.order_multiple),
            ("minimum_order", listing.minimum_order),
        ] {
            if !units.is_positive() {
                self.refuse(path, field, format!("is {units}; the smallest is 1"));
            }
        }
        if listing.components.is_empty() {
            self.refuse(
                path,
                "component",
                "is missing; say what the listing is made of".into(),
            );
        }
        self.direction(path, listing);
        let mut seen = BTreeSet::new();
        for (place, component) in listing.components.iter().enumerate() {
            let path = format!("{path}.component[{place}]");
            if !seen.insert((component.jerky().is_some(), component.sku())) {
                let sku = component.sku();
                let message = format!("{sku} is a component twice; add up what it needs");
                self.refuse(&path, "", message);
            }
            self.component(&path, component);
        }
    }

    fn direction(&mut self, path: &str, listing: &Listing) {
        let is_single = matches!(listing.components.as_slice(), [Component::Jerky(_)]);
        let message = match listing.direction {
            Direction::PolishToJerky => {
                "polish_to_jerky means that the shop owns the stock; write a [[mirror]] for it"
            }
            Direction::Both if !is_single && !listing.components.is_empty() => {
                "both needs exactly one component, of jerky stock: a count of a kit does not say \
                 which part of it is missing"
            }
            Direction::Both | Direction::JerkyToPolish => return,
        };
        self.refuse(path, "direction", message.into());
    }

    fn component(&mut self, path: &str, component: &'a Component) {
        match component {
            Component::Jerky(part) => {
                let sku = &part.sku;
                if self.mirrored.contains(sku) {
                    let message = format!("{sku} mirrors the shop's own stock; name that product");
                    self.refuse(path, "jerky", message);
                }
                if part.safety_stock.is_negative() {
                    let message = format!("is {}; the smallest is 0", part.safety_stock);
                    self.refuse(path, "safety_stock", message);
                }
                self.jerky_form(path, sku);
                self.dimension(path, sku, part.unit.dimension());
            }
            Component::Own(part) => {
                let sku = &part.sku;
                if self.listed.contains(sku) {
                    let message = format!(
                        "{sku} is a listing itself; name what that is made of, so that kits cannot \
                         contain each other"
                    );
                    self.refuse(path, "polish", message);
                }
                if !part.need.is_positive() {
                    self.refuse(path, "need", format!("is {}; the smallest is 1", part.need));
                }
                if part.safety_stock.is_negative() {
                    let message = format!("is {}; the smallest is 0", part.safety_stock);
                    self.refuse(path, "safety_stock", message);
                }
                self.polish_form(path, sku);
            }
        }
    }

    fn mirror(&mut self, path: &str, mirror: &'a Mirror) {
        let Mirror { polish, jerky, .. } = mirror;
        if !self.seen_mirrors.insert(polish) {
            self.refuse(
                path,
                "polish",
                format!("{polish} is mirrored twice; keep one of them"),
            );
        }
        if !self.seen_mirrored.insert(jerky) {
            self.refuse(
                path,
                "jerky",
                format!("{jerky} mirrors two products; keep one of them"),
            );
        }
        if self.listed.contains(polish) {
            let message =
                format!("{polish} is a listing of jerky stock, so the shop does not own it");
            self.refuse(path, "polish", message);
        }
        self.polish_form(path, polish);
        self.jerky_form(path, jerky);
    }

    fn dimension(&mut self, path: &str, sku: &'a JerkySku, dimension: Dimension) {
        let known = *self.dimensions.entry(sku).or_insert(dimension);
        if known != dimension {
            let message =
                format!("{sku} is {known} elsewhere in this mapping and {dimension} here");
            self.refuse(path, "unit", message);
        }
    }

    fn jerky_form(&mut self, path: &str, sku: &'a JerkySku) {
        let known = *self
            .jerky_forms
            .entry(folded(sku.as_str()))
            .or_insert(sku.as_str());
        self.same_form(path, "jerky", known, sku.as_str());
    }

    fn polish_form(&mut self, path: &str, sku: &'a PolishSku) {
        let known = *self
            .polish_forms
            .entry(folded(sku.as_str()))
            .or_insert(sku.as_str());
        self.same_form(path, "polish", known, sku.as_str());
    }

    fn same_form(&mut self, path: &str, field: &str, known: &str, sku: &str) {
        if known != sku {
            let message =
                format!("{sku:?} differs from {known:?} in case or spaces only; write one of them");
            self.refuse(path, field, message);
        }
    }

    fn refuse(&mut self, path: &str, field: &str, message: String) {
        let path = if field.is_empty() {
            path.to_owned()
        } else {
            format!("{path}.{field}")
        };
        self.problems.push(Problem::new(path, message));
    }
}
