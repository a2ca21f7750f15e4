//! Posting: the one place where stock moves, with its fact, and the one where a changed item gets
//! its next sequence and its event.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Warehouse,
    bins::Bins,
    item::ItemState,
    lot::{Lot, Place},
};
use crate::{
    date::LotDate,
    ids::{LotId, Sku},
    model::{Cause, Event, EventData, EventType, LotStatus, Reservation, StockLevel},
    quantity::Quantity,
    truth::{Account, CauseKind, Fact, Stamp},
};

/// One movement. It was checked before: posting does not refuse.
pub(super) struct Move<'a> {
    pub(super) sku: &'a Sku,
    pub(super) place: &'a Place,
    pub(super) from: Account,
    pub(super) to: Account,
    pub(super) quantity: Quantity,
    pub(super) cause: CauseKind,
    pub(super) subject: Option<&'a Arc<str>>,
}

impl Warehouse {
    /// Moves a quantity from one account to another. Nothing moves for a quantity of nothing.
    pub(super) fn post(&mut self, stamp: &Stamp, one: &Move<'_>) {
        let lot = self
            .items
            .get_mut(one.sku)
            .and_then(|item| item.lots.get_mut(&one.place.lot));
        debug_assert!(
            lot.is_some() && one.quantity >= Quantity::ZERO,
            "an unchecked movement"
        );
        let Some(lot) = lot.filter(|_| one.quantity > Quantity::ZERO) else {
            return;
        };
        let bin = lot.bins.at_mut(&one.place.location);
        bin.transfer(one.from, one.to, one.quantity);
        self.truth.record(
            stamp,
            Fact::Moved {
                sku: one.sku.clone(),
                lot: one.place.lot.clone(),
                location: one.place.location.clone(),
                from: one.from,
                to: one.to,
                quantity: one.quantity,
                cause: one.cause,
                subject: one.subject.map(Arc::clone),
            },
        );
    }

    /// Makes a lot without stock.
    pub(super) fn open_lot(
        &mut self,
        stamp: &Stamp,
        sku: &Sku,
        lot: &LotId,
        status: LotStatus,
        dates: (Option<LotDate>, Option<LotDate>),
    ) {
        let (produced_on, expires_on) = dates;
        let Some(item) = self.items.get_mut(sku) else {
            return;
        };
        item.lots.insert(
            lot.clone(),
            Lot {
                status,
                produced_on,
                expires_on,
                bins: Bins::default(),
            },
        );
        self.truth.record(
            stamp,
            Fact::LotOpened {
                sku: sku.clone(),
                lot: lot.clone(),
                status,
                produced_on,
                expires_on,
            },
        );
    }

    /// Gives a changed item its next sequence and tells the feed. Returns its level.
    pub(super) fn announce(
        &mut self,
        stamp: &Stamp,
        sku: &Sku,
        kind: EventType,
        cause: CauseKind,
        reference: Option<Arc<str>>,
    ) -> Option<Arc<StockLevel>> {
        let cause = Cause {
            kind: cause,
            reference,
            actor: stamp.actor.clone(),
        };
        self.announce_with(stamp.at, sku, kind, cause, None)
    }

    pub(super) fn announce_with(
        &mut self,
        at: Timestamp,
        sku: &Sku,
        kind: EventType,
        cause: Cause,
        reservation: Option<Arc<Reservation>>,
    ) -> Option<Arc<StockLevel>> {
        let item = self.items.get_mut(sku)?;
        let counts = !std::mem::take(&mut self.keeps_sequence);
        let stock = item.changed(at, counts);
        let position = self.feed.next_position();
        self.feed.push(Event {
            id: event_id(self.keyed.draw("event id", "", position).hex(), position),
            kind,
            position,
            sku: sku.clone(),
            sequence: stock.sequence,
            occurred_at: at,
            cause,
            data: EventData {
                stock: Arc::clone(&stock),
                reservation,
            },
        });
        Some(stock)
    }
}

impl ItemState {
    fn changed(&mut self, at: Timestamp, counts: bool) -> Arc<StockLevel> {
        self.sequence += u64::from(counts);
        self.updated_at = at;
        Arc::new(self.level(at))
    }
}

fn event_id(mut unguessable: String, position: u64) -> String {
    unguessable.truncate(8);
    format!("evt_{position:012}{unguessable}")
}
