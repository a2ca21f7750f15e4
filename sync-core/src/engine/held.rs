//! A reservation as the engine knows it. What is learned of it only ever adds up, unless it was
//! misread.

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    outbox::ReserveLine,
    quantity::Quantity,
    sku::{JerkySku, LineId, Location, LotId, ReservationId},
    vendor::jerky::view::{ReservationState, ReservationView},
};

/// A reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Held {
    pub(super) id: ReservationId,
    pub(super) state: ReservationState,
    /// When what is still held is given back, by the vendor's clock.
    pub(super) expires_at: Timestamp,
    /// How far ahead of the vendor's clock, by which the end is told, the hub's is at least: the
    /// vendor's may be hours off.
    pub(super) skew: SignedDuration,
    pub(super) lines: Vec<HeldLine>,
    /// References of the shipments that were committed.
    pub(super) commits: Vec<String>,
}

/// One line of a reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HeldLine {
    pub(super) line: LineId,
    pub(super) sku: JerkySku,
    pub(super) quantity: Quantity,
    pub(super) committed: Quantity,
    pub(super) released: Quantity,
    /// The lots that serve it, in the vendor's order.
    pub(super) lots: Vec<HeldLot>,
    /// What left, in the order in which it was heard of: what comes back is told apart by it.
    pub(super) left: Vec<HeldLot>,
}

/// What a line has of one lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HeldLot {
    pub(super) lot: LotId,
    pub(super) location: Location,
    /// Held or committed.
    pub(super) quantity: Quantity,
    pub(super) committed: Quantity,
    pub(super) expires_on: Option<Date>,
}

impl Held {
    /// Reads a reservation out of a view, or says why it cannot be true.
    pub(super) fn read(view: &ReservationView, skew: SignedDuration) -> Result<Self, String> {
        let lines = view
            .lines
            .iter()
            .map(|line| {
                let resolved = line.committed.saturating_add(line.released);
                if !line.quantity.is_positive()
                    || line.committed.is_negative()
                    || line.released.is_negative()
                    || resolved > line.quantity
                {
                    return Err(format!(
                        "line {} of {}: {} committed, {} released",
                        line.line_id, line.quantity, line.committed, line.released
                    ));
                }
                let lots = line.allocations.iter().map(|part| HeldLot {
                    lot: part.lot.clone(),
                    location: part.location.clone(),
                    quantity: part.quantity,
                    committed: part.committed,
                    expires_on: part.expires_on,
                });
                let mut held = HeldLine {
                    line: line.line_id.clone(),
                    sku: line.sku.clone(),
                    quantity: line.quantity,
                    committed: line.committed,
                    released: line.released,
                    lots: lots.collect(),
                    left: Vec::new(),
                };
                held.note_left();
                Ok(held)
            })
            .collect::<Result<_, String>>()?;
        Ok(Self {
            id: view.id.clone(),
            state: view.state,
            expires_at: view.expires_at,
            skew,
            lines,
            commits: view
                .commits
                .iter()
                .map(|commit| commit.reference.clone())
                .collect(),
        })
    }

    /// When it ends by the hub's clock, or sooner.
    pub(super) fn ends_at(&self) -> Timestamp {
        let end = self.expires_at.saturating_add(self.skew);
        end.unwrap_or(self.expires_at)
    }

    /// Whether it holds anything.
    pub(super) fn is_live(&self) -> bool {
        self.state == ReservationState::Pending
    }

    pub(super) fn has_commit(&self, shipment: &str) -> bool {
        self.commits.iter().any(|reference| reference == shipment)
    }

    pub(super) fn line(&self, line: &LineId) -> Option<&HeldLine> {
        self.lines.iter().find(|held| held.line == *line)
    }

    /// All that was given back of it.
    pub(super) fn released(&self) -> Quantity {
        self.lines.iter().map(|line| line.released).sum()
    }

    /// Adds what another reading says. A reservation resolves once and its sums only grow, so an
    /// older reading that arrives later takes nothing back. Says whether anything was new.
    pub(super) fn merge(&mut self, seen: Self) -> bool {
        let before = self.clone();
        if self.is_live() {
            self.state = seen.state;
        }
        self.expires_at = self.expires_at.max(seen.expires_at);
        self.skew = self.skew.max(seen.skew);
        for line in seen.lines {
            match self.lines.iter_mut().find(|known| known.line == line.line) {
                Some(known) => known.merge(line),
                None => self.lines.push(line),
            }
        }
        for reference in seen.commits {
            if !self.has_commit(&reference) {
                self.commits.push(reference);
            }
        }
        *self != before
    }
}

impl HeldLine {
    /// What it still holds.
    pub(super) fn open(&self) -> Quantity {
        self.quantity.less(self.committed).less(self.released)
    }

