//! What all tasks of the hub share: the engine, the clients, the clock, and who wakes whom.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use seams::{Clock, Keyed};
use sync_core::{
    engine::{Engine, EngineError, Observation, Observed},
    outbox::{CommandId, Outcome},
    vendor::{jerky::JerkyClient, polish::PolishClient, secret::Secret},
};
use tokio::{
    sync::{Notify, Semaphore, watch},
    time::Duration,
};

use crate::config::HubConfig;

/// How long a busy or full store is left alone before the same write is tried again.
const STORE_WAIT: Duration = Duration::from_millis(50);

/// What all tasks share.
pub(crate) struct Core {
    pub(crate) config: HubConfig,
    pub(crate) clock: Clock,
    pub(crate) keyed: Keyed,
    pub(crate) jerky: JerkyClient,
    pub(crate) polish: PolishClient,
    /// One lock for all decisions. Held for one call of the engine, never across an await.
    engine: Mutex<Engine>,
    /// The outbox may have something new, or something may be due sooner than was known.
    pub(crate) outbox: Notify,
    pub(crate) jerky_slots: Semaphore,
    pub(crate) polish_slots: Semaphore,
    /// What webhooks must be signed with; the newest first.
    secrets: Mutex<Secrets>,
    /// What each source of knowledge last came to.
    intake: Mutex<BTreeMap<&'static str, IntakeState>>,
    stop: watch::Sender<bool>,
}

/// What webhooks must be signed with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Secrets {
    pub(crate) jerky: Vec<Secret>,
    pub(crate) polish: Vec<Secret>,
}

/// What a source of knowledge last came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct IntakeState {
    /// When it last reached the end of what the vendor had.
    pub(crate) current_at: Option<Timestamp>,
    /// Why it does not, if it does not.
    pub(crate) trouble: Option<String>,
    /// How often in a row it did not.
    pub(crate) failures: u32,
}

impl Core {
    pub(crate) fn new(
        config: HubConfig,
        engine: Engine,
        jerky: JerkyClient,
        polish: PolishClient,
        clock: Clock,
        keyed: Keyed,
    ) -> Self {
        let slots = config.dispatch.concurrency.max(1);
        Self {
            config,
            clock,
            keyed,
            jerky,
            polish,
            engine: Mutex::new(engine),
            outbox: Notify::new(),
            jerky_slots: Semaphore::new(slots),
            polish_slots: Semaphore::new(slots),
            secrets: Mutex::default(),
            intake: Mutex::default(),
            stop: watch::Sender::new(false),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The engine. A poisoned lock means a panic inside a decision; its store rolled back.
    pub(crate) fn engine(&self) -> MutexGuard<'_, Engine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn secrets(&self) -> MutexGuard<'_, Secrets> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the engine something. Durable when this returns.
    pub(crate) fn observe(&self, seen: Observation) -> Result<Observed, EngineError> {
        let observed = self.engine().observe(seen, self.now())?;
        self.outbox.notify_one();
        Ok(observed)
    }

    /// As [`observe`](Self::observe), waiting out a busy or full store.
    pub(crate) async fn absorb(&self, seen: Observation) -> Result<Observed, EngineError> {
        loop {
            match self.observe(seen.clone()) {
                Err(error) if error.is_retryable() => tokio::time::sleep(STORE_WAIT).await,
                result => return result,
            }
        }
    }

    /// Tells the engine what became of a command, waiting out a busy or full store.
    pub(crate) async fn settle(&self, id: CommandId, outcome: Outcome) -> Result<(), EngineError> {
        loop {
            let settled = self.engine().settle(id, outcome.clone(), self.now());
            match settled {
                Err(error) if error.is_retryable() => tokio::time::sleep(STORE_WAIT).await,
                result => return result.map(drop),
            }
        }
    }

    pub(crate) fn intake(&self) -> MutexGuard<'_, BTreeMap<&'static str, IntakeState>> {
        self.intake.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks every task to end.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until somebody asks.
    pub(crate) async fn stopped(&self) {
        // The sender lives in `self`, so this cannot fail.
        let _ = self.stop.subscribe().wait_for(|stop| *stop).await;
    }
}
