//! The warehouse's behaviour, sentence by sentence, through its one entry point.

mod adjusting;
mod expiring;
mod listing;
mod model;
mod properties;
mod reserving;

use jiff::{SignedDuration, Timestamp};
use seams::Keyed;

use super::{Warehouse, WarehousePolicy};
use crate::{
    catalogue::{Catalogue, CatalogueItem},
    command::{Caller, Command, Reply},
    model::*,
    problem::{Problem, ProblemKind},
    quantity::{Quantity, Unit},
};

pub(super) const SKU: &str = "JRK-1";

/// A warehouse and the time in it.
pub(super) struct World {
    pub(super) warehouse: Warehouse,
    pub(super) now: Timestamp,
}

/// Six in the morning in Chicago.
pub(super) fn start() -> Timestamp {
    "2026-11-02T12:00:00Z".parse().unwrap()
}

/// One item in pieces; three lots, the second expires first, the third never.
pub(super) fn three_lots() -> CatalogueItem {
    CatalogueItem::stocked(SKU, Unit::H87, "America/Chicago")
        .unwrap()
        .with_lot("A", Some("2026-12-31".parse().unwrap()), Quantity(10))
        .with_lot("B", Some("2026-11-10".parse().unwrap()), Quantity(5))
        .with_lot("C", None, Quantity(20))
}

pub(super) fn world(items: Vec<CatalogueItem>) -> World {
    let policy = WarehousePolicy {
        pickup_minutes: 60,
        feed_capacity: 50,
    };
    World {
        warehouse: Warehouse::open(Catalogue { items }, policy, Keyed::new(1), start()),
        now: start(),
    }
}

impl World {
    pub(super) fn ask(&mut self, command: Command) -> Result<Reply, Box<Problem>> {
        let by = Caller::new("tester");
        let outcome = self.warehouse.handle(&by, command, self.now);
        outcome.reply
    }

    pub(super) fn wait(&mut self, minutes: i64) {
        self.now += SignedDuration::from_mins(minutes);
    }

    pub(super) fn reserve(&mut self, quantity: &str) -> Result<Reservation, Box<Problem>> {
        self.reserve_picks(quantity, None)
    }

    pub(super) fn reserve_picks(
        &mut self,
        quantity: &str,
        picks: Option<&[(&str, &str)]>,
    ) -> Result<Reservation, Box<Problem>> {
        let line = line("1", SKU, quantity, picks);
        reservation(self.ask(Command::CreateReservation(order(vec![line]))))
    }

    pub(super) fn commit(
        &mut self,
        held: &Reservation,
        quantity: Option<&str>,
    ) -> Result<Reservation, Box<Problem>> {
        let request = CommitRequest {
            reference: "SHP-1".into(),
            lines: quantity.map(|quantity| vec![part(quantity)]),
        };
        reservation(self.ask(Command::CommitReservation(held.id.clone(), request)))
    }

    pub(super) fn release(
        &mut self,
        held: &Reservation,
        quantity: Option<&str>,
    ) -> Result<Reservation, Box<Problem>> {
        let request = ReleaseRequest {
            reference: None,
            lines: quantity.map(|quantity| vec![part(quantity)]),
        };
        reservation(self.ask(Command::ReleaseReservation(held.id.clone(), request)))
    }

    pub(super) fn get(&mut self, held: &Reservation) -> Reservation {
        reservation(self.ask(Command::GetReservation(held.id.clone()))).unwrap()
    }

    /// Applies one change, written as JSON without its id, sku and defaults.
    pub(super) fn change(&mut self, id: &str, change: &str) -> ChangeResult {
        let text = format!(r#"{{"change_id":"{id}","sku":"{SKU}",{change}}}"#);
        let change: Change = serde_json::from_str(&text).unwrap();
        match self.ask(Command::AdjustBatch(vec![change])) {
            Ok(Reply::Adjusted(mut results)) => results.remove(0),
            other => panic!("no results: {other:?}"),
        }
    }

    pub(super) fn level(&mut self) -> StockLevel {
        match self.ask(Command::GetStock(SKU.into())) {
            Ok(Reply::Level(level)) => *level,
            other => panic!("no level: {other:?}"),
        }
    }

    /// Available, reserved, committed, damaged, in quality control.
    pub(super) fn split(&mut self) -> [i64; 5] {
        let level = self.level();
        let parts = [
            level.available,
            level.reserved,
            level.committed,
            level.damaged,
            level.quality_control,
        ];
        parts.map(|amount| amount.quantity().0)
    }
}

pub(super) fn order(lines: Vec<NewLine>) -> NewReservation {
    NewReservation {
        reference: "ORD-1".into(),
        ttl_seconds: 900,
        lines,
    }
}

pub(super) fn line(id: &str, sku: &str, quantity: &str, picks: Option<&[(&str, &str)]>) -> NewLine {
    let pick = |(lot, quantity): &(&str, &str)| Pick {
        lot: (*lot).into(),
        location: None,
        quantity: quantity.parse().unwrap(),
    };
    NewLine {
        line_id: id.into(),
        sku: sku.into(),
        quantity: quantity.parse().unwrap(),
        unit: Unit::H87,
        lots: picks.map(|picks| picks.iter().map(pick).collect()),
    }
}

fn part(quantity: &str) -> LineQuantity {
    LineQuantity {
        line_id: "1".into(),
        quantity: quantity.parse().unwrap(),
    }
}

pub(super) fn reservation(reply: Result<Reply, Box<Problem>>) -> Result<Reservation, Box<Problem>> {
    match reply? {
        Reply::Reservation(held) => Ok(*held),
        other => panic!("no reservation: {other:?}"),
    }
}

/// Lots and quantities of the first line.
pub(super) fn lots(held: &Reservation) -> Vec<(String, i64)> {
    let parts = held.lines[0].allocations.iter();
    parts
        .map(|part| (part.lot.to_string(), part.quantity.quantity().0))
        .collect()
}

pub(super) fn own(parts: &[(&str, i64)]) -> Vec<(String, i64)> {
    parts
        .iter()
        .map(|(lot, quantity)| ((*lot).to_owned(), *quantity))
        .collect()
}

#[track_caller]
pub(super) fn refused<T: std::fmt::Debug>(
    result: Result<T, Box<Problem>>,
    kind: ProblemKind,
) -> Box<Problem> {
    let problem = result.expect_err("it was not refused");
    assert_eq!(problem.slug(), kind.slug(), "{problem:?}");
    problem
}
