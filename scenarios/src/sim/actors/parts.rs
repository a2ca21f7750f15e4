//! An order as people see it, and how much of its lines they ship or cancel.

use serde::{Deserialize, Serialize};

/// An order as people see it.
#[derive(Deserialize)]
pub(super) struct Order {
    pub(super) status: String,
    pub(super) ready_to_ship: bool,
    pub(super) lines: Vec<Line>,
}

/// One of its lines, in sell units.
#[derive(Deserialize)]
pub(super) struct Line {
    pub(super) line_id: String,
    pub(super) quantity: i64,
    pub(super) fulfilled: i64,
    pub(super) cancelled: i64,
    pub(super) returned: i64,
}

/// So much of a line.
#[derive(Serialize)]
pub(super) struct LinePart {
    line_id: String,
    quantity: i64,
}

impl Order {
    /// Whether anything of it can still be shipped.
    pub(super) fn is_open(&self) -> bool {
        matches!(
            self.status.as_str(),
            "pending" | "confirmed" | "partially_fulfilled"
        )
    }
}

impl Line {
    /// All that is open; none if nothing is.
    pub(super) fn rest(&self) -> Option<LinePart> {
        self.part(self.open())
    }

    /// Half of what is open, rounded up.
    pub(super) fn greater_half(&self) -> Option<LinePart> {
        self.part(self.open() - self.open() / 2)
    }

    /// Half of what is open, rounded down: some of it stays.
    pub(super) fn lesser_half(&self) -> Option<LinePart> {
        self.part(self.open() / 2)
    }

    fn part(&self, quantity: i64) -> Option<LinePart> {
        (quantity > 0).then(|| LinePart {
            line_id: self.line_id.clone(),
            quantity,
        })
    }

    fn open(&self) -> i64 {
        (self.quantity - self.fulfilled - self.cancelled).max(0)
    }
}
