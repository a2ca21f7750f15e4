//! Takes views of vendor objects into a draft, each judged by its own rule, and notes what that
//! makes worth planning anew.

mod count;
mod level;
mod order;
mod product;
mod reservation;

pub(super) use level::{Cause, item_named};

use super::draft::Draft;
use crate::{
    outbox::Aggregate,
    sometimes::{Mark, reached},
    store::StoreError,
    vendor::{
        jerky::view::{ItemView, MirrorView},
        reading::{Row, Unreadable},
    },
};

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
