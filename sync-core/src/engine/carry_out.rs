//! Carries a decision out: the store first, in one transaction, then memory. When the store refuses,
//! nothing happened.

use std::collections::BTreeSet;

use jiff::{Timestamp, tz::TimeZone};

use super::{
    Engine, EngineError, Observed,
    draft::{Changes, Draft},
    item::Item,
    order::OrderFacts,
    state::State,
    written::write,
};
use crate::{
    ledger::Transfer,
    outbox::Aggregate,
    quantity::Quantity,
    sku::{JerkySku, OrderId},
    store::StoreError,
};

impl Engine {
    fn draft(&self, now: Timestamp) -> Draft<'_> {
        Draft {
            state: &self.state,
            store: &self.store,
            catalogue: &self.catalogue,
            policy: &self.policy,
            keyed: &self.keyed,
            now,
            dirty: BTreeSet::new(),
            moved_items: BTreeSet::new(),
            moved_products: BTreeSet::new(),
            settling: None,
            changes: Changes {
                last_command: self.state.last_command,
                ..Changes::default()
            },
        }
    }

    /// Makes a decision and carries it out.
    pub(super) fn decide(
        &mut self,
        now: Timestamp,
        decision: impl FnOnce(&mut Draft<'_>) -> Result<(), StoreError>,
    ) -> Result<Observed, EngineError> {
        let mut draft = self.draft(now);
        decision(&mut draft)?;
        draft.follow()?;
        let mut changes = draft.changes;
        self.state.drop_unchanged(&mut changes);
        let transfers = self.state.transfers(&changes, now);
        if !transfers.is_empty() || !changes.is_only_in_memory() {
            write(&mut self.store, &self.state, &changes, &transfers, now)?;
        }
        let observed = changes.observed.clone();
        self.state.apply(changes, transfers, now);
        Ok(observed)
    }
}

impl State {
    /// What was looked at for change and found in order is not written.
    fn drop_unchanged(&self, changes: &mut Changes) {
        changes
            .items
            .retain(|sku, item| self.items.get(sku) != Some(item));
        changes
            .products
            .retain(|sku, product| self.products.get(sku) != Some(product));
        changes
            .mirrors
            .retain(|sku, mirror| self.mirrors.get(sku) != Some(mirror));
        let closes = |id: &OrderId| !self.stays_open(changes, id);
        let mut kept: Vec<bool> = Vec::with_capacity(changes.orders.len());
        for (id, order) in &changes.orders {
            let known = self.orders.get(id);
            kept.push(known != Some(order) || closes(id));
        }
        let mut kept = kept.into_iter();
        changes.orders.retain(|_, _| kept.next().unwrap_or(true));
        changes
            .rows
            .retain(|id, row| self.outbox.get(*id) != row.as_ref());
    }

    /// Whether an order has anything before it.
    pub(super) fn stays_open(&self, changes: &Changes, id: &OrderId) -> bool {
        let order = changes.orders.get(id).or_else(|| self.orders.get(id));
        let Some(order) = order else {
            return false;
        };
        let aggregate = Aggregate::Order(id.clone());
        let waits = match changes.awaiting.get(&aggregate) {
            Some(awaiting) => awaiting.is_some(),
            None => self.waits.is_waiting(&aggregate),
        };
        let mut rows = changes.rows.values().flatten();
        let works = rows.any(|row| row.aggregate == aggregate);
        let dropped = |id| matches!(changes.rows.get(&id), Some(None));
        let worked = self
            .outbox
            .live(&aggregate)
            .is_some_and(|row| !dropped(row.id));
        let dead = self.outbox.dead(&aggregate).into_iter().flatten();
        let mut dead = dead.filter(|(_, id)| !dropped(**id));
        order.facts.as_ref().is_none_or(OrderFacts::is_open)
            || waits
            || works
            || worked
            || dead.next().is_some()
    }

    fn apply(&mut self, mut changes: Changes, transfers: Vec<Transfer>, now: Timestamp) {
        self.keep_open(&mut changes);
        for (sku, item) in changes.items {
            self.know_zone(&item);
            self.items.insert(sku, item);
        }
        self.products.extend(changes.products);
        self.mirrors.extend(changes.mirrors);
        for transfer in transfers {
            // The ledger was asked before they were written.
            if let Err(error) = self.ledger.apply(transfer) {
                tracing::error!(%error, "a movement does not fit the ledger");
            }
        }
        for (id, row) in changes.rows {
            match row {
                Some(row) => self.outbox.put(row),
                None => self.outbox.remove(id),
            }
        }
        for (aggregate, awaiting) in changes.awaiting {
            self.waits.set(&aggregate, awaiting);
        }
        for aggregate in &changes.forgiven {
            self.outbox.forgive(aggregate);
        }
        for ((aggregate, intention), failed) in changes.failures {
            let again = self
                .outbox
                .live(&aggregate)
                .is_some_and(|row| row.intention() == intention);
            let times = if again || failed.refused {
                failed.times
            } else {
                0
            };
            self.outbox.set_failures(&aggregate, &intention, times);
        }
        for (id, unserved) in changes.unserved {
            self.serve(&id, unserved);
        }
        for (name, value) in changes.cursors {
            self.cursors.insert(name, value);
        }
        self.products_swept |= changes.products_swept;
        self.last_command = changes.last_command;
        // A clock that was set back comes to a midnight again that it had passed.
        if changes.midnight_passed || self.midnight.is_none() || now < self.midnight_since {
            self.midnight = self.next_midnight(now);
            self.midnight_since = now;
        }
        if changes.forget_before.is_some() {
            self.inbox_pruned = Some(now);
        }
    }

    /// Keeps the orders that have something before them at hand, and lets the others go.
    fn keep_open(&mut self, changes: &mut Changes) {
        let planned = changes
            .awaiting
            .keys()
            .filter_map(|aggregate| match aggregate {
                Aggregate::Order(id) => Some(id),
                Aggregate::Listing(_) | Aggregate::Mirror(_) | Aggregate::Item(_) => None,
            });
        let touched: BTreeSet<OrderId> = changes.orders.keys().chain(planned).cloned().collect();
        for id in touched {
            if !self.stays_open(changes, &id) {
                self.orders.remove(&id);
                self.outbox.forgive(&Aggregate::Order(id));
            } else if let Some(order) = changes.orders.remove(&id) {
                self.orders.insert(id, order);
            }
        }
    }

    pub(super) fn know_zone(&mut self, item: &Item) {
        if let Some(zone) = &item.zone
            && !self.zones.contains_key(zone)
            && let Ok(found) = TimeZone::get(zone)
        {
            self.zones.insert(zone.clone(), found);
            self.midnight = None;
        }
    }

    pub(super) fn serve(&mut self, id: &OrderId, unserved: Vec<(JerkySku, Quantity)>) {
        for (sku, _) in self.unserved_of.remove(id).unwrap_or_default() {
            if let Some(orders) = self.unserved.get_mut(&sku) {
                orders.remove(id);
                if orders.is_empty() {
                    self.unserved.remove(&sku);
                }
            }
        }
        for (sku, quantity) in &unserved {
            let orders = self.unserved.entry(sku.clone()).or_default();
            let sum = orders.entry(id.clone()).or_default();
            *sum = sum.saturating_add(*quantity);
        }
        if !unserved.is_empty() {
            self.unserved_of.insert(id.clone(), unserved);
        }
    }
}
