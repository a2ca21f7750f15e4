//! The middleware's view of itself, read from its store, in the oracle's words.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;
use sync_core::{
    ledger::{Account, Ledger},
    store::{Entity, Store},
};

use crate::{
    oracle::history::{
        Allocation, Checkpoint, Delivery, HubView, Level, OutboxRow, Quarantined, Vendor, inbox_key,
    },
    oracle::names::JerkySku,
    sim::{SimError, process::Process},
};

/// The names of the middleware's cursors in its store.
const FEED: &str = "jerky-feed";
const ORDERS: &str = "orders";
const PRODUCTS: &str = "products";
const COUNTS: &str = "counts";
const CURSORS: [&str; 4] = [FEED, ORDERS, PRODUCTS, COUNTS];

/// The quarantine and the alerts are told whole: an excuse that was left out would convict.
const ALL: usize = usize::MAX;

/// What the middleware says of itself at the end.
pub(super) fn view(
    process: &Process,
    deliveries: &[Delivery],
    at: Timestamp,
) -> Result<HubView, SimError> {
    let told = process.with_store(|store| -> Result<HubView, SimError> {
        Ok(HubView {
            outbox: outbox(store)?,
            quarantine: quarantine(store)?,
            inbox: inbox(store, deliveries)?,
            levels: levels(store, at)?,
            pending: Vec::new(),
            alerts: alerts(store)?,
        })
    });
    let mut view = told.ok_or(SimError::Ended)??;
    view.pending = process.pending();
    Ok(view)
}

/// Where the cursors stand.
pub(in crate::sim) fn cursors(store: &Store) -> Result<[Option<String>; 4], SimError> {
    let [feed, orders, products, counts] = CURSORS;
    Ok([
        store.cursor(feed)?,
        store.cursor(orders)?,
        store.cursor(products)?,
        store.cursor(counts)?,
    ])
}

/// Durable positions, of these orders among others: the store lists by itself only open ones.
pub(in crate::sim) fn checkpoint(
    store: &Store,
    orders: &[String],
    at: Timestamp,
) -> Result<Checkpoint, SimError> {
    let cursor = |name| store.cursor(name);
    let mut covered = BTreeMap::new();
    for name in [ORDERS, PRODUCTS] {
        if let Some(time) = cursor(name)?.and_then(|text| text.parse().ok()) {
            covered.insert(name.to_owned(), time);
        }
    }
    Ok(Checkpoint {
        at,
        feed: cursor(FEED)?.and_then(|text| text.parse().ok()),
        sequences: sequences(store)?,
        covered,
        orders: versions(store, orders)?,
    })
}

fn outbox(store: &Store) -> Result<Vec<OutboxRow>, SimError> {
    let rows = store.commands()?;
    let told = rows.into_iter().map(|row| OutboxRow {
        aggregate: name_of(row.aggregate),
        command: row.command,
        created_at: row.due_at,
    });
    Ok(told.collect())
}

/// The order, listing or item that an aggregate is: `ORD-000001` of `{"order":"ORD-000001"}`.
fn name_of(aggregate: String) -> String {
    let named: Option<BTreeMap<String, String>> = serde_json::from_str(&aggregate).ok();
    named
        .and_then(|named| named.into_values().next())
        .unwrap_or(aggregate)
}

/// What its ledger says of each item.
fn levels(store: &Store, at: Timestamp) -> Result<Vec<Level>, SimError> {
    let ledger = Ledger::restored(store.transfers()?)
        .map_err(|error| SimError::Hub(format!("its ledger: {error}")))?;
    let items = bodies(store, Entity::Item)?.into_iter();
    Ok(items
        .filter_map(|(sku, _)| level(&ledger, &sku, at))
        .collect())
}

