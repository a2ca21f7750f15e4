//! A unit of work: what is known, with the changes of one decision laid over it.
//!
//! Rules read through a draft and write into it; nothing of it is visible anywhere until the whole
//! of it was committed. Dropping it is the rollback.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use bytes::Bytes;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use seams::Keyed;
use serde::Serialize;

use super::{
    EnginePolicy, Observed,
    counts::Verdict,
    held::Held,
    item::{Item, Level},
    mirror::Shown,
    next::{Concern, World},
    order::Order,
    product::Product,
    state::{Awaiting, Row, State},
};
use crate::{
    catalogue::Catalogue,
    expiry,
    outbox::{Aggregate, CommandId},
    quantity::Quantity,
    quarantine::Quarantined,
    sku::{CountId, JerkySku, OrderId, PolishSku, ReservationId},
    store::{Alert, Entity, Store, StoreError},
};

/// A decision in the making.
pub(super) struct Draft<'a> {
    pub(super) state: &'a State,
    pub(super) store: &'a Store,
    pub(super) catalogue: &'a Catalogue,
    pub(super) policy: &'a EnginePolicy,
    pub(super) keyed: &'a Keyed,
    pub(super) now: Timestamp,
    /// Aggregates whose next step may be another than before.
    pub(super) dirty: BTreeSet<Aggregate>,
    /// Items and products whose stock is another than before.
    pub(super) moved_items: BTreeSet<JerkySku>,
    pub(super) moved_products: BTreeSet<PolishSku>,
    /// The command whose outcome is being taken in: it is no longer out.
    pub(super) settling: Option<CommandId>,
    pub(super) changes: Changes,
}

/// What a decision changes.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) items: BTreeMap<JerkySku, Item>,
    /// What the vendor said made a level what it is, and by which event; of every item whose level
    /// was read, new or not.
    pub(super) causes: BTreeMap<JerkySku, (String, String)>,
    pub(super) products: BTreeMap<PolishSku, Product>,
    pub(super) mirrors: BTreeMap<JerkySku, Shown>,
    pub(super) orders: BTreeMap<OrderId, Order>,
    /// Reservations that are learned anew: whose, and as they were known before.
    pub(super) reservations: BTreeMap<ReservationId, (OrderId, Option<Held>)>,
    pub(super) counts: Vec<(CountId, Verdict)>,
    pub(super) rows: BTreeMap<CommandId, Option<Row>>,
    pub(super) events: Vec<String>,
    pub(super) cursors: BTreeMap<&'static str, String>,
    pub(super) quarantine: Vec<Quarantined>,
    pub(super) resolved: Vec<(&'static str, String)>,
    pub(super) alerts: Vec<Alert>,
    pub(super) meta: Vec<(String, String)>,
    pub(super) forget_before: Option<Timestamp>,
    // The rest is in memory only: it follows from the above.
    pub(super) awaiting: BTreeMap<Aggregate, Option<Awaiting>>,
    pub(super) failures: BTreeMap<(Aggregate, String), Failed>,
    pub(super) forgiven: BTreeSet<Aggregate>,
    pub(super) unserved: BTreeMap<OrderId, Vec<(JerkySku, Quantity)>>,
    pub(super) products_swept: bool,
    pub(super) midnight_passed: bool,
    pub(super) last_command: i64,
    pub(super) observed: Observed,
}

/// How often a step was tried and did not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) times: u32,
    /// It was refused. One that was applied failed only if it is the next step again.
    pub(super) refused: bool,
}

