//! Taking over a store: what is at hand is loaded, and what follows from it is planned anew.

use jiff::tz::TimeZone;

use super::{
    Cursor, EnginePolicy,
    draft::{Draft, parse},
    state::State,
    written::{PRODUCTS_SWEPT, restored},
};
use crate::{
    ledger::Ledger,
    outbox::Aggregate,
    sku::{JerkySku, NameError, OrderId, PolishSku},
    sometimes::{Mark, reached},
    store::{Entity, Store, StoreError},
};

impl State {
    /// Everything at hand, as the store has it.
    pub(super) fn load(store: &Store, policy: &EnginePolicy) -> Result<Self, StoreError> {
        let mut state = Self::default();
        let zone = TimeZone::get(&policy.warehouse_zone).unwrap_or(TimeZone::UTC);
        state.zones.insert(policy.warehouse_zone.clone(), zone);
        state.load_entities(store)?;
        let ledger = Ledger::restored(store.transfers()?);
        state.ledger = ledger.map_err(|error| StoreError::Corrupt {
            what: "ledger",
            key: String::new(),
            reason: error.to_string(),
        })?;
        for row in store.commands()? {
            state.outbox.put(restored(row)?);
        }
        for cursor in Cursor::ALL {
            if let Some(value) = store.cursor(cursor.name())? {
                state.cursors.insert(cursor.name(), value);
            }
        }
        state.last_command = store.last_command()?;
        state.products_swept = store.meta(PRODUCTS_SWEPT)?.is_some();
        Ok(state)
    }

    fn load_entities(&mut self, store: &Store) -> Result<(), StoreError> {
        store.load(Entity::Item, |key, body| {
            let item = parse("item", key, body)?;
            self.know_zone(&item);
            self.items
                .insert(named("item", key, JerkySku::parse)?, item);
            Ok(())
        })?;
        store.load(Entity::Product, |key, body| {
            let sku = named("product", key, PolishSku::parse)?;
            self.products.insert(sku, parse("product", key, body)?);
            Ok(())
        })?;
        store.load(Entity::Mirror, |key, body| {
            let sku = named("mirror", key, JerkySku::parse)?;
            self.mirrors.insert(sku, parse("mirror", key, body)?);
            Ok(())
        })?;
        store.load(Entity::Order, |key, body| {
            let id = named("order", key, OrderId::parse)?;
            self.orders.insert(id, parse("order", key, body)?);
            Ok(())
        })
    }
}

/// Plans everything anew: the catalogue may be another, and midnight may have passed.
pub(super) fn plan_anew(draft: &mut Draft<'_>) -> Result<(), StoreError> {
    let (state, catalogue) = (draft.state, draft.catalogue);
    if state.outbox.rows().next().is_some() {
        reached(Mark::Resumed);
    }
    let orders = state.orders.keys().cloned().map(Aggregate::Order);
    draft.dirty.extend(orders);
    let products = state.products.keys().cloned().map(Aggregate::Listing);
    draft.dirty.extend(products);
    let now = draft.now;
    for (sku, product) in &state.products {
        if product.foreign_since.is_some() {
            // Nothing could arrive while nobody listened.
            draft.product_mut(sku).foreign_since = Some(now);
        }
    }
    let mirrors = catalogue.mirrors().iter();
    let mirrors = mirrors.map(|mirror| Aggregate::Mirror(mirror.jerky.clone()));
    draft.dirty.extend(mirrors);
    for (sku, item) in &state.items {
        if item.level.is_some() {
            draft.moved_items.insert(sku.clone());
        }
        draft.dirty.insert(Aggregate::Item(sku.clone()));
    }
    Ok(())
}

fn named<N>(
    what: &'static str,
    key: &str,
    name: impl Fn(&str) -> Result<N, NameError>,
) -> Result<N, StoreError> {
    name(key).map_err(|error| StoreError::Corrupt {
        what,
        key: key.to_owned(),
        reason: error.to_string(),
    })
}
