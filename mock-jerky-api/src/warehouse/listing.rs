//! Lists by key: a page begins after the last key seen, so nothing is skipped when rows change.

use std::ops::Bound;

use jiff::Timestamp;

use super::{Answer, Warehouse, item::ItemState};
use crate::{
    command::Reply,
    ids::{Location, LotId, Reference, ReservationId, Sku},
    model::{LotLevel, Reservation, ReservationState},
};

impl Warehouse {
    pub(super) fn list_items(&self, after: Option<&Sku>, limit: usize) -> Reply {
        let (data, more) = page(self.items_after(after).map(ItemState::view), limit);
        Reply::Items(data, more)
    }

    pub(super) fn list_lots(
        &self,
        sku: &Sku,
        after: Option<&(LotId, Location)>,
        limit: usize,
        now: Timestamp,
    ) -> Answer<Reply> {
        let unseen = |row: &LotLevel| {
            after.is_none_or(|(lot, place)| (&row.lot, &row.location) > (lot, place))
        };
        let (data, more) = page(self.item(sku)?.lot_levels(now).filter(unseen), limit);
        Ok(Reply::Lots(data, more))
    }

    pub(super) fn list_stock(
        &self,
        after: Option<&Sku>,
        limit: usize,
        mut only: Vec<Sku>,
        now: Timestamp,
    ) -> Reply {
        if only.is_empty() {
            let (data, more) = page(self.items_after(after).map(|item| item.level(now)), limit);
            return Reply::Levels(data, more);
        }
        only.sort();
        only.dedup();
        let unseen = only
            .iter()
            .filter(|sku| after.is_none_or(|last| *sku > last));
        let found = unseen.filter_map(|sku| self.items.get(sku));
        let (data, more) = page(found.map(|item| item.level(now)), limit);
        Reply::Levels(data, more)
    }

    pub(super) fn list_reservations(
        &self,
        after: Option<&ReservationId>,
        limit: usize,
        reference: Option<&Reference>,
        state: Option<ReservationState>,
    ) -> Reply {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let candidates: Box<dyn Iterator<Item = &ReservationId>> = match (reference, state) {
            (Some(reference), _) => {
                let known = self
                    .by_reference
                    .get(reference)
                    .map_or(&[][..], Vec::as_slice);
                Box::new(
                    known
                        .iter()
                        .filter(move |id| after.is_none_or(|last| *id > last)),
                )
            }
            (None, Some(ReservationState::Pending)) => Box::new(
                self.open
                    .range::<ReservationId, _>((from, Bound::Unbounded)),
            ),
            _ => Box::new(
                self.reservations
                    .range::<ReservationId, _>((from, Bound::Unbounded))
                    .map(|(id, _)| id),
            ),
        };
        let found = candidates
            .filter_map(|id| self.reservations.get(id))
            .filter(|held| state.is_none_or(|wanted| held.state == wanted))
            .map(|held| Reservation::clone(held));
        let (data, more) = page(found, limit);
        Reply::Reservations(data, more)
    }

    fn items_after(&self, after: Option<&Sku>) -> impl Iterator<Item = &ItemState> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.items
            .range::<Sku, _>((from, Bound::Unbounded))
            .map(|(_, item)| item)
    }
}

/// The first `limit` rows, and whether there are more.
fn page<T>(mut rows: impl Iterator<Item = T>, limit: usize) -> (Vec<T>, bool) {
    let data: Vec<T> = rows.by_ref().take(limit).collect();
    let more = data.len() == limit && rows.next().is_some();
    (data, more)
}
