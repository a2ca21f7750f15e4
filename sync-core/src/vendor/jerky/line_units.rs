//! In which unit the vendor speaks of each line of a reservation.
//!
//! Commits and releases state quantities in the line's unit without naming it, and the engine
//! holds base units only: fifty grams sent as `50` of a line in kilograms would be fifty kilograms.

use std::sync::{Mutex, PoisonError};

use indexmap::IndexMap;

use super::view::ReservationView;
use crate::{
    sku::{LineId, ReservationId},
    unit::Unit,
};

/// So many reservations are remembered; those forgotten are read again.
const REMEMBERED: usize = 4096;

/// What was learned of reservations, the oldest forgotten first.
#[derive(Debug, Default)]
pub(super) struct LineUnits(Mutex<IndexMap<ReservationId, Lines>>);

/// The units of one reservation's lines.
pub(super) type Lines = Vec<(LineId, Unit)>;

impl LineUnits {
    pub(super) fn learn(&self, view: &ReservationView) -> Lines {
        let lines: Lines = view
            .lines
            .iter()
            .map(|line| (line.line_id.clone(), line.unit))
            .collect();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED && !known.contains_key(&view.id) {
            known.drain(..REMEMBERED / 4);
        }
        known.insert(view.id.clone(), lines.clone());
        lines
    }

    pub(super) fn of(&self, id: &ReservationId) -> Option<Lines> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(id).cloned()
    }
}