fn level(ledger: &Ledger, sku: &str, at: Timestamp) -> Option<Level> {
    let known = sync_core::sku::JerkySku::parse(sku).ok()?;
    let balances = ledger.item_balances(&known);
    let on = |account| balances.of(account).get();
    let lots = ledger.lots(&known).map(|(lot, balances)| Allocation {
        lot: lot.as_str().into(),
        quantity: balances.physical().get(),
    });
    Some(Level {
        at,
        sku: sku.into(),
        on_hand: balances.physical().get(),
        available: on(Account::OnHand),
        committed: on(Account::Committed),
        reserved: on(Account::Reserved),
        damaged: on(Account::Damaged),
        safety_stock: 0,
        quality_control: on(Account::QualityControl),
        lots: lots.collect(),
    })
}

fn quarantine(store: &Store) -> Result<Vec<Quarantined>, SimError> {
    let entries = store.quarantined(ALL)?;
    let told = entries.into_iter().rev().map(|entry| {
        let raw: Raw = serde_json::from_slice(&entry.quarantined.raw).unwrap_or_default();
        let is_event = entry.quarantined.what.ends_with("event");
        let message = raw.id.filter(|_| is_event);
        // An event that hides its item is set aside under its own name, which says nothing.
        let known = Some(entry.quarantined.subject)
            .filter(|subject| !subject.is_empty() && message.as_ref() != Some(subject));
        Quarantined {
            subject: raw.sku.filter(|_| is_event).or(known),
            message,
            at: entry.quarantined.at,
            reason: entry.quarantined.reason,
        }
    });
    Ok(told.collect())
}

fn alerts(store: &Store) -> Result<Vec<String>, SimError> {
    let alerts = store.alerts(ALL)?;
    let told = alerts.into_iter().rev();
    Ok(told
        .map(|a| format!("{} {} {}: {}", a.at, a.kind, a.subject, a.detail))
        .collect())
}

/// Which of the messages it accepted the middleware remembers.
fn inbox(store: &Store, deliveries: &[Delivery]) -> Result<Option<BTreeSet<String>>, SimError> {
    let mut inbox = BTreeSet::new();
    for delivery in deliveries {
        let key = inbox_key(delivery.vendor, &delivery.message);
        let remembered = store.has_event(&event_id(delivery))?;
        if remembered {
            inbox.insert(key);
        }
    }
    Ok(Some(inbox))
}

fn event_id(delivery: &Delivery) -> String {
    match delivery.vendor {
        Vendor::Jerky | Vendor::Polish => delivery.message.clone(),
    }
}

/// The newest sequence applied of each item.
fn sequences(store: &Store) -> Result<BTreeMap<JerkySku, u64>, SimError> {
    let items = bodies(store, Entity::Item)?.into_iter();
    let applied = items.filter_map(|(sku, body)| {
        let item: Item = serde_json::from_slice(&body).ok()?;
        Some((sku.into(), item.level?.sequence))
    });
    Ok(applied.collect())
}

/// The newest version applied of each of these orders.
fn versions(store: &Store, orders: &[String]) -> Result<BTreeMap<String, u64>, SimError> {
    let mut versions = BTreeMap::new();
    for order in orders {
        let body = store.get(Entity::Order, order)?;
        let known = body.and_then(|body| serde_json::from_slice::<Order>(&body).ok());
        if let Some(facts) = known.and_then(|order| order.facts) {
            versions.insert(order.clone(), facts.version);
        }
    }
    Ok(versions)
}

/// Everything of a kind that its store keeps, as it keeps it.
pub(in crate::sim) fn bodies(
    store: &Store,
    entity: Entity,
) -> Result<Vec<(String, Vec<u8>)>, SimError> {
    let mut bodies = Vec::new();
    let loaded = store.load(entity, |key, body| {
        bodies.push((key.to_owned(), body.to_vec()));
        Ok(())
    });
    loaded?;
    Ok(bodies)
}

/// What a row that was set aside still says of itself.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Raw {
    id: Option<String>,
    #[serde(alias = "resource_id")]
    sku: Option<String>,
}

/// The part of a stored item that is read here.
#[derive(Deserialize)]
struct Item {
    level: Option<Known>,
}

#[derive(Deserialize)]
struct Known {
    sequence: u64,
}

/// The part of a stored order that is read here.
#[derive(Deserialize)]
struct Order {
    facts: Option<Facts>,
}

#[derive(Deserialize)]
struct Facts {
    version: u64,
}