impl Draft<'_> {
    pub(super) fn item(&self, sku: &JerkySku) -> Option<&Item> {
        let changed = self.changes.items.get(sku);
        changed.or_else(|| self.state.items.get(sku))
    }

    pub(super) fn item_mut(&mut self, sku: &JerkySku) -> &mut Item {
        let base = self.state.items.get(sku);
        let entry = self.changes.items.entry(sku.clone());
        entry.or_insert_with(|| base.cloned().unwrap_or_default())
    }

    pub(super) fn listed(&self, sku: &PolishSku) -> Option<&Product> {
        let changed = self.changes.products.get(sku);
        changed.or_else(|| self.state.products.get(sku))
    }

    pub(super) fn product_mut(&mut self, sku: &PolishSku) -> &mut Product {
        let base = self.state.products.get(sku);
        let entry = self.changes.products.entry(sku.clone());
        entry.or_insert_with(|| base.cloned().unwrap_or_default())
    }

    pub(super) fn mirror(&self, sku: &JerkySku) -> Option<&Shown> {
        let changed = self.changes.mirrors.get(sku);
        changed.or_else(|| self.state.mirrors.get(sku))
    }

    pub(super) fn mirror_mut(&mut self, sku: &JerkySku) -> &mut Shown {
        let base = self.state.mirrors.get(sku);
        let entry = self.changes.mirrors.entry(sku.clone());
        entry.or_insert_with(|| base.cloned().unwrap_or_default())
    }

    /// An order that is at hand: in this draft, or open.
    pub(super) fn order(&self, id: &OrderId) -> Option<&Order> {
        let changed = self.changes.orders.get(id);
        changed.or_else(|| self.state.orders.get(id))
    }

    /// An order, brought back from the store if it was closed, or begun if it was never heard of.
    pub(super) fn order_mut(&mut self, id: &OrderId) -> Result<&mut Order, StoreError> {
        if !self.changes.orders.contains_key(id) {
            let order = match self.find(id)? {
                Some(order) => order,
                None => Order::new(id.clone(), self.now),
            };
            self.changes.orders.insert(id.clone(), order);
        }
        let now = self.now;
        let entry = self.changes.orders.entry(id.clone());
        Ok(entry.or_insert_with(|| Order::new(id.clone(), now)))
    }

    /// Whether an order was ever heard of.
    pub(super) fn knows_order(&self, id: &OrderId) -> Result<bool, StoreError> {
        Ok(self.known_version(id)?.is_some())
    }

    /// The version of an order that was ever heard of. One that was closed is not read for it: polls
    /// and sweeps meet thousands of those.
    pub(super) fn known_version(&self, id: &OrderId) -> Result<Option<u64>, StoreError> {
        match self.order(id) {
            Some(order) => Ok(Some(order.version())),
            None => self.store.number(Entity::Order, id.as_str()),
        }
    }

    /// An order as it is at hand, or as it was closed.
    pub(super) fn recall(&self, id: &OrderId) -> Result<Option<Cow<'_, Order>>, StoreError> {
        match self.order(id) {
            Some(order) => Ok(Some(Cow::Borrowed(order))),
            None => Ok(self.find(id)?.map(Cow::Owned)),
        }
    }

    /// An order that is not in this draft.
    pub(super) fn find(&self, id: &OrderId) -> Result<Option<Order>, StoreError> {
        if let Some(order) = self.state.orders.get(id) {
            return Ok(Some(order.clone()));
        }
        let body = self.store.get(Entity::Order, id.as_str())?;
        body.map(|body| parse("order", id.as_str(), &body))
            .transpose()
    }

    /// The command under way for an aggregate.
    pub(super) fn live_row(&self, aggregate: &Aggregate) -> Option<&Row> {
        let mut rows = self.changes.rows.values().flatten();
        let changed = rows.find(|row| {
            row.aggregate == *aggregate && row.state != crate::outbox::CommandState::Dead
        });
        changed.or_else(|| {
            let row = self.state.outbox.live(aggregate)?;
            (!self.changes.rows.contains_key(&row.id)).then_some(row)
        })
    }

    /// Whether a command is carried out just now.
    pub(super) fn is_out(&self, id: CommandId) -> bool {
        self.settling != Some(id) && self.state.outbox.is_handed(id)
    }

    pub(super) fn put_row(&mut self, row: Row) {
        self.changes.rows.insert(row.id, Some(row));
    }

    pub(super) fn drop_row(&mut self, id: CommandId) {
        // A command begun and given up within one decision was never written.
        if self.state.outbox.get(id).is_none() {
            self.changes.rows.remove(&id);
        } else {
            self.changes.rows.insert(id, None);
        }
    }

    pub(super) fn next_command(&mut self) -> CommandId {
        self.changes.last_command += 1;
        CommandId(self.changes.last_command)
    }

    pub(super) fn failures(&self, aggregate: &Aggregate, intention: &str) -> u32 {
        let changed = self
            .changes
            .failures
            .get(&(aggregate.clone(), intention.to_owned()));
        match changed {
            Some(failed) => failed.times,
            None if self.changes.forgiven.contains(aggregate) => 0,
            None => self.state.outbox.failures(aggregate, intention),
        }
    }

    /// What orders that are confirmed and not reserved yet will take of an item.
    pub(super) fn unserved(&self, sku: &JerkySku) -> Quantity {
        let known = self.state.unserved.get(sku).into_iter().flatten();
        let known = known
            .filter(|(order, _)| !self.changes.unserved.contains_key(*order))
            .map(|(_, quantity)| *quantity);
        let changed = self.changes.unserved.values().flatten();
        let changed = changed
            .filter(|(item, _)| item == sku)
            .map(|(_, quantity)| *quantity);
        known.chain(changed).sum()
    }

    /// Puts a row that was read into quarantine, written out again as evidence.
    pub(super) fn quarantine(
        &mut self,
        what: &'static str,
        subject: &str,
        reason: String,
        row: &impl Serialize,
    ) {
        let raw = serde_json::to_vec(row).unwrap_or_default();
        self.quarantine_raw(what, subject, reason, Bytes::from(raw));
    }

    pub(super) fn quarantine_raw(
        &mut self,
        what: &'static str,
        subject: &str,
        reason: String,
        raw: Bytes,
    ) {
        self.changes.observed.quarantined += 1;
        self.changes.quarantine.push(Quarantined {
            what: what.to_owned(),
            subject: subject.to_owned(),
            reason,
            raw,
            at: self.now,
        });
    }

    pub(super) fn alert(&mut self, kind: &str, subject: &str, detail: String) {
        self.changes.observed.alerts += 1;
        self.changes.alerts.push(Alert {
            at: self.now,
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            detail,
        });
    }

    /// Tells people of an order's trouble, once for each kind.
    pub(super) fn tell(&mut self, id: &OrderId, concern: &Concern) -> Result<(), StoreError> {
        let order = self.order_mut(id)?;
        if order.told.insert(concern.kind.to_owned()) {
            self.alert(concern.kind, id.as_str(), concern.detail.clone());
        }
        Ok(())
    }

    pub(super) fn applied(&mut self, new: bool) {
        if new {
            self.changes.observed.applied += 1;
        } else {
            self.changes.observed.stale += 1;
        }
    }
}

