//! Takes views of vendor objects into a draft, each judged by its own rule, and notes what that
//! makes worth planning anew.

use std::collections::BTreeMap;

use super::{
    counts::{self, Verdict},
    demand::unknown_lines,
    draft::Draft,
    held::{Held, other_than_asked},
    item::Item,
    next::Trigger,
    order::{Order, OrderFacts},
    publish,
    stock::{self, Judgement, Learned},
};
use crate::{
    outbox::{Aggregate, ReserveLine},
    sku::{JerkySku, OrderId, PolishSku},
    sometimes::{Mark, reached},
    store::{Entity, StoreError},
    unit::Dimension,
    vendor::{
        jerky::view::{ItemView, MirrorView, ReservationView, StockLevelView},
        polish::view::{CountView, OrderView, ProductView},
        reading::{Row, Unreadable},
    },
};

/// What brought a level about, as the vendor says, and the event that told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cause<'c> {
    pub(super) kind: &'c str,
    pub(super) event: &'c str,
}

impl Cause<'_> {
    fn owned(self) -> (String, String) {
        (self.kind.to_owned(), self.event.to_owned())
    }
}

/// What was read of an order, held against what is known of it.
struct Weighed {
    facts: OrderFacts,
    is_known: bool,
    /// Whether it is what was doubted before, read a second time.
    is_repeated: bool,
    /// Whether anything was doubted before.
    doubted: bool,
    contradiction: Option<String>,
}

impl Weighed {
    fn new(facts: OrderFacts, order: Option<&Order>) -> Self {
        let known = order.and_then(|order| order.facts.as_ref());
        let doubt = order.and_then(|order| order.doubt.as_ref());
        Self {
            is_known: known == Some(&facts),
            is_repeated: doubt == Some(&facts),
            doubted: doubt.is_some(),
            contradiction: known.and_then(|known| facts.contradicts(known)),
            facts,
        }
    }
}

