//! What of a history could not be read: subjects that the middleware set aside, and what hangs on
//! them. No invariant asks that a middleware know what it was never told.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    Case,
    history::{Component, History, Listing, Mapping},
    names::{JerkySku, PolishSku},
    order::OrderState,
};

impl Case<'_> {
    /// Whether something about this SKU or order was set aside.
    pub(super) fn is_poisoned(&self, subject: &str) -> bool {
        self.poisoned.contains_key(subject)
    }

    /// Whether something about this listing or what it is made of was set aside.
    pub(super) fn has_poison(&self, sku: &PolishSku, listing: &Listing) -> bool {
        subjects(sku, listing).any(|subject| self.is_poisoned(subject)) || self.is_unread(listing)
    }

    /// The same for a window: what the listing is made of could not be read for a while.
    pub(super) fn had_poison(
        &self,
        sku: &PolishSku,
        listing: &Listing,
        window: (Timestamp, Timestamp),
    ) -> bool {
        subjects(sku, listing).any(|subject| self.was_poisoned(subject, window))
            || self.is_unread(listing)
    }

    /// Whether an order needs some of it that can still not be read at the end.
    fn is_unread(&self, listing: &Listing) -> bool {
        let mut needs = listing.jerky_needs();
        needs.any(|(item, _)| self.unread.contains(item))
    }

    /// Whether something about this SKU or order was set aside within a window, or before it and for
    /// good.
    pub(super) fn was_poisoned(&self, subject: &str, (from, to): (Timestamp, Timestamp)) -> bool {
        let stays = self.lasting.contains(subject);
        let mut set_aside = self.poisoned.get(subject).into_iter().flatten();
        set_aside.any(|at| *at <= to && (stays || *at >= from))
    }

    /// Whether something about an order or a reservation of it was ever set aside.
    pub(super) fn order_was_poisoned(&self, id: &str) -> bool {
        let order = self.orders.get(id);
        order.map_or_else(
            || self.is_poisoned(id),
            |order| names(id, order).any(|name| self.is_poisoned(name)),
        )
    }

    /// Whether what is said of this subject can still not be read at the end: the last sweep set it
    /// aside again. Of an order, its reservations and its listings; of a listing, what it is made of
    /// and what orders need of that.
    pub(super) fn stays_poisoned(&self, subject: &str) -> bool {
        let listing = self.history.mapping.listings.get_key_value(subject);
        let is_bad = |(sku, listing): (&PolishSku, &Listing)| {
            subjects(sku, listing).any(|part| self.lasting.contains(part))
                || self.is_unread(listing)
        };
        let is_order_bad = |order: &OrderState<'_>| {
            let mut lines = order.lines.values();
            names(subject, order).any(|name| self.lasting.contains(name))
                || lines.any(|line| self.stays_poisoned(line.sku.as_str()))
        };
        self.lasting.contains(subject)
            || listing.is_some_and(is_bad)
            || self.orders.get(subject).is_some_and(is_order_bad)
    }
}

/// An order and its reservations.
fn names<'n>(id: &'n str, order: &'n OrderState<'_>) -> impl Iterator<Item = &'n str> {
    let reservations = order.reservations.keys();
    std::iter::once(id).chain(reservations.map(|id| id.as_str()))
}

/// A listing and what it is made of.
fn subjects<'s>(sku: &'s PolishSku, listing: &'s Listing) -> impl Iterator<Item = &'s str> {
    let parts = listing.components.iter().map(|part| match part {
        Component::Jerky { sku, .. } => sku.as_str(),
        Component::Own { sku, .. } => sku.as_str(),
    });
    std::iter::once(sku.as_str()).chain(parts)
}

/// When something about a subject was set aside.
pub(super) fn poisoned(history: &History) -> BTreeMap<&str, Vec<Timestamp>> {
    let mut poisoned: BTreeMap<&str, Vec<Timestamp>> = BTreeMap::new();
    for entry in &history.hub.quarantine {
        if let Some(subject) = entry.subject.as_deref() {
            poisoned.entry(subject).or_default().push(entry.at);
        }
    }
    poisoned
}

/// What orders need that can still not be read at the end, and of which nobody knows what has left.
pub(super) fn unread<'h>(
    mapping: &'h Mapping,
    lasting: &BTreeSet<&str>,
    orders: &BTreeMap<&str, OrderState<'_>>,
) -> BTreeSet<&'h JerkySku> {
    let is_unread = |(id, order): &(&&str, &OrderState<'_>)| {
        let mut names = names(id, order);
        names.any(|name| lasting.contains(name))
    };
    let unread = orders.iter().filter(is_unread);
    unread.flat_map(|(_, order)| order.items(mapping)).collect()
}
