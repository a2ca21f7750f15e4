//! Takes in what vendors say: dedupe, cursors, and each row by its own rule.

use bytes::Bytes;

use super::{
    Cursor, Observation,
    draft::Draft,
    learn::{Cause, item_named},
    stock::Learned,
};
use crate::{
    outbox::Aggregate,
    quarantine::subject_of,
    sku::{OrderId, PolishSku},
    sometimes::{Mark, reached},
    store::StoreError,
    vendor::{
        jerky::view::JerkyEventView,
        polish::view::{PolishEventView, PolishTopic},
        reading::Unreadable,
    },
};

impl Draft<'_> {
    /// Takes in an observation. What follows from it is planned afterwards.
    pub(super) fn take_in(&mut self, seen: Observation) -> Result<(), StoreError> {
        match seen {
            Observation::JerkyWebhook { event, raw } => self.jerky_event(&event, Some(raw)),
            Observation::JerkyFeed { events, up_to } => {
                for unreadable in events.iter().filter_map(|row| row.as_ref().err()) {
                    self.reread_item_named(unreadable);
                }
                self.rows(events, |draft, event| draft.jerky_event(event, None))?;
                self.advance_feed(up_to);
                Ok(())
            }
            Observation::FeedRestarted { at } => {
                reached(Mark::FeedRestarted);
                self.advance_feed(at);
                Ok(())
            }
            Observation::Items(rows) => self.rows(rows, |draft, view| {
                draft.learn_item(view);
                Ok(())
            }),
            Observation::Stock(rows) => self.learn_levels(rows),
            Observation::Reservations(rows) => self.rows(rows, Self::learn_any_reservation),
            Observation::Mirrors(rows) => self.rows(rows, |draft, view| {
                draft.learn_mirror(view);
                Ok(())
            }),
            Observation::PolishWebhook(event) => self.polish_event(&event),
            Observation::Products { rows, cursor } => {
                self.set_cursor(Cursor::Products, cursor.map(|at| at.to_string()));
                self.rows(rows, |draft, view| {
                    draft.learn_product(view, Learned::Read);
                    Ok(())
                })
            }
            Observation::Orders { rows, cursor } => {
                self.set_cursor(Cursor::Orders, cursor.map(|at| at.to_string()));
                for unreadable in rows.iter().filter_map(|row| row.as_ref().err()) {
                    self.reread_named(unreadable)?;
                }
                self.rows(rows, |draft, view| draft.learn_order(view, Learned::Read))
            }
            Observation::Counts { rows, cursor } => {
                self.set_cursor(Cursor::Counts, cursor);
                self.rows(rows, Self::learn_count)
            }
            Observation::Unreadable(unreadable) => {
                self.unreadable(unreadable);
                Ok(())
            }
            Observation::Swept(swept) => self.swept(&swept),
        }
    }

    fn jerky_event(
        &mut self,
        event: &JerkyEventView,
        raw: Option<Bytes>,
    ) -> Result<(), StoreError> {
        if !self.is_new(event.id.as_str())? {
            reached(Mark::RepeatedEvent);
            match raw {
                Some(_) => self.applied(false),
                None => self.told_again(event),
            }
            return Ok(());
        }
        if event.sku != event.stock.sku {
            let reason = format!("an event of {} tells of {}", event.sku, event.stock.sku);
            match raw {
                Some(raw) => self.quarantine_raw("event", event.id.as_str(), reason, raw),
                None => self.quarantine("event", event.id.as_str(), reason, event),
            }
            return Ok(());
        }
        self.learn_level(&event.stock, Learned::Pushed, Cause::of(event));
        match &event.reservation {
            Some(reservation) => self.learn_any_reservation(reservation),
            None => Ok(()),
        }
    }

    /// The feed tells what a webhook told before. Where the two contradict each other, one of them
    /// lied, and perhaps in a way that nobody could see: a reading will tell which.
    fn told_again(&mut self, event: &JerkyEventView) {
        let known = self.known_sequence(&event.sku);
        if event.sku == event.stock.sku && event.stock.sequence == known {
            self.learn_level(&event.stock, Learned::Pushed, Cause::of(event));
        } else {
            self.applied(false);
        }
    }

    /// A row that cannot be read may still say which order it is. The cursor passes it over, and a
    /// sweep meets the same row: the order is read by itself.
    fn reread_named(&mut self, unreadable: &Unreadable) -> Result<(), StoreError> {
        let named = subject_of(&unreadable.raw).and_then(|id| OrderId::parse(&id).ok());
        let Some(id) = named else {
            return Ok(());
        };
        if self.knows_order(&id)? {
            self.order_mut(&id)?.reread = true;
            self.dirty.insert(Aggregate::Order(id));
        }
        Ok(())
    }

    /// The cursor of the feed passes a row that cannot be read as well.
    fn reread_item_named(&mut self, unreadable: &Unreadable) {
        if let Some(sku) = item_named(unreadable) {
            self.reread_item(&sku);
        }
    }

    /// A thin event says only what to read, and only if that is newer than what is known: so the
    /// echo of our own publish, whose version its reply told, leads to nothing.
    fn polish_event(&mut self, event: &PolishEventView) -> Result<(), StoreError> {
        if !self.is_new(event.id.as_str())? {
            self.applied(false);
            return Ok(());
        }
        match event.topic {
            PolishTopic::OrderCreated | PolishTopic::OrderUpdated => self.hear_of_order(event),
            PolishTopic::ProductUpdated => {
                self.hear_of_product(event);
                Ok(())
            }
            // Counts are read in order by the poll; the event only says that it is worth while.
            PolishTopic::CountRecorded => {
                self.applied(true);
                Ok(())
            }
        }
    }

    fn hear_of_order(&mut self, event: &PolishEventView) -> Result<(), StoreError> {
        let id = match OrderId::parse(&event.resource_id) {
            Ok(id) => id,
            Err(error) => {
                self.quarantine("event", event.id.as_str(), error.to_string(), event);
                return Ok(());
            }
        };
        let order = self.order_mut(&id)?;
        let new = event.version > order.version() && event.version > order.heard;
        if new {
            order.heard = event.version;
            self.dirty.insert(Aggregate::Order(id));
        }
        self.applied(new);
        Ok(())
    }

    fn hear_of_product(&mut self, event: &PolishEventView) {
        let sku = match PolishSku::parse(&event.resource_id) {
            Ok(sku) => sku,
            Err(error) => {
                self.quarantine("event", event.id.as_str(), error.to_string(), event);
                return;
            }
        };
        let known = self.listed(&sku);
        let heard = known.map_or(0, |product| product.heard.max(product.version()));
        let new = event.version > heard;
        if new {
            self.product_mut(&sku).heard = event.version;
            self.dirty.insert(Aggregate::Listing(sku));
        }
        self.applied(new);
    }

    /// Whether an event was never seen; it is remembered with its effects.
    fn is_new(&mut self, id: &str) -> Result<bool, StoreError> {
        if self.changes.events.iter().any(|known| known == id) || self.store.has_event(id)? {
            return Ok(false);
        }
        self.changes.events.push(id.to_owned());
        Ok(true)
    }

    fn set_cursor(&mut self, cursor: Cursor, value: Option<String>) {
        if let Some(value) = value {
            let known = self.state.cursors.get(cursor.name());
            if known != Some(&value) {
                self.changes.cursors.insert(cursor.name(), value);
            }
        }
    }

    /// The feed's cursor never goes back: pages may be told twice.
    fn advance_feed(&mut self, position: u64) {
        let known = self.state.cursors.get(Cursor::JerkyFeed.name());
        let known = known.and_then(|known| known.parse::<u64>().ok());
        if known.is_none_or(|known| position > known) {
            self.set_cursor(Cursor::JerkyFeed, Some(position.to_string()));
        }
    }
}
