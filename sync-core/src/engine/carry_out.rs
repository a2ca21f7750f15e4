//! Carries a decision out: the store first, in one transaction, then memory. When the store refuses,
//! nothing happened.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    Engine, EngineError, Observed,
    draft::{Changes, Draft},
    item::{Item, Level},
    state::{Row, State},
};
use crate::{
    ledger::{Account, Phase, Transfer, TransferId, movements},
    outbox::{Aggregate, Command, CommandState},
    quantity::Quantity,
    sku::{JerkySku, LotId, OrderId},
    store::{Entity, Store, StoreError, StoredCommand, Tx},
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
        if !changes.is_only_in_memory() {
            write(&mut self.store, &self.state, &changes, &transfers, now)?;
        }
        let observed = changes.observed.clone();
        self.state.apply(changes, transfers, now);
        Ok(observed)
    }
}

impl Changes {
    /// Whether the store has nothing to learn.
    fn is_only_in_memory(&self) -> bool {
        self.items.is_empty()
            && self.products.is_empty()
            && self.mirrors.is_empty()
            && self.orders.is_empty()
            && self.counts.is_empty()
            && self.rows.is_empty()
            && self.events.is_empty()
            && self.cursors.is_empty()
            && self.quarantine.is_empty()
            && self.resolved.is_empty()
            && self.alerts.is_empty()
            && self.meta.is_empty()
            && self.forget_before.is_none()
            && !self.products_swept
    }
}

/// The name under which it is kept that all products were seen once.
pub(super) const PRODUCTS_SWEPT: &str = "products-swept";

fn write(
    store: &mut Store,
    state: &State,
    changes: &Changes,
    transfers: &[Transfer],
    now: Timestamp,
) -> Result<(), StoreError> {
    store.transact(|tx| {
        write_entities(tx, state, changes)?;
        for transfer in transfers {
            tx.record(transfer)?;
        }
        for (id, row) in &changes.rows {
            match row {
                Some(row) => tx.put_command(&stored(row)?)?,
                None => tx.drop_command(*id)?,
            }
        }
        for event in &changes.events {
            tx.remember_event(event, now)?;
        }
        for (name, value) in &changes.cursors {
            tx.set_cursor(name, value)?;
        }
        for entry in &changes.quarantine {
            tx.quarantine(entry)?;
        }
        for (what, subject) in &changes.resolved {
            tx.resolve(what, subject, now)?;
        }
        for alert in &changes.alerts {
            tx.alert(alert)?;
        }
        for (key, value) in &changes.meta {
            tx.set_meta(key, value)?;
        }
        if changes.products_swept {
            tx.set_meta(PRODUCTS_SWEPT, "yes")?;
        }
        if let Some(limit) = changes.forget_before {
            tx.forget_events(limit)?;
        }
        Ok(())
    })
}

fn write_entities(tx: &mut Tx<'_>, state: &State, changes: &Changes) -> Result<(), StoreError> {
    for (sku, item) in &changes.items {
        let body = body("item", sku.as_str(), item)?;
        tx.put(Entity::Item, sku.as_str(), item.sequence(), true, &body)?;
    }
    for (sku, product) in &changes.products {
        let body = body("product", sku.as_str(), product)?;
        tx.put(
            Entity::Product,
            sku.as_str(),
            product.version(),
            true,
            &body,
        )?;
    }
    for (sku, mirror) in &changes.mirrors {
        let body = body("mirror", sku.as_str(), mirror)?;
        tx.put(Entity::Mirror, sku.as_str(), mirror.sequence, true, &body)?;
    }
    for (id, order) in &changes.orders {
        let body = body("order", id.as_str(), order)?;
        let open = state.stays_open(changes, id);
        tx.put(Entity::Order, id.as_str(), order.version(), open, &body)?;
    }
    for (id, verdict) in &changes.counts {
        let body = body("count", id.as_str(), verdict)?;
        tx.put(Entity::Count, id.as_str(), 0, false, &body)?;
    }
    Ok(())
}

fn body(
    what: &'static str,
    key: &str,
    value: &impl serde::Serialize,
) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value).map_err(|error| StoreError::Corrupt {
        what,
        key: key.to_owned(),
        reason: error.to_string(),
    })
}