    /// Notes what has left since, after what had left before, whatever order the vendor names the lots
    /// in, and though more may leave of a lot of which some left long ago.
    fn note_left(&mut self) {
        for lot in &self.lots {
            let is_it = |left: &&HeldLot| (&left.lot, &left.location) == (&lot.lot, &lot.location);
            let before = self.left.iter().filter(is_it).map(|left| left.committed);
            let more = lot.committed.less(before.sum());
            if !more.is_positive() {
                continue;
            }
            match self.left.last_mut() {
                Some(last) if is_it(&&*last) => {
                    last.quantity = last.quantity.saturating_add(more);
                    last.committed = last.quantity;
                }
                _ => self.left.push(HeldLot {
                    quantity: more,
                    committed: more,
                    ..lot.clone()
                }),
            }
        }
    }

    /// What was committed or given back: the more, the newer the reading.
    fn resolved(&self) -> Quantity {
        self.committed.saturating_add(self.released)
    }

    /// Adds what another reading says.
    ///
    /// What was reserved in all never changes, so of two readings that differ in it one is wrong in
    /// all its quantities: it was stated in a wrong unit. The last is taken, so that a lie that was
    /// believed does not stay.
    fn merge(&mut self, seen: Self) {
        let is_restated = seen.quantity != self.quantity;
        if is_restated {
            self.left.clear();
        }
        if is_restated || seen.resolved() > self.resolved() {
            self.lots = seen.lots;
            self.note_left();
        }
        if is_restated {
            self.quantity = seen.quantity;
            self.committed = seen.committed;
            self.released = seen.released;
        } else {
            self.committed = self.committed.max(seen.committed);
            self.released = self.released.max(seen.released);
        }
    }
}

/// Why an answer cannot be to what was asked for, if it cannot: a vendor reserves all of a line or
/// nothing at all. What is taken for more than it is would be given back in part.
pub(super) fn other_than_asked(view: &ReservationView, asked: &[ReserveLine]) -> Option<String> {
    asked.iter().find_map(|asked| {
        let made = view.lines.iter().find(|made| made.line_id == asked.line)?;
        let (id, unit, made) = (&made.line_id, made.unit, made.quantity);
        (made != asked.quantity).then(|| {
            let wanted = asked.quantity;
            format!("line {id}, stated in {unit}, comes to {made}, and {wanted} was asked for")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(lots: &[(&str, i64, i64)]) -> HeldLine {
        let lots = lots.iter().map(|(lot, quantity, committed)| HeldLot {
            lot: LotId::parse(lot).unwrap(),
            location: Location::parse("MAIN").unwrap(),
            quantity: Quantity::new(*quantity),
            committed: Quantity::new(*committed),
            expires_on: None,
        });
        let lots: Vec<_> = lots.collect();
        let mut line = HeldLine {
            line: LineId::parse("1").unwrap(),
            sku: JerkySku::parse("JRK-1").unwrap(),
            quantity: lots.iter().map(|lot| lot.quantity).sum(),
            committed: lots.iter().map(|lot| lot.committed).sum(),
            released: Quantity::ZERO,
            lots,
            left: Vec::new(),
        };
        line.note_left();
        line
    }

    fn left(line: &HeldLine) -> Vec<(&str, i64)> {
        let left = line.left.iter();
        left.map(|left| (left.lot.as_str(), left.committed.get()))
            .collect()
    }

    #[test]
    fn what_left_later_comes_after_what_had_left_before() {
        let mut known = line(&[("B", 84, 84), ("C", 56, 0)]);
        known.merge(line(&[("A", 30, 30), ("B", 84, 84), ("C", 26, 0)]));
        assert_eq!(left(&known), [("B", 84), ("A", 30)]);
        assert_eq!(known.committed, Quantity::new(114));
    }

    #[test]
    fn what_leaves_of_a_lot_of_which_some_had_left_comes_last() {
        let mut known = line(&[("C", 4, 4), ("A", 24, 24), ("D", 32, 0)]);
        known.merge(line(&[("C", 36, 32), ("A", 24, 24)]));
        assert_eq!(left(&known), [("C", 4), ("A", 24), ("C", 28)]);
        known.merge(line(&[("C", 36, 36), ("A", 24, 24)]));
        assert_eq!(left(&known), [("C", 4), ("A", 24), ("C", 32)]);
    }

    #[test]
    fn what_was_read_in_a_wrong_unit_is_taken_back_whole() {
        let mut known = line(&[("B", 84_000, 84_000), ("C", 56_000, 0)]);
        known.merge(line(&[("B", 84, 84), ("C", 56, 0)]));
        assert_eq!(known, line(&[("B", 84, 84), ("C", 56, 0)]));
    }
}
