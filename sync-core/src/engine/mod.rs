//! Decides what follows from what was learned, and carries it out in one store transaction.
//!
//! `observe` takes in what vendors say, `due` hands out commands, `settle` takes in what became of
//! them, `tick` lets time pass. The rules are pure functions, one file per concern; this file and
//! `draft` are the shell around them. Nothing here talks to a vendor or reads a clock.

mod asked;
mod backorder;
mod blocked;
mod carry_out;
mod counts;
mod demand;
mod draft;
mod extend;
mod held;
mod intake;
mod item;
mod learn;
mod lineage;
mod memory;
mod midnight;
mod mirror;
mod next;
mod observation;
mod order;
mod order_saga;
mod pending;
mod plan;
mod policy;
mod product;
mod publish;
mod reconcile;
mod refused;
mod returns;
mod settle;
mod start;
mod state;
mod stock;
#[cfg(test)]
mod tests;
mod two_phase;
mod written;

pub use memory::{Difference, Memory};
pub use observation::{Observation, Observed, Swept};
pub use pending::Pending;
pub use policy::EnginePolicy;

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use seams::Keyed;

use self::state::State;
use crate::{
    catalogue::Catalogue,
    outbox::{CommandId, Mode, OutboxCommand, Outcome},
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
    state: State,
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

impl Cursor {
    const ALL: [Self; 4] = [Self::JerkyFeed, Self::Orders, Self::Products, Self::Counts];

    const fn name(self) -> &'static str {
        match self {
            Self::JerkyFeed => "jerky-feed",
            Self::Orders => "orders",
            Self::Products => "products",
            Self::Counts => "counts",
        }
    }
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
        let state = State::load(&store, &policy)?;
        let mut engine = Self {
            store,
            catalogue,
            policy,
            keyed,
            state,
        };
        engine.decide(now, start::plan_anew)?;
        Ok(engine)
    }

    /// Takes in what was learned from a vendor.
    ///
    /// # Errors
    /// When the store refuses; then nothing was taken in, and the same observation can be retried.
    pub fn observe(&mut self, seen: Observation, now: Timestamp) -> Result<Observed, EngineError> {
        self.decide(now, |draft| draft.take_in(seen))
    }

    /// Lets time pass: midnight in a warehouse, reservations about to end, waits that are over.
    ///
    /// # Errors
    /// When the store refuses; then the same call can be retried.
    pub fn tick(&mut self, now: Timestamp) -> Result<Observed, EngineError> {
        self.decide(now, |draft| {
            draft.pass_time();
            Ok(())
        })
    }

    /// At most `limit` commands that are due and not in `in_flight`, oldest first. Whoever gets a
    /// command carries it out, tells its outcome to [`settle`](Self::settle), and only then takes
    /// it out of `in_flight`: a command that was handed out and is not in there was lost on the
    /// way, and is asked about.
    pub fn due(
        &mut self,
        now: Timestamp,
        limit: usize,
        in_flight: &BTreeSet<CommandId>,
    ) -> Vec<OutboxCommand> {
        let outbox = &self.state.outbox;
        let due = outbox.due(now).filter(|row| !in_flight.contains(&row.id));
        let commands: Vec<_> = due
            .take(limit)
            .map(|row| {
                let lost = outbox.is_handed(row.id) && !row.command.asks_by_repeating();
                OutboxCommand {
                    id: row.id,
                    aggregate: row.aggregate.clone(),
                    command: row.command.clone(),
                    key: row.key.clone(),
                    mode: if lost { Mode::Ask } else { row.mode() },
                    attempt: row.attempts + 1,
                }
            })
            .collect();
        for command in &commands {
            self.state.outbox.hand(command.id, command.mode);
        }
        commands
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
        let row = self.state.outbox.handed(id);
        let observed = self.decide(now, |draft| match row {
            Some(row) => draft.settle(row, outcome),
            None => draft.overhear(outcome),
        })?;
        self.state.outbox.take_back(id);
        Ok(observed)
    }

    /// When [`tick`](Self::tick) or [`due`](Self::due) next has something to do, if nothing else
    /// happens before.
    pub fn next_wake(&self) -> Option<Timestamp> {
        let state = &self.state;
        let times = [state.outbox.next_due(), state.waits.next(), state.midnight];
        times.into_iter().flatten().min()
    }

    /// Why the system has not converged: open commands, waiting orders, unpublished numbers. Empty
    /// when there is nothing left to do. What waits in peace for a later time, a backorder for
    /// stock or a reservation for its end, is not in it.
    pub fn pending(&self, now: Timestamp) -> Vec<Pending> {
        pending::reasons(&self.state, &self.catalogue, now)
    }

    /// Where a poll starts; none before the first.
    pub fn cursor(&self, cursor: Cursor) -> Option<&str> {
        self.state.cursors.get(cursor.name()).map(String::as_str)
    }

    /// Remembers a value across restarts: a webhook secret, say.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn remember(&mut self, key: &str, value: &str) -> Result<(), EngineError> {
        Ok(self.store.transact(|tx| tx.set_meta(key, value))?)
    }

    /// A value that was remembered.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn recall(&self, key: &str) -> Result<Option<String>, EngineError> {
        Ok(self.store.meta(key)?)
    }

    /// The newest `limit` entries of the quarantine, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn quarantine(&self, limit: usize) -> Result<Vec<Entry>, EngineError> {
        Ok(self.store.quarantined(limit)?)
    }

    /// The newest `limit` alerts, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn alerts(&self, limit: usize) -> Result<Vec<Alert>, EngineError> {
        Ok(self.store.alerts(limit)?)
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