impl Draft<'_> {
    pub(super) fn unreadable(&mut self, unreadable: Unreadable) {
        reached(Mark::Unreadable);
        self.changes.observed.quarantined += 1;
        self.changes.quarantine.push(unreadable.into());
    }

    /// Takes in the rows that could be read and sets the others aside.
    pub(super) fn rows<T>(
        &mut self,
        rows: Vec<Row<T>>,
        mut learn: impl FnMut(&mut Self, &T) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for row in rows {
            match row {
                Ok(view) => learn(self, &view)?,
                Err(unreadable) => self.unreadable(unreadable),
            }
        }
        Ok(())
    }

    pub(super) fn learn_item(&mut self, view: &ItemView) {
        if jiff::tz::TimeZone::get(&view.time_zone).is_err() {
            let reason = format!("there is no time zone {:?}", view.time_zone);
            self.quarantine("item", view.sku.as_str(), reason, view);
            return;
        }
        if let Some(expected) = self.expected(&view.sku)
            && let Err(error) = view.unit.require(expected)
        {
            self.quarantine("item", view.sku.as_str(), error.to_string(), view);
            return;
        }
        let zone = self.item(&view.sku).and_then(|item| item.zone.as_deref());
        let new = zone != Some(view.time_zone.as_str());
        if new {
            self.item_mut(&view.sku).zone = Some(view.time_zone.clone());
            self.moved_items.insert(view.sku.clone());
        }
        self.applied(new);
    }

    /// Takes in the levels that one reading lists. Where a name that nobody knows probably means an
    /// item that is listed as well, two rows claim to be that item, and there is no telling which is.
    pub(super) fn learn_levels(
        &mut self,
        rows: Vec<Row<StockLevelView>>,
    ) -> Result<(), StoreError> {
        let names = rows.iter().flatten().map(|view| &view.sku);
        let twins: BTreeMap<JerkySku, JerkySku> = names
            .filter_map(|name| Some((self.meant_by(name)?.clone(), name.clone())))
            .collect();
        self.rows(rows, |draft, view| {
            if let Some(twin) = twins.get(&view.sku) {
                let reason = format!("{twin:?} of the same reading probably means it, too");
                draft.bad_level(view, Learned::Read, reason);
            } else {
                let (kind, event) = ("reading", "");
                draft.learn_level(view, Learned::Read, Cause { kind, event });
            }
            Ok(())
        })
    }

    /// Takes in a level, if it is newer and can be believed.
    pub(super) fn learn_level(&mut self, view: &StockLevelView, how: Learned, cause: Cause<'_>) {
        let Some(expected) = self.expected(&view.sku) else {
            self.unmapped(view, how);
            return;
        };
        let known = self.item(&view.sku).cloned().unwrap_or_default();
        match stock::judge(&known, view, how, Some(expected), self.policy) {
            Judgement::Apply(level) => {
                if known.doubt.as_ref() == Some(&level) {
                    reached(Mark::ConfirmedLevel);
                }
                let causes = &mut self.changes.causes;
                causes.insert(view.sku.clone(), cause.owned());
                let item = self.item_mut(&view.sku);
                item.level = Some(level);
                self.moved_items.insert(view.sku.clone());
                self.certain(&view.sku);
                self.applied(true);
            }
            Judgement::Known => {
                if view.sequence < known.sequence() {
                    reached(Mark::OlderLevel);
                }
                if how == Learned::Read && view.sequence >= known.sequence() {
                    self.certain(&view.sku);
                    let causes = &mut self.changes.causes;
                    let entry = causes.entry(view.sku.clone());
                    entry.or_insert_with(|| cause.owned());
                }
                self.applied(false);
            }
            Judgement::Doubt { level, reason } => {
                reached(Mark::DoubtedLevel);
                self.quarantine("stock level", view.sku.as_str(), reason, view);
                self.item_mut(&view.sku).doubt = Some(level);
                self.reread_item(&view.sku);
            }
            Judgement::Bad(reason) => self.bad_level(view, how, reason),
        }
    }

    fn bad_level(&mut self, view: &StockLevelView, how: Learned, reason: String) {
        reached(Mark::ImpossibleLevel);
        self.quarantine("stock level", view.sku.as_str(), reason, view);
        let known = self.item(&view.sku).map_or(0, Item::sequence);
        if how == Learned::Read || view.sequence > known {
            self.reread_item(&view.sku);
        }
    }

    /// What was set aside about an item is answered by a good reading.
    fn certain(&mut self, sku: &JerkySku) {
        let Some(item) = self.item(sku) else {
            return;
        };
        if item.doubt.is_some() || item.reread {
            let item = self.item_mut(sku);
            item.doubt = None;
            item.reread = false;
            let subject = sku.as_str().to_owned();
            self.changes.resolved.push(("stock level", subject));
            self.dirty.insert(Aggregate::Item(sku.clone()));
            self.wake(&Trigger::Stock(sku.clone()));
        }
    }

    pub(super) fn reread_item(&mut self, sku: &JerkySku) {
        if self.item(sku).is_none_or(|item| !item.reread) {
            self.item_mut(sku).reread = true;
        }
        self.dirty.insert(Aggregate::Item(sku.clone()));
    }

    /// An item that no listing is made of is none of our business, unless nobody knows it at all.
    fn unmapped(&mut self, view: &StockLevelView, how: Learned) {
        if self.is_known(&view.sku) {
            self.applied(false);
            return;
        }
        let near = self.meant_by(&view.sku).cloned();
        let reason = match &near {
            Some(near) => format!("there is no item {:?}; probably {near} is meant", view.sku),
            None => format!("there is no item {:?}", view.sku),
        };
        self.quarantine("stock level", view.sku.as_str(), reason, view);
        if let Some(near) = near
            && how == Learned::Pushed
        {
            self.reread_item(&near);
        }
    }

    /// The mapped item that a name which nobody knows probably means.
    fn meant_by(&self, name: &JerkySku) -> Option<&JerkySku> {
        let near = self.catalogue.jerky_like(name.as_str());
        near.filter(|_| !self.is_known(name))
    }

    fn is_known(&self, sku: &JerkySku) -> bool {
        let is_mapped = self.expected(sku).is_some() || self.catalogue.mirror_at(sku).is_some();
        is_mapped || self.item(sku).is_some()
    }

    /// What the mapping measures an item in, where there is one.
    fn expected(&self, sku: &JerkySku) -> Option<Dimension> {
        let listing = self.catalogue.listings_with(sku).next()?;
        let mut parts = listing.jerky().filter(|part| part.sku == *sku);
        parts.next().map(|part| part.unit.dimension())
    }

    pub(super) fn learn_reservation(
        &mut self,
        order: &OrderId,
        view: &ReservationView,
    ) -> Result<(), StoreError> {
        self.learn_made(order, view, &[])
    }

    /// Takes in a reservation of which it is known what was asked for; nothing where it is not.
    pub(super) fn learn_made(
        &mut self,
        order: &OrderId,
        view: &ReservationView,
        asked: &[ReserveLine],
    ) -> Result<(), StoreError> {
        let cause = Cause {
            kind: "reservation",
            event: view.id.as_str(),
        };
        for unreadable in &view.unreadable {
            self.unreadable(unreadable.clone());
        }
        for level in &view.stock {
            self.learn_level(level, Learned::Read, cause);
        }
        let skew = self.order_mut(order)?.skew(view);
        let read = match other_than_asked(view, asked).or_else(|| self.strange_line(view)) {
            Some(reason) => Err(reason),
            None => Held::read(view, skew),
        };
        let held = match read {
            Ok(held) => held,
            Err(reason) => {
                self.quarantine("reservation", order.as_str(), reason, view);
                self.order_mut(order)?.relist = true;
                self.dirty.insert(Aggregate::Order(order.clone()));
                return Ok(());
            }
        };
        // Without the levels in the reply, what is reserved would still be on sale.
        if view.stock.is_empty() && held.is_live() && self.known(order, &held)?.is_none() {
            for line in &held.lines {
                self.reread_item(&line.sku);
            }
        }
        let (id, known) = (held.id.clone(), self.known(order, &held)?.cloned());
        let new = self.order_mut(order)?.learn(held);
        if new {
            let learned = self.changes.reservations.entry(id);
            learned.or_insert_with(|| (order.clone(), known));
        }
        self.dirty.insert(Aggregate::Order(order.clone()));
        self.applied(new);
        Ok(())
    }

    /// A line of an item that nothing of ours is made of was never asked for. The vendor states a
    /// line in the unit in which it states the item's stock: in another, it would be a thousand
    /// times too much or too little.
    fn strange_line(&self, view: &ReservationView) -> Option<String> {
        view.lines.iter().find_map(|line| {
            if self.expected(&line.sku).is_none() {
                return Some(format!("nothing is made of {}", line.sku));
            }
            let level = self.item(&line.sku)?.level.as_ref()?;
            let usual = level.stated_in.filter(|usual| *usual != line.unit)?;
            let (id, unit) = (&line.line_id, line.unit);
            Some(format!(
                "line {id} is stated in {unit}, and the item in {usual}"
            ))
        })
    }

    fn known(&mut self, order: &OrderId, held: &Held) -> Result<Option<&Held>, StoreError> {
        let order = self.order_mut(order)?;
        Ok(order.reservation(&held.id))
    }

    /// A reservation that was read by itself: its reference says whose it is.
    pub(super) fn learn_any_reservation(
        &mut self,
        view: &ReservationView,
    ) -> Result<(), StoreError> {
        let Ok(order) = OrderId::parse(&view.reference) else {
            self.applied(false);
            return Ok(());
        };
        // Others reserve too. What is not for an order of the shop is not ours to touch.
        if !self.knows_order(&order)? {
            self.applied(false);
            return Ok(());
        }
        self.learn_reservation(&order, view)
    }

    pub(super) fn learn_product(&mut self, view: &ProductView, how: Learned) {
        let known = self.listed(&view.sku).cloned().unwrap_or_default();
        match publish::judge(&known, view, self.policy.largest_quantity) {
            publish::Judgement::Apply(facts) => {
                let listing = self.catalogue.listing(&view.sku);
                let foreign =
                    listing.is_some_and(|listing| publish::is_foreign(&known, listing, &facts));
                let now = self.now;
                let product = self.product_mut(&view.sku);
                product.facts = Some(facts);
                product.heard = product.heard.max(view.version);
                if foreign {
                    product.foreign_since = Some(now);
                }
                self.moved_products.insert(view.sku.clone());
                self.settle_product(&view.sku);
                if let Some(listing) = listing.filter(|_| known.desired.is_none()) {
                    self.aim(listing);
                }
                self.applied(true);
            }
            publish::Judgement::Known => {
                if view.version < known.version() {
                    reached(Mark::OlderProduct);
                }
                if how == Learned::Read && view.version >= known.version() {
                    self.settle_product(&view.sku);
                }
                self.applied(false);
            }
            publish::Judgement::Doubt(facts) => {
                let reason = "its number is strange; a second reading will tell".to_owned();
                self.quarantine("product", view.sku.as_str(), reason, view);
                // A shop that says two things of one version may go on saying them: what is set right
                // at once would be set right as fast as it answers.
                let contradicts = (facts.version == known.version()).then_some(self.now);
                let product = self.product_mut(&view.sku);
                product.foreign_since = contradicts.or(product.foreign_since);
                product.doubt = Some(facts);
                self.reread_product(&view.sku);
            }
            publish::Judgement::Bad(reason) => {
                self.quarantine("product", view.sku.as_str(), reason, view);
                self.reread_product(&view.sku);
            }
        }
    }

    fn settle_product(&mut self, sku: &PolishSku) {
        let unsettled = |product: &super::product::Product| product.reread;
        if self.listed(sku).is_some_and(unsettled) {
            let product = self.product_mut(sku);
            product.reread = false;
            product.doubt = None;
            let subject = sku.as_str().to_owned();
            self.changes.resolved.push(("product", subject));
        }
        self.dirty.insert(Aggregate::Listing(sku.clone()));
    }

    pub(super) fn reread_product(&mut self, sku: &PolishSku) {
        if self.listed(sku).is_none_or(|product| !product.reread) {
            self.product_mut(sku).reread = true;
        }
        self.dirty.insert(Aggregate::Listing(sku.clone()));
    }

    /// Takes in an order, if its version is newer and it can have become of what is known.
    pub(super) fn learn_order(&mut self, view: &OrderView, how: Learned) -> Result<(), StoreError> {
        let found = self.recall(&view.id)?;
        let known = found.as_deref().map_or(0, Order::version);
        let is_reread = found.as_deref().is_some_and(|order| order.reread);
        if view.version < known {
            reached(Mark::OlderOrder);
        }
        if view.version < known || view.version == known && how != Learned::Read {
            self.applied(false);
            return Ok(());
        }
        let read = OrderFacts::read(view, self.policy.largest_quantity);
        let read = read.map(|facts| Weighed::new(facts, found.as_deref()));
        if is_reread && how == Learned::Read {
            self.order_mut(&view.id)?.reread = false;
            self.dirty.insert(Aggregate::Order(view.id.clone()));
        }
        match read {
            Ok(weighed) => self.weigh_order(view, weighed),
            Err(_) if view.version == known => {
                self.applied(false);
                Ok(())
            }
            Err(reason) => self.doubt_order(view, reason, None),
        }
    }

    /// Takes in facts that could be true, unless they contradict what is known; and even then, if
    /// they are read a second time.
    fn weigh_order(&mut self, view: &OrderView, weighed: Weighed) -> Result<(), StoreError> {
        let Weighed { facts, doubted, .. } = weighed;
        if weighed.is_known && !doubted {
            self.applied(false);
            return Ok(());
        }
        if let Some(reason) = weighed.contradiction
            && (!weighed.is_repeated || self.loses_products(&view.id, &facts))
        {
            reached(Mark::DoubtedOrder);
            return self.doubt_order(view, reason, Some(facts));
        }
        self.dirty.insert(Aggregate::Order(view.id.clone()));
        let order = self.order_mut(&view.id)?;
        order.doubt = None;
        order.heard = order.heard.max(facts.version);
        order.facts = Some(facts);
        self.applied(!weighed.is_known);
        Ok(())
    }

    /// Whether a line that asked for a product we know asks for one that nobody knows: a misspelt
    /// name is misspelt as well when it is read again.
    fn loses_products(&self, id: &OrderId, facts: &OrderFacts) -> bool {
        let known = self.order(id).and_then(|order| order.facts.as_ref());
        let unknown = |facts: &OrderFacts| unknown_lines(facts, self).count();
        known.is_some_and(|known| unknown(facts) > unknown(known))
    }

    fn doubt_order(
        &mut self,
        view: &OrderView,
        reason: String,
        doubt: Option<OrderFacts>,
    ) -> Result<(), StoreError> {
        self.dirty.insert(Aggregate::Order(view.id.clone()));
        self.quarantine("order", view.id.as_str(), reason, view);
        let order = self.order_mut(&view.id)?;
        order.reread = true;
        order.doubt = doubt;
        Ok(())
    }

    pub(super) fn learn_count(&mut self, view: &CountView) -> Result<(), StoreError> {
        let id = view.id.clone();
        let now = &self.changes.counts;
        if now.iter().any(|(known, _)| *known == id)
            || self.store.get(Entity::Count, id.as_str())?.is_some()
        {
            self.applied(false);
            return Ok(());
        }
        let listing = self.catalogue.listing(&view.sku);
        let product = self.listed(&view.sku);
        let verdict = counts::decide(view, listing, product, self.policy.largest_quantity);
        match &verdict {
            Verdict::Taken(change) => {
                reached(Mark::CountTaken);
                let taken = super::product::TakenCount {
                    count: id.clone(),
                    changes: vec![change.clone()],
                };
                self.product_mut(&view.sku).counts.push(taken);
            }
            Verdict::Review(reason) => {
                reached(Mark::CountReviewed);
                self.quarantine("count", id.as_str(), reason.clone(), view);
                self.alert("count-review", view.sku.as_str(), reason.clone());
            }
            Verdict::Bad(reason) => self.quarantine("count", id.as_str(), reason.clone(), view),
            Verdict::KeptOwner => reached(Mark::CountOverruled),
        }
        self.dirty.insert(Aggregate::Listing(view.sku.clone()));
        self.changes.counts.push((id, verdict));
        self.applied(true);
        Ok(())
    }

    pub(super) fn learn_mirror(&mut self, view: &MirrorView) {
        if self.catalogue.mirror_at(&view.sku).is_none() {
            self.applied(false);
            return;
        }
        let mut shown = self.mirror(&view.sku).cloned().unwrap_or_default();
        let new = shown.learn(view);
        if new {
            *self.mirror_mut(&view.sku) = shown;
            self.dirty.insert(Aggregate::Mirror(view.sku.clone()));
        }
        self.applied(new);
    }
}
