//! Which names an event bears, and which other names belong with a SKU.

use std::collections::BTreeSet;

use crate::oracle::{
    history::{Component, History, JerkyFact, PolishFact},
    names::{JerkySku, OrderId, ReservationId},
};

/// The names that belong together with one SKU or order: what a listing is made of, the listings
/// made of an item, the orders that contain them, the reservations for those.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Circle(BTreeSet<String>);

impl Circle {
    /// The circle of a SKU of either vendor.
    pub fn of_sku(history: &History, sku: &str) -> Self {
        let mut names = BTreeSet::from([sku.to_owned()]);
        names.extend(made_of(history, sku));
        let orders = history.polish.iter().filter_map(|fact| match &fact.what {
            PolishFact::Placed { order, lines, .. } => lines
                .iter()
                .any(|line| names.contains(line.sku.as_str()))
                .then(|| order.to_string()),
            _ => None,
        });
        let orders: BTreeSet<String> = orders.collect();
        let reservations = reservations(history, |reference, items| {
            orders.contains(reference) || items.contains(sku)
        });
        names.extend(reservations);
        names.extend(orders);
        names.extend(components(history, sku));
        Self(names)
    }

    /// The circle of one order: itself and its reservations.
    pub fn of_order(history: &History, order: &str) -> Self {
        let mut names = BTreeSet::from([order.to_owned()]);
        names.extend(reservations(history, |reference, _| reference == order));
        Self(names)
    }

    /// Just this name.
    pub fn of_name(name: &str) -> Self {
        Self([name.to_owned()].into())
    }

    /// Adds another circle.
    pub fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether any of these names is in it.
    pub fn touches(&self, names: &BTreeSet<String>) -> bool {
        names.iter().any(|name| self.0.contains(name))
    }

    /// Whether it is the circle of nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The listings that need this item or product, and the mirrors of it.
fn made_of<'h>(history: &'h History, sku: &'h str) -> impl Iterator<Item = String> + 'h {
    let mapping = &history.mapping;
    let listings = mapping.listings.iter().filter(move |(_, listing)| {
        listing.components.iter().any(|part| match part {
            Component::Jerky { sku: item, .. } => item.as_str() == sku,
            Component::Own { sku: product, .. } => product.as_str() == sku,
        })
    });
    let mirrors = mapping.mirrors.iter().filter_map(move |(mirror, of)| {
        if of.source.as_str() == sku {
            Some(mirror.to_string())
        } else {
            (mirror.as_str() == sku).then(|| of.source.to_string())
        }
    });
    listings
        .map(|(listing, _)| listing.to_string())
        .chain(mirrors)
}

/// What a listing is made of. Not the orders that merely share a component with it.
fn components(history: &History, sku: &str) -> Vec<String> {
    let listing = history.mapping.listings.get(sku);
    let parts = listing.into_iter().flat_map(|listing| &listing.components);
    let named = parts.map(|part| match part {
        Component::Jerky { sku, .. } => sku.to_string(),
        Component::Own { sku, .. } => sku.to_string(),
    });
    named.collect()
}

fn reservations(
    history: &History,
    wanted: impl Fn(&str, &BTreeSet<&str>) -> bool,
) -> BTreeSet<String> {
    let opened = history.jerky.iter().filter_map(|fact| match &fact.what {
        JerkyFact::Opened {
            id,
            reference,
            lines,
            ..
        } => {
            let items = lines.iter().map(|line| line.sku.as_str()).collect();
            wanted(reference, &items).then(|| id.to_string())
        }
        _ => None,
    });
    opened.collect()
}

/// What a fact of the warehouse is about. A movement is about its item alone: the reservation that
/// moved it may hold other items too.
pub(super) fn of_jerky(fact: &JerkyFact) -> BTreeSet<&str> {
    let mut names: BTreeSet<&str> = fact.item().map(JerkySku::as_str).into_iter().collect();
    names.extend(fact.reservation().map(ReservationId::as_str));
    match fact {
        JerkyFact::Opened {
            reference, lines, ..
        } => {
            names.insert(reference);
            names.extend(lines.iter().map(|line| line.sku.as_str()));
        }
        JerkyFact::Committed { lines, .. }
        | JerkyFact::Reallocated { lines, .. }
        | JerkyFact::Released { lines, .. } => {
            names.extend(lines.iter().map(|line| line.sku.as_str()));
        }
        _ => {}
    }
    names
}

/// What a fact of the shop is about.
pub(super) fn of_polish(fact: &PolishFact) -> BTreeSet<&str> {
    match fact {
        PolishFact::Product { sku, .. }
        | PolishFact::Available { sku, .. }
        | PolishFact::OwnMoved { sku, .. } => [sku.as_str()].into(),
        PolishFact::Counted { sku, id, .. } => [sku.as_str(), id.as_str()].into(),
        PolishFact::Placed { order, lines, .. } => {
            let skus = lines.iter().map(|line| line.sku.as_str());
            skus.chain([order.as_str()]).collect()
        }
        _ => fact.order().map(OrderId::as_str).into_iter().collect(),
    }
}

/// The words of a key, a query or a subject that can be names.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.split(move |c| !is_part(c))
        .filter(|word| !word.is_empty())
}
