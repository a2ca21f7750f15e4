//! Decides what follows from what was learned, and carries it out in one store transaction.
//!
//! `observe` takes in what vendors say, `due` hands out commands, `settle` takes in what became of
//! them, `tick` lets time pass. The rules are pure functions, one file per concern; this file and
//! `draft` are the shell around them. Nothing here talks to a vendor or reads a clock.

mod observation;
mod pending;
mod policy;

pub use observation::{Observation, Observed, Swept};
pub use pending::Pending;
pub use policy::EnginePolicy;

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use seams::Keyed;

use crate::{
    catalogue::Catalogue,
    outbox::{CommandId, OutboxCommand, Outcome},
    quarantine::Entry,
    store::{Alert, Store, StoreError},
};

/// The one who decides. It is the only writer of its store.
#[derive(Debug)]
pub struct Engine {
    store: Store,
    catalogue: Arc<Catalogue>,
    policy: EnginePolicy,
    keyed: Keyed,
}

/// Why the engine could not do as told. Nothing was changed, in the store or in memory.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl EngineError {
    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        let Self::Store(error) = self;
        error.is_retryable()
    }
}

/// The cursors of the intake, by name; each moves in the transaction of what it passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// The position of the last event of the jerky change feed that was taken in.
    JerkyFeed,
    /// The timestamp from which orders are polled, inclusive.
    Orders,
    /// The timestamp from which products are polled, inclusive.
    Products,
    /// The id after which counts are polled.
    Counts,
}

impl Engine {
    /// Takes over a store. Commands that may have been sent before are asked about first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn open(
        store: Store,
        catalogue: Arc<Catalogue>,
        policy: EnginePolicy,
        keyed: Keyed,
        now: Timestamp,
    ) -> Result<Self, EngineError> {
        let _ = now;
        Ok(Self {
            store,
            catalogue,
            policy,
            keyed,
        })
    }

    /// Takes in what was learned from a vendor.
    ///
    /// # Errors
    /// When the store refuses; then nothing was taken in, and the same observation can be retried.
    pub fn observe(&mut self, seen: Observation, now: Timestamp) -> Result<Observed, EngineError> {
        let _ = (seen, now);
        Ok(Observed::default())
    }

    /// Lets time pass: midnight in a warehouse, reservations about to end, waits that are over.
    ///
    /// # Errors
    /// When the store refuses; then the same call can be retried.
    pub fn tick(&mut self, now: Timestamp) -> Result<Observed, EngineError> {
        let _ = now;
        Ok(Observed::default())
    }

    /// At most `limit` commands that are due and not in `in_flight`, oldest first. Whoever gets a
    /// command carries it out and tells its outcome to [`settle`](Self::settle).
    pub fn due(
        &mut self,
        now: Timestamp,
        limit: usize,
        in_flight: &BTreeSet<CommandId>,
    ) -> Vec<OutboxCommand> {
        let _ = (now, limit, in_flight);
        Vec::new()
    }

    /// Takes in what became of a command. The outcome of a command that is no longer in the
    /// outbox is taken in as an observation.
    ///
    /// # Errors
    /// When the store refuses; then the same outcome can be told again.
    pub fn settle(
        &mut self,
        id: CommandId,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<Observed, EngineError> {
        let _ = (id, outcome, now);
        Ok(Observed::default())
    }

    /// When [`tick`](Self::tick) or [`due`](Self::due) next has something to do, if nothing else
    /// happens before.
    pub fn next_wake(&self) -> Option<Timestamp> {
        None
    }

    /// Why the system has not converged: open commands, waiting orders, unpublished numbers. Empty
    /// when there is nothing left to do.
    pub fn pending(&self, now: Timestamp) -> Vec<Pending> {
        let _ = now;
        Vec::new()
    }

    /// Where a poll starts; none before the first.
    pub fn cursor(&self, cursor: Cursor) -> Option<&str> {
        let _ = cursor;
        None
    }

    /// Remembers a value across restarts: a webhook secret, say.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn remember(&mut self, key: &str, value: &str) -> Result<(), EngineError> {
        let _ = (key, value);
        Ok(())
    }

    /// A value that was remembered.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn recall(&self, key: &str) -> Result<Option<String>, EngineError> {
        let _ = key;
        Ok(None)
    }

    /// The newest `limit` entries of the quarantine, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn quarantine(&self, limit: usize) -> Result<Vec<Entry>, EngineError> {
        let _ = limit;
        Ok(Vec::new())
    }

    /// The newest `limit` alerts, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn alerts(&self, limit: usize) -> Result<Vec<Alert>, EngineError> {
        let _ = limit;
        Ok(Vec::new())
    }

    /// What it was opened with.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// The store, for reading and for the seams of fault injection.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The store, for the seams of fault injection.
    pub fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }
}