fn stored(row: &Row) -> Result<StoredCommand, StoreError> {
    let json = |value: Result<String, serde_json::Error>| {
        value.map_err(|error| StoreError::Corrupt {
            what: "command",
            key: row.key.clone(),
            reason: error.to_string(),
        })
    };
    Ok(StoredCommand {
        id: row.id,
        aggregate: json(serde_json::to_string(&row.aggregate))?,
        command: json(serde_json::to_string(&row.command))?,
        key: row.key.clone(),
        state: row.state,
        attempts: row.attempts,
        due_at: row.due_at,
    })
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
    fn stays_open(&self, changes: &Changes, id: &OrderId) -> bool {
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
        order
            .facts
            .as_ref()
            .is_none_or(super::order::OrderFacts::is_open)
            || waits
            || works
            || worked
            || dead.next().is_some()
    }

    /// The movements that explain the levels that changed.
    fn transfers(&self, changes: &Changes, now: Timestamp) -> Vec<Transfer> {
        let mut transfers = Vec::new();
        for (sku, item) in &changes.items {
            let known = self.items.get(sku).and_then(|item| item.level.as_ref());
            if let Some(level) = &item.level
                && known != Some(level)
            {
                let (kind, event) = changes
                    .causes
                    .get(sku)
                    .map_or(("reading", ""), |(kind, event)| (kind, event));
                self.explain(sku, level, (kind, event), now, &mut transfers);
            }
        }
        transfers
    }

    fn explain(
        &self,
        sku: &JerkySku,
        level: &Level,
        (kind, event): (&str, &str),
        now: Timestamp,
        transfers: &mut Vec<Transfer>,
    ) {
        let known = self.ledger.lots(sku).map(|(lot, _)| lot);
        let gone = known.filter(|lot| !level.lots.iter().any(|seen| seen.lot == **lot));
        let mut lots: Vec<&LotId> = level.lots.iter().map(|lot| &lot.lot).chain(gone).collect();
        lots.sort();
        lots.dedup();
        for lot in lots {
            let steps = movements(
                &self.ledger.balances(sku, lot),
                &inside(level, lot),
                outside(kind),
            );
            for (number, step) in steps.into_iter().enumerate() {
                let sequence = level.sequence;
                transfers.push(Transfer {
                    id: TransferId::new(format!("{sku}:{sequence}:{lot}:{number}")),
                    sku: sku.clone(),
                    lot: lot.clone(),
                    from: step.from,
                    to: step.to,
                    quantity: step.quantity,
                    phase: Phase::Direct,
                    at: now,
                    cause: format!("{kind} {event}").trim_end().into(),
                });
            }
        }
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
            // What the ledger would refuse, it was not asked to explain.
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
        for ((aggregate, key), failed) in changes.failures {
            let again = self
                .outbox
                .live(&aggregate)
                .is_some_and(|row| row.key == key);
            let times = if again || failed.refused {
                failed.times
            } else {
                0
            };
            self.outbox.set_failures(&aggregate, &key, times);
        }
        for (id, unserved) in changes.unserved {
            self.serve(&id, unserved);
        }
        for (name, value) in changes.cursors {
            self.cursors.insert(name, value);
        }
        self.products_swept |= changes.products_swept;
        self.last_command = changes.last_command;
        if changes.midnight_passed || self.midnight.is_none() {
            self.midnight = self.next_midnight(now);
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
            && let Ok(found) = jiff::tz::TimeZone::get(zone)
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

/// What a level says is inside the warehouse of one lot, over all places, by account.
fn inside(level: &Level, lot: &LotId) -> [Quantity; Account::INSIDE.len()] {
    let mut inside = [Quantity::ZERO; Account::INSIDE.len()];
    for seen in level.lots.iter().filter(|seen| seen.lot == *lot) {
        let claimed = seen.reserved.saturating_add(seen.committed);
        let unfit = seen.damaged.saturating_add(seen.quality_control);
        let parts = [
            seen.on_hand.less(claimed.saturating_add(unfit)),
            seen.reserved,
            seen.committed,
            seen.damaged,
            seen.quality_control,
        ];
        for (sum, part) in inside.iter_mut().zip(parts) {
            *sum = sum.saturating_add(part);
        }
    }
    inside
}

/// Where a change of the whole came from or went to, by the vendor's word for its cause.
fn outside(kind: &str) -> Account {
    match kind {
        "count" | "adjustment" => Account::CountedOff,
        "disposal" => Account::Disposed,
        "sale" | "commit" | "return" | "reservation" => Account::Sold,
        _ => Account::Supplier,
    }
}

/// Brings a stored command back. It may have been sent before: it is asked about first.
pub(super) fn restored(row: StoredCommand) -> Result<Row, StoreError> {
    let corrupt = |error: serde_json::Error| StoreError::Corrupt {
        what: "command",
        key: row.id.to_string(),
        reason: error.to_string(),
    };
    let aggregate = serde_json::from_str(&row.aggregate).map_err(corrupt)?;
    let command: Command = serde_json::from_str(&row.command).map_err(corrupt)?;
    let state = match row.state {
        CommandState::Pending if !command.asks_by_repeating() => CommandState::Unknown,
        state => state,
    };
    Ok(Row {
        id: row.id,
        aggregate,
        command,
        key: row.key,
        state,
        attempts: row.attempts.max(1),
        due_at: row.due_at,
    })
}