impl World for Draft<'_> {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn catalogue(&self) -> &Catalogue {
        self.catalogue
    }

    fn policy(&self) -> &EnginePolicy {
        self.policy
    }

    fn level(&self, sku: &JerkySku) -> Option<&Level> {
        self.item(sku)?.level.as_ref()
    }

    fn today(&self, sku: &JerkySku) -> Date {
        let zone = self.item(sku).and_then(|item| item.zone.as_deref());
        let zone = zone.unwrap_or(&self.policy.warehouse_zone);
        match self.state.zones.get(zone) {
            Some(zone) => expiry::day_in(zone, self.now),
            None => expiry::day_in(&TimeZone::get(zone).unwrap_or(TimeZone::UTC), self.now),
        }
    }

    fn product(&self, sku: &PolishSku) -> Option<&Product> {
        self.listed(sku)
    }

    fn products_swept(&self) -> bool {
        self.state.products_swept || self.changes.products_swept
    }
}

/// Reads a stored body back.
pub(super) fn parse<T: serde::de::DeserializeOwned>(
    what: &'static str,
    key: &str,
    body: &[u8],
) -> Result<T, StoreError> {
    serde_json::from_slice(body).map_err(|error| StoreError::Corrupt {
        what,
        key: key.to_owned(),
        reason: error.to_string(),
    })
}
