//! Reservations, their allocations and commits.

use jiff::{Timestamp, civil::Date};
use serde::Deserialize;

use super::{amount, sum};
use crate::{
    quantity::Quantity,
    sku::{JerkySku, LineId, Location, LotId, ReservationId},
    unit::Unit,
    vendor::{
        jerky::{
            Listed,
            view::{
                AllocationView, CommitLineView, CommitView, ReservationLineView, ReservationState,
                ReservationView,
            },
        },
        reading::{RawRows, Readable, short_text, sort_rows},
    },
};

#[derive(Deserialize)]
pub(crate) struct Reservation {
    id: ReservationId,
    reference: String,
    state: ReservationState,
    expires_at: Timestamp,
    created_at: Timestamp,
    lines: Vec<ReservationLine>,
    #[serde(default)]
    commits: Vec<Commit>,
    #[serde(default)]
    stock: RawRows,
}

#[derive(Deserialize)]
struct ReservationLine {
    line_id: LineId,
    sku: JerkySku,
    quantity: String,
    unit: Unit,
    committed: String,
    released: String,
    allocations: Vec<Allocation>,
}

#[derive(Deserialize)]
struct Allocation {
    lot: LotId,
    location: Location,
    quantity: String,
    #[serde(default)]
    committed: Option<String>,
    #[serde(default)]
    expires_on: Option<Date>,
}

#[derive(Deserialize)]
struct Commit {
    reference: String,
    at: Timestamp,
    lines: Vec<CommitLine>,
}

#[derive(Deserialize)]
struct CommitLine {
    line_id: LineId,
    quantity: String,
}

impl Listed for ReservationView {
    fn name(&self) -> &str {
        self.id.as_str()
    }
}

impl Readable for ReservationView {
    const WHAT: &'static str = "reservation";
    type Wire = Reservation;

    fn from_wire(wire: Reservation, at: Timestamp) -> Result<Self, String> {
        let units: Vec<(LineId, Unit)> = wire
            .lines
            .iter()
            .map(|line| (line.line_id.clone(), line.unit))
            .collect();
        let (stock, unreadable) = sort_rows(wire.stock.read(at));
        Ok(Self {
            id: wire.id,
            reference: short_text("reference", wire.reference)?,
            state: wire.state,
            expires_at: wire.expires_at,
            created_at: wire.created_at,
            lines: wire
                .lines
                .into_iter()
                .map(ReservationLine::view)
                .collect::<Result<_, _>>()?,
            commits: wire
                .commits
                .into_iter()
                .map(|commit| commit.view(&units))
                .collect::<Result<_, _>>()?,
            stock,
            unreadable,
        })
    }
}

impl ReservationLine {
    fn view(self) -> Result<ReservationLineView, String> {
        let unit = self.unit;
        let line = ReservationLineView {
            unit,
            quantity: amount("lines.quantity", &self.quantity, unit)?,
            committed: amount("lines.committed", &self.committed, unit)?,
            released: amount("lines.released", &self.released, unit)?,
            allocations: self
                .allocations
                .into_iter()
                .map(|allocation| allocation.view(unit))
                .collect::<Result<_, _>>()?,
            line_id: self.line_id,
            sku: self.sku,
        };
        if sum([line.committed, line.released])? > line.quantity {
            return Err(format!(
                "line {} resolves more than its {}",
                line.line_id, line.quantity
            ));
        }
        Ok(line)
    }
}

impl Allocation {
    fn view(self, unit: Unit) -> Result<AllocationView, String> {
        Ok(AllocationView {
            quantity: amount("allocations.quantity", &self.quantity, unit)?,
            committed: match &self.committed {
                Some(text) => amount("allocations.committed", text, unit)?,
                None => Quantity::ZERO,
            },
            lot: self.lot,
            location: self.location,
            expires_on: self.expires_on,
        })
    }
}

impl Commit {
    fn view(self, units: &[(LineId, Unit)]) -> Result<CommitView, String> {
        let line = |line: CommitLine| {
            let unit = units.iter().find(|(id, _)| *id == line.line_id);
            let Some((_, unit)) = unit else {
                return Err(format!("commits name a line {} there is not", line.line_id));
            };
            Ok(CommitLineView {
                quantity: amount("commits.quantity", &line.quantity, *unit)?,
                line_id: line.line_id,
            })
        };
        Ok(CommitView {
            reference: self.reference,
            at: self.at,
            lines: self.lines.into_iter().map(line).collect::<Result<_, _>>()?,
        })
    }
}
