//! What the hub writes to the jerky vendor, in the vendor's shapes.

use jiff::civil::Date;
use serde::Serialize;

use crate::{
    decimal,
    outbox::{Change, ChangeKind, LotPick, ReserveLine},
    quantity::Quantity,
    sku::{JerkySku, LineId, Location, LotId, OrderId},
    unit::Unit,
};

#[derive(Serialize)]
pub(super) struct NewReservation<'a> {
    reference: &'a OrderId,
    ttl_seconds: i64,
    lines: Vec<NewLine<'a>>,
}

#[derive(Serialize)]
struct NewLine<'a> {
    line_id: &'a LineId,
    sku: &'a JerkySku,
    quantity: String,
    unit: Unit,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lots: Vec<Pick<'a>>,
}

#[derive(Serialize)]
struct Pick<'a> {
    lot: &'a LotId,
    location: &'a Location,
    quantity: String,
}

#[derive(Serialize)]
pub(super) struct Resolve<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lines: Option<Vec<Part<'a>>>,
}

#[derive(Serialize)]
pub(super) struct Part<'a> {
    line_id: &'a LineId,
    quantity: String,
}

#[derive(Serialize)]
pub(super) struct Extend {
    pub(super) ttl_seconds: i64,
}

#[derive(Serialize)]
pub(super) struct Batch<'a> {
    changes: Vec<ChangeWire<'a>>,
}

#[derive(Serialize)]
struct ChangeWire<'a> {
    change_id: &'a str,
    kind: ChangeKind,
    sku: &'a JerkySku,
    #[serde(skip_serializing_if = "Option::is_none")]
    lot: Option<&'a LotId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a Location>,
    quantity: String,
    unit: Unit,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_on: Option<Date>,
    reference: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
pub(super) struct MirrorAvailability {
    quantity: String,
    unit: Unit,
    source_sequence: u64,
}

#[derive(Serialize)]
pub(super) struct NewEndpoint<'a> {
    pub(super) url: &'a str,
    pub(super) event_types: [&'static str; 1],
}

impl<'a> NewReservation<'a> {
    pub(super) fn new(order: &'a OrderId, ttl_seconds: i64, lines: &'a [ReserveLine]) -> Self {
        Self {
            reference: order,
            ttl_seconds,
            lines: lines.iter().map(NewLine::new).collect(),
        }
    }
}

impl<'a> NewLine<'a> {
    fn new(line: &'a ReserveLine) -> Self {
        let pick = |pick: &'a LotPick| Pick {
            lot: &pick.lot,
            location: &pick.location,
            quantity: decimal::text(pick.quantity, line.unit),
        };
        Self {
            line_id: &line.line,
            sku: &line.sku,
            quantity: decimal::text(line.quantity, line.unit),
            unit: line.unit,
            lots: line.lots.iter().map(pick).collect(),
        }
    }
}

impl<'a> Part<'a> {
    /// `unit` is the one the vendor speaks of the line in.
    pub(super) fn new(line_id: &'a LineId, quantity: Quantity, unit: Unit) -> Self {
        Self {
            line_id,
            quantity: decimal::text(quantity, unit),
        }
    }
}

impl<'a> Batch<'a> {
    pub(super) fn new(changes: &'a [Change]) -> Self {
        Self {
            changes: changes.iter().map(ChangeWire::new).collect(),
        }
    }
}

impl<'a> ChangeWire<'a> {
    fn new(change: &'a Change) -> Self {
        Self {
            change_id: &change.change_id,
            kind: change.kind,
            sku: &change.sku,
            lot: change.lot.as_ref(),
            location: change.location.as_ref(),
            quantity: decimal::text(change.quantity, change.unit),
            unit: change.unit,
            expires_on: change.expires_on,
            reference: &change.reference,
            reason: &change.reason,
        }
    }
}

impl MirrorAvailability {
    pub(super) fn new(quantity: Quantity, unit: Unit, source_sequence: u64) -> Self {
        Self {
            quantity: decimal::text(quantity, unit),
            unit,
            source_sequence,
        }
    }
}
