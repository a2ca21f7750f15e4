//! What of a history could not be read: subjects that the middleware set aside while a fault was at
//! work, and what hangs on them. No invariant asks that a middleware know what it was never told;
//! none takes the middleware's word for it that what it was told was bad.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{
    Case,
    history::{Component, Fact, History, Listing, Mapping, PolishFact, Quarantined, Stretch},
    names::{JerkySku, PolishSku},
    order::OrderState,
};

/// How long after it came something is set aside.
const MOMENT: SignedDuration = SignedDuration::from_secs(1);

impl Case<'_> {
    /// Whether the middleware put something about this SKU or order by, whatever it had against it: it
    /// did not forget it. What it does not show for that is judged elsewhere.
    pub(super) fn is_set_aside(&self, subject: &str) -> bool {
        let mut entries = self.history.hub.quarantine.iter();
        entries.any(|entry| entry.subject.as_deref() == Some(subject))
    }

    /// Whether the middleware put this event by, whatever item it took it to be about.
    pub(super) fn event_is_set_aside(&self, id: &str) -> bool {
        let mut entries = self.history.hub.quarantine.iter();
        entries.any(|entry| entry.message.as_deref() == Some(id))
    }

    /// Whether something about this SKU or order was set aside with cause.
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

/// What was set aside with cause, oldest first: while a struck reply or a garbled webhook was at hand,
/// or a count, which people are to look at whatever it says.
pub(super) fn justly(history: &History) -> Vec<&Quarantined> {
    let at_work = at_work(history);
    let counts: BTreeSet<&str> = history.polish.iter().filter_map(counted).collect();
    let is_just = |entry: &&Quarantined| {
        let begun = at_work.partition_point(|(from, _)| *from <= entry.at);
        let last = begun.checked_sub(1).and_then(|last| at_work.get(last));
        let subject = entry.subject.as_deref();
        last.is_some_and(|(_, until)| entry.at <= *until)
            || subject.is_some_and(|id| counts.contains(id))
    };
    history.hub.quarantine.iter().filter(is_just).collect()
}

/// When faults were at work on what the middleware was told, in order and apart. It sets aside what it
/// has read a moment after it came, by its own clock.
fn at_work(history: &History) -> Vec<Stretch> {
    let struck = history.exchanges.iter().filter(|sent| sent.struck);
    let struck = struck.map(|sent| (sent.sent_at, sent.ended_at));
    let garbled = history.deliveries.iter().filter(|sent| sent.garbled);
    let garbled = garbled.map(|sent| (sent.sent_at, sent.arrived_at.unwrap_or(sent.sent_at)));
    let skew = history.limits.skew;
    let mut all: Vec<Stretch> = struck.chain(garbled).collect();
    all.sort_unstable();
    let mut apart: Vec<Stretch> = Vec::new();
    for (from, until) in all {
        let from = from.saturating_sub(skew).unwrap_or(Timestamp::MIN);
        let until = until.saturating_add(skew + MOMENT);
        let until = until.unwrap_or(Timestamp::MAX);
        match apart.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => apart.push((from, until)),
        }
    }
    apart
}

fn counted(fact: &Fact<PolishFact>) -> Option<&str> {
    match &fact.what {
        PolishFact::Counted { id, .. } => Some(id),
        _ => None,
    }
}

/// What could still not be read when the run ended: what was set aside within the last sweep.
pub(super) fn lasting<'h>(
    history: &'h History,
    set_aside: &[&'h Quarantined],
) -> BTreeSet<&'h str> {
    let (ended, sweep) = (history.phases.ended, history.limits.sweep);
    let from = ended.saturating_sub(sweep).unwrap_or(Timestamp::MIN);
    let late = set_aside.iter().filter(|entry| entry.at >= from);
    late.filter_map(|entry| entry.subject.as_deref()).collect()
}

/// Whether anything at all could still not be read when the run ended.
pub(crate) fn stays_poisoned(history: &History) -> bool {
    !lasting(history, &justly(history)).is_empty()
}

/// When something about a subject was set aside.
pub(super) fn poisoned<'h>(set_aside: &[&'h Quarantined]) -> BTreeMap<&'h str, Vec<Timestamp>> {
    let mut poisoned: BTreeMap<&str, Vec<Timestamp>> = BTreeMap::new();
    for entry in set_aside {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::testing::{World, set_aside};

    #[test]
    fn what_nothing_spoiled_was_not_set_aside_with_cause() {
        let mut history = World::quiet_day().end();
        let (began, ended) = (history.phases.started, history.phases.ended);
        set_aside(&mut history, "J1", ended);
        let bad = history.hub.quarantine[0].clone();
        let elsewhen = Quarantined {
            at: began,
            ..bad.clone()
        };
        let late = Quarantined {
            at: ended + SignedDuration::from_secs(2),
            ..bad.clone()
        };
        history.hub.quarantine.extend([elsewhen, late]);
        assert_eq!(justly(&history), [&bad]);
        history.limits.skew = SignedDuration::from_secs(2);
        assert_eq!(justly(&history).len(), 2, "its clock may be off");
    }

    #[test]
    fn a_garbled_webhook_is_cause_enough() {
        let mut world = World::quiet_day();
        let at = world.now;
        world.deliver(crate::oracle::history::Vendor::Jerky, "evt", "J1", 9);
        let mut history = world.end();
        history.hub.quarantine.push(Quarantined {
            message: None,
            subject: Some("J1".to_owned()),
            at,
            reason: "unknown kind".to_owned(),
        });
        assert!(justly(&history).is_empty());
        history.deliveries.last_mut().unwrap().garbled = true;
        assert_eq!(justly(&history).len(), 1);
    }
}
