//! Warehouse staff: receipts, physical counts, damage and recalls, each a change of its own.

use serde::{Deserialize, Serialize};

use super::Caller;
use crate::{
    plan::{Item, Unit},
    scenario::{CountLot, DamageLot, RecallLot, ReceiveLot},
};

/// How often a counter counts again because the books moved meanwhile.
const RECOUNTS: u32 = 4;
/// Packets of each item that come in the evening.
const EVENING_PACKETS: i64 = 400;

/// Books a new lot in.
pub(super) async fn receive(staff: &Caller, step: &ReceiveLot) {
    let Some(level) = level(staff, &step.sku).await else {
        return;
    };
    let change = Change {
        location: Some("DOCK-1"),
        quantity: Some(level.unit.decimal(step.quantity)),
        produced_on: Some(step.produced_on.to_string()),
        expires_on: step.expires_on.map(|day| day.to_string()),
        ..Change::new(&step.name, "receipt", &step.sku, &step.lot)
    };
    let _ = book(staff, &step.name, change).await;
}

/// Books the evening's delivery of an item in: a lot that will not expire, enough for all who wait.
pub(super) async fn deliver(staff: &Caller, item: &Item) {
    let name = format!("evening-{}", item.sku);
    let change = Change {
        location: Some("DOCK-1"),
        quantity: Some(item.unit.decimal(item.pack.quantity * EVENING_PACKETS)),
        ..Change::new(&name, "receipt", &item.sku, "EVENING")
    };
    let _ = book(staff, &name, change).await;
}

/// Counts a lot against the books, and again if they moved meanwhile.
pub(super) async fn count(staff: &Caller, step: &CountLot) {
    for round in 1..=RECOUNTS {
        let Some(level) = level(staff, &step.sku).await else {
            return;
        };
        let Some(lot) = level.lot(&step.lot) else {
            return;
        };
        let Some(on_hand) = level.unit.parse(&lot.on_hand) else {
            return;
        };
        let name = format!("{}-{round}", step.name);
        let change = Change {
            location: Some(&lot.location),
            quantity: Some(level.unit.decimal((on_hand + step.off_by).max(0))),
            expected: Some(lot.on_hand.clone()),
            ..Change::new(&name, "count", &step.sku, &step.lot)
        };
        if book(staff, &name, change).await != Some(409) {
            return;
        }
    }
}

/// Books part of a lot as damaged, as far as it is free.
pub(super) async fn damage(staff: &Caller, step: &DamageLot) {
    let Some(level) = level(staff, &step.sku).await else {
        return;
    };
    let Some(lot) = level.lot(&step.lot) else {
        return;
    };
    let free = level.unit.parse(&lot.available).unwrap_or(0);
    let quantity = step.quantity.min(free);
    if quantity > 0 {
        let change = Change {
            location: Some(&lot.location),
            quantity: Some(level.unit.decimal(quantity)),
            ..Change::new(&step.name, "damage", &step.sku, &step.lot)
        };
        let _ = book(staff, &step.name, change).await;
    }
}

/// Recalls a lot.
pub(super) async fn recall(staff: &Caller, step: &RecallLot) {
    let change = Change {
        lot_status: Some("recall"),
        reason: Some(&step.reason),
        ..Change::new(&step.name, "lot_status", &step.sku, &step.lot)
    };
    let _ = book(staff, &step.name, change).await;
}

async fn level(staff: &Caller, sku: &str) -> Option<Level> {
    staff.get(&format!("/v1/stock/{sku}")).await.ok()
}

/// Books one change; the status the vendor gave it.
async fn book(staff: &Caller, key: &str, change: Change<'_>) -> Option<u16> {
    let batch = Batch { changes: [change] };
    let reply = staff
        .post("/v1/adjustments:batch", key, &batch)
        .await
        .ok()?;
    let results: Results = serde_json::from_slice(&reply).ok()?;
    results.results.first().map(|result| result.status)
}

#[derive(Serialize)]
struct Batch<'a> {
    changes: [Change<'a>; 1],
}

#[derive(Default, Serialize)]
struct Change<'a> {
    change_id: &'a str,
    kind: &'a str,
    sku: &'a str,
    lot: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    produced_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lot_status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl<'a> Change<'a> {
    fn new(change_id: &'a str, kind: &'a str, sku: &'a str, lot: &'a str) -> Self {
        Self {
            change_id,
            kind,
            sku,
            lot,
            ..Self::default()
        }
    }
}

#[derive(Deserialize)]
struct Results {
    results: Vec<ChangeResult>,
}

#[derive(Deserialize)]
struct ChangeResult {
    status: u16,
}

#[derive(Deserialize)]
struct Level {
    unit: Unit,
    lots: Vec<LotLevel>,
}

impl Level {
    fn lot(&self, lot: &str) -> Option<&LotLevel> {
        self.lots.iter().find(|level| level.lot == lot)
    }
}

#[derive(Deserialize)]
struct LotLevel {
    lot: String,
    location: String,
    on_hand: String,
    available: String,
}
