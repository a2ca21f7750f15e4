//! Levels of stock: believed, known, doubted until they are read again, or set aside.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    engine::{
        draft::Draft,
        item::{Item, Level},
        next::Trigger,
        stock::{self, Judgement, Learned},
    },
    outbox::Aggregate,
    quarantine::subject_of,
    sku::JerkySku,
    sometimes::{Mark, reached},
    store::StoreError,
    unit::Dimension,
    vendor::{
        jerky::view::{JerkyEventView, StockLevelView},
        reading::{Row, Unreadable},
    },
};

/// What brought a level about, as the vendor says, and the event that told.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Cause<'c> {
    pub(in crate::engine) kind: &'c str,
    pub(in crate::engine) event: &'c str,
}

impl<'c> Cause<'c> {
    /// What the vendor's event says.
    pub(in crate::engine) fn of(event: &'c JerkyEventView) -> Self {
        Self {
            kind: &event.cause.kind,
            event: event.id.as_str(),
        }
    }

    fn owned(self) -> (String, String) {
        (self.kind.to_owned(), self.event.to_owned())
    }
}

impl Draft<'_> {
    /// Takes in the levels that one reading lists. Where an item is listed twice under one sequence with
    /// other quantities, or a name that nobody knows probably means an item that is listed as well, two
    /// rows claim to be that item, and there is no telling which is. A row that lost its name may be any
    /// item of the reading, so what the others say that is new is asked for again, each by itself.
    pub(in crate::engine) fn learn_levels(
        &mut self,
        rows: Vec<Row<StockLevelView>>,
    ) -> Result<(), StoreError> {
        let names = rows.iter().flatten().map(|view| &view.sku);
        let twins: BTreeMap<JerkySku, JerkySku> = names
            .filter_map(|name| Some((self.meant_by(name)?.clone(), name.clone())))
            .collect();
        let contradicted = contradicted(rows.iter().flatten());
        let unread: BTreeSet<Option<JerkySku>> = rows
            .iter()
            .filter_map(|row| row.as_ref().err())
            .map(|bad| item_named(bad).filter(|name| self.is_known(name)))
            .collect();
        self.rows(rows, |draft, view| {
            if let Some(twin) = twins.get(&view.sku) {
                let reason = format!("{twin:?} of the same reading probably means it, too");
                draft.bad_level(view, Learned::Read, reason);
            } else if contradicted.contains(&view.sku) {
                let reason = "the same reading says otherwise of it, too".to_owned();
                draft.bad_level(view, Learned::Read, reason);
            } else if (unread.contains(&None) || unread.contains(&Some(view.sku.clone())))
                && view.sequence > draft.known_sequence(&view.sku)
            {
                draft.reread_item(&view.sku);
            } else {
                let (kind, event) = ("reading", "");
                draft.learn_level(view, Learned::Read, Cause { kind, event });
            }
            Ok(())
        })
    }

    /// Takes in a level, if it is newer and can be believed.
    pub(in crate::engine) fn learn_level(
        &mut self,
        view: &StockLevelView,
        how: Learned,
        cause: Cause<'_>,
    ) {
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
        if how == Learned::Read || view.sequence > self.known_sequence(&view.sku) {
            self.reread_item(&view.sku);
        }
    }

    pub(in crate::engine) fn known_sequence(&self, sku: &JerkySku) -> u64 {
        self.item(sku).map_or(0, Item::sequence)
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

    /// Of an item that no listing is made of, as a mirror is, no reading would be taken in.
    pub(in crate::engine) fn reread_item(&mut self, sku: &JerkySku) {
        if self.expected(sku).is_none() {
            return;
        }
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
    pub(super) fn expected(&self, sku: &JerkySku) -> Option<Dimension> {
        let listing = self.catalogue.listings_with(sku).next()?;
        let mut parts = listing.jerky().filter(|part| part.sku == *sku);
        parts.next().map(|part| part.unit.dimension())
    }
}

/// The items of which one reading says two things under one sequence.
fn contradicted<'v>(views: impl Iterator<Item = &'v StockLevelView>) -> BTreeSet<JerkySku> {
    let mut said: BTreeMap<(&JerkySku, u64), &StockLevelView> = BTreeMap::new();
    let mut contradicted = BTreeSet::new();
    for view in views {
        let before = said.insert((&view.sku, view.sequence), view);
        if before.is_some_and(|before| !Level::from(before).agrees_with(&Level::from(view))) {
            contradicted.insert(view.sku.clone());
        }
    }
    contradicted
}

/// The item that a row which cannot be used still names.
pub(in crate::engine) fn item_named(unreadable: &Unreadable) -> Option<JerkySku> {
    JerkySku::parse(&subject_of(&unreadable.raw)?).ok()
}
