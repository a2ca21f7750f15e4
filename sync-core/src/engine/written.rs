//! How a decision is written: entities as JSON, commands as rows, everything in one transaction.

use jiff::Timestamp;

use super::{
    draft::Changes,
    state::{Row, State},
};
use crate::{
    ledger::Transfer,
    outbox::{Command, CommandState},
    store::{Entity, Store, StoreError, StoredCommand, Tx},
};

/// The name under which it is kept that all products were seen once.
pub(super) const PRODUCTS_SWEPT: &str = "products-swept";

/// Writes what a decision changed, all of it or nothing.
pub(super) fn write(
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

impl Changes {
    /// Whether the store has nothing to learn.
    pub(super) fn is_only_in_memory(&self) -> bool {
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
        unanswered: false,
    })
}
