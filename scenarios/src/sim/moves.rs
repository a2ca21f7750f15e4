//! The middleware's durable positions each time one of its cursors moves, read in the very commit:
//! what a cursor passed and did not take along is lost at a crash an instant later.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use seams::Clock;
use sync_core::store::Store;

use super::{SimError, history, parties::Vendors};
use crate::oracle::history::Checkpoint;

/// Beyond so many orders and items a world is too large to be read at each move.
const MOST: usize = 120;

/// The moves of a run's cursors. Clones share them.
#[derive(Clone)]
pub(super) struct Moves {
    vendors: Vendors,
    clock: Clock,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    cursors: [Option<String>; 4],
    noted: Vec<Checkpoint>,
    is_too_large: bool,
    trouble: Option<SimError>,
}

impl Moves {
    /// None yet.
    pub(super) fn new(vendors: Vendors, clock: Clock) -> Self {
        Self {
            vendors,
            clock,
            seen: Arc::default(),
        }
    }

    /// Notes what is durable now, if a cursor moved.
    pub(super) fn note(&self, store: &Store) {
        let mut seen = self.lock();
        if seen.is_too_large {
            return;
        }
        if let Err(error) = self.read(store, &mut seen) {
            seen.trouble = Some(error);
        }
    }

    /// All that was noted: every move, or none in a world that is too large.
    pub(super) fn take(&self) -> Result<Vec<Checkpoint>, SimError> {
        let seen = std::mem::take(&mut *self.lock());
        seen.trouble.map_or(Ok(seen.noted), Err)
    }

    fn read(&self, store: &Store, seen: &mut Seen) -> Result<(), SimError> {
        let cursors = history::cursors(store)?;
        if cursors == seen.cursors {
            return Ok(());
        }
        seen.cursors = cursors;
        let orders = self.vendors.orders();
        let items = seen.noted.last().map_or(0, |last| last.sequences.len());
        if orders.len() + items > MOST {
            seen.is_too_large = true;
            seen.noted.clear();
            return Ok(());
        }
        let noted = history::checkpoint(store, &orders, self.clock.now())?;
        seen.noted.push(noted);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
