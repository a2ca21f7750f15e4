//! Reservations, their allocations and commits.

use jiff::{Timestamp, civil::Date};
use serde::Deserialize;

use super::{amount, sum};
use crate::{
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
    committed: String,
    /// Null where it never expires, and never left out.
    #[serde(deserialize_with = "Option::deserialize")]
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
        adds_up(&line)?;
        Ok(line)
    }
}

/// The lots of a line come to what it says of itself. What came back is told apart by them.
fn adds_up(line: &ReservationLineView) -> Result<(), String> {
    let lots = || line.allocations.iter();
    let committed = sum(lots().map(|lot| lot.committed))?;
    let quantity = sum(lots().map(|lot| lot.quantity))?;
    let left = line.quantity.less(line.released);
    if (committed, quantity) == (line.committed, left) {
        return Ok(());
    }
    Err(format!(
        "the lots of line {} come to {quantity} with {committed} committed, and not to {left} with {}",
        line.line_id, line.committed
    ))
}

impl Allocation {
    fn view(self, unit: Unit) -> Result<AllocationView, String> {
        Ok(AllocationView {
            quantity: amount("allocations.quantity", &self.quantity, unit)?,
            committed: amount("allocations.committed", &self.committed, unit)?,
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
            reference: short_text("commits.reference", self.reference)?,
            at: self.at,
            lines: self.lines.into_iter().map(line).collect::<Result<_, _>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::quantity::Quantity;

    fn read(change: impl FnOnce(&mut Value)) -> Result<ReservationView, String> {
        let mut wire = json!({
            "id": "res_1", "reference": "ORD-1", "state": "pending",
            "expires_at": "2026-11-02T15:00:00Z", "created_at": "2026-11-02T14:00:00Z",
            "lines": [{
                "line_id": "1", "sku": "JRK-1", "unit": "H87",
                "quantity": "5", "committed": "2", "released": "1",
                "allocations": [
                    {"lot": "A", "location": "MAIN", "quantity": "3", "committed": "2", "expires_on": null},
                    {"lot": "B", "location": "MAIN", "quantity": "1", "committed": "0", "expires_on": "2026-11-20"},
                ],
            }],
            "commits": [{"reference": "SHIP-1", "at": "2026-11-02T14:30:00Z", "lines": []}],
        });
        change(&mut wire);
        let wire = serde_json::from_value(wire).map_err(|error| error.to_string())?;
        ReservationView::from_wire(wire, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_reservation_says_what_left_of_each_lot() {
        let view = read(|_| ()).unwrap();
        let committed = view.lines[0].allocations.iter().map(|lot| lot.committed);
        assert_eq!(committed.map(Quantity::get).collect::<Vec<_>>(), [2, 0]);
    }

    #[test]
    fn nothing_of_a_lot_may_be_left_out_or_contradict_its_line() {
        for field in ["committed", "expires_on"] {
            let error = read(|wire| {
                let lot = &mut wire["lines"][0]["allocations"][0];
                lot.as_object_mut().unwrap().remove(field);
            });
            assert!(error.unwrap_err().contains(field));
        }
        for (field, other) in [("committed", "1"), ("quantity", "4")] {
            let error = read(|wire| wire["lines"][0]["allocations"][0][field] = json!(other));
            let error = error.unwrap_err();
            assert!(error.starts_with("the lots of line 1 come to"), "{error}");
        }
    }

    #[test]
    fn a_commit_that_names_no_shipment_is_none() {
        let long = read(|wire| wire["commits"][0]["reference"] = json!("x".repeat(100_000)));
        assert!(long.unwrap_err().starts_with("commits.reference"));
        let none = read(|wire| {
            wire.as_object_mut().unwrap().remove("commits");
        });
        assert!(none.unwrap_err().contains("commits"));
    }
}
