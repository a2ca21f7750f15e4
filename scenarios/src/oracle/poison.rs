//! What of a history could not be read: subjects that the middleware set aside, and what hangs on
//! them. No invariant asks that a middleware know what it was never told.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    Case,
    history::{Component, History, Listing},
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

    /// Whether an order needs some of it that can still not be read at the end: nobody knows what of
    /// it has left.
    fn is_unread(&self, listing: &Listing) -> bool {
        let mut needs = listing.jerky_needs();
        needs.any(|(item, _)| self.unread.contains(item))
    }

    /// Whether something about this SKU or order was set aside within a window.
    pub(super) fn was_poisoned(&self, subject: &str, (from, to): (Timestamp, Timestamp)) -> bool {
        let mut set_aside = self.poisoned.get(subject).into_iter().flatten();
        set_aside.any(|at| (from..=to).contains(at))
    }

    /// Whether something about an order or a reservation of it was ever set aside.
    pub(super) fn order_was_poisoned(&self, id: &str) -> bool {
        let reservations = self.orders.get(id).into_iter();
        let mut reservations = reservations.flat_map(|order| order.reservations.keys());
        self.is_poisoned(id) || reservations.any(|id| self.is_poisoned(id.as_str()))
    }

    /// Whether what is said of this subject can still not be read at the end: the last sweep set it
    /// aside again.
    pub(super) fn stays_poisoned(&self, subject: &str) -> bool {
        self.history
            .stays_poisoned()
            .any(|poisoned| poisoned == subject)
    }

    /// The same for a listing, what it is made of, and what orders need of that.
    pub(super) fn listing_stays_poisoned(&self, sku: &PolishSku) -> bool {
        let listing = self.history.mapping.listings.get(sku);
        let is_bad = |listing: &Listing| {
            let mut subjects = subjects(sku, listing);
            subjects.any(|part| self.stays_poisoned(part)) || self.is_unread(listing)
        };
        self.stays_poisoned(sku.as_str()) || listing.is_some_and(is_bad)
    }

    /// The same for an order, its reservations, and its listings.
    pub(super) fn order_stays_poisoned(&self, id: &str) -> bool {
        let Some(order) = self.orders.get(id) else {
            return self.stays_poisoned(id);
        };
        let mut lines = order.lines.values();
        is_unread(self.history, id, order)
            || lines.any(|line| self.listing_stays_poisoned(line.sku))
    }
}

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

/// What orders need that can still not be read at the end.
pub(super) fn unread<'h>(
    history: &'h History,
    orders: &BTreeMap<&str, OrderState<'_>>,
) -> BTreeSet<&'h JerkySku> {
    let unread = orders
        .iter()
        .filter(|(id, order)| is_unread(history, id, order));
    unread
        .flat_map(|(_, order)| order.items(&history.mapping))
        .collect()
}

/// Whether an order, or a reservation of it, can still not be read at the end.
fn is_unread(history: &History, id: &str, order: &OrderState<'_>) -> bool {
    let mut poisoned = history.stays_poisoned();
    poisoned.any(|subject| {
        let mut reservations = order.reservations.keys();
        subject == id || reservations.any(|reservation| reservation.as_str() == subject)
    })
}
