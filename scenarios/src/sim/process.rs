//! The middleware as a process: started on its store, killed by [`Doom`], started again.
//!
//! Dead means dead: its tasks are dropped where they stand, its connections break, its wire carries
//! nothing more, and its store accepts nothing. Only what was committed is there afterwards.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use seams::{Clock, Keyed, Wire};
use sync_core::{
    catalogue::Catalogue,
    store::{AfterCommit, Store},
};
use sync_hub::{Hub, HubConfig, HubError, Wires};
use tempfile::TempDir;

use super::{
    SimError, disk::Disk, doom::Doom, history, moves::Moves, net::Net, parties::Vendors,
    tape::Party,
};
use crate::{
    oracle::history::{Checkpoint, Crash as Died},
    scenario::{Crash, Span},
};

/// The middleware's host.
pub(super) const HOST: &str = "hub.test";

/// How long a supervisor waits before it starts again what did not start.
const SUPERVISED: Span = Span::from_secs(1);

/// The middleware's process. Clones share it.
#[derive(Clone)]
pub(super) struct Process(Arc<Inner>);

struct Inner {
    setup: Setup,
    doom: Doom,
    disk: Option<TempDir>,
    moves: Moves,
    life: Mutex<Life>,
}

/// What the middleware is started with, every time.
pub(super) struct Setup {
    pub(super) config: HubConfig,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) net: Net,
    pub(super) vendors: Vendors,
    pub(super) clock: Clock,
    /// What the middleware takes for the time.
    pub(super) own_clock: Clock,
    /// The disk that its store lies on.
    pub(super) gate: Disk,
    pub(super) keyed: Keyed,
}

#[derive(Default)]
struct Life {
    hub: Option<Hub>,
    died: Vec<Died>,
    checkpoints: Vec<Checkpoint>,
    struck: Vec<Crash>,
}

impl Process {
    /// A process that has not been started. Its store is a file if it may have to survive.
    pub(super) fn new(setup: Setup, doom: Doom) -> Result<Self, SimError> {
        let disk = doom.is_planned().then(TempDir::new).transpose()?;
        let moves = Moves::new(setup.vendors.clone(), setup.clock.clone());
        Ok(Self(Arc::new(Inner {
            moves,
            setup,
            doom,
            disk,
            life: Mutex::default(),
        })))
    }

    /// Lives, dies and lives again, until dropped. Ends only when the middleware gives up.
    pub(super) async fn run(&self) -> Result<(), SimError> {
        loop {
            let alive = Arc::new(AtomicBool::new(true));
            let Some(hub) = self.start(&alive)? else {
                if alive.load(Ordering::Relaxed) {
                    tokio::time::sleep(SUPERVISED.to_duration()).await;
                } else {
                    let crash = self.0.doom.struck().await;
                    self.die(crash).await?;
                }
                continue;
            };
            let crash = tokio::select! {
                biased;
                crash = self.0.doom.struck() => crash,
                ended = hub.run() => match ended {
                    // The store refuses everything after a crash at a commit; the doom is due.
                    Err(_) if !alive.load(Ordering::Relaxed) => self.0.doom.struck().await,
                    Err(error) => return Err(SimError::Hub(error.to_string())),
                    Ok(()) => return Err(SimError::Hub("it stopped by itself".to_owned())),
                },
            };
            alive.store(false, Ordering::Relaxed);
            drop(hub);
            self.die(crash).await?;
        }
    }

    /// The middleware, while it lives.
    pub(super) fn hub(&self) -> Option<Hub> {
        self.life().hub.clone()
    }

    /// Reads its store, if it lives.
    pub(super) fn with_store<T>(&self, read: impl FnOnce(&Store) -> T) -> Option<T> {
        self.hub()
            .map(|hub| hub.with_engine(|engine| read(engine.store())))
    }

    /// Why it has not converged; a dead process has not.
    pub(super) fn pending(&self) -> Vec<String> {
        match self.hub() {
            Some(hub) => hub.pending().iter().map(ToString::to_string).collect(),
            None => vec!["the process is dead".to_owned()],
        }
    }

    /// Its crashes, and its durable positions at each.
    pub(super) fn biography(&self) -> (Vec<Died>, Vec<Checkpoint>) {
        let life = self.life();
        (life.died.clone(), life.checkpoints.clone())
    }

    /// Its durable positions in each commit that moved a cursor.
    pub(super) fn moves(&self) -> Result<Vec<Checkpoint>, SimError> {
        self.0.moves.take()
    }

    /// The crashes that struck.
    pub(super) fn struck(&self) -> Vec<Crash> {
        self.life().struck.clone()
    }

    /// Starts it on its store; none when the disk refuses and its supervisor has to try again, or
    /// when it dies at its first commit.
    fn start(&self, alive: &Arc<AtomicBool>) -> Result<Option<Hub>, SimError> {
        let Inner {
            setup, doom, moves, ..
        } = &*self.0;
        let mut store = self.open()?;
        let (counted, lives, moves) = (doom.clone(), Arc::clone(alive), moves.clone());
        store.on_commit(move |store, _| {
            moves.note(store);
            if !counted.commit() {
                return AfterCommit::Continue;
            }
            lives.store(false, Ordering::Relaxed);
            AfterCommit::Crash
        });
        let gate = setup.gate.clone();
        store.on_write(move || gate.refuses());
        let wire = self.wire(alive);
        let wires = Wires {
            jerky: wire.clone(),
            polish: wire,
        };
        let hub = Hub::new(
            setup.config.clone(),
            Arc::clone(&setup.catalogue),
            store,
            wires,
            setup.own_clock.clone(),
            setup.keyed,
        );
        let hub = match hub {
            Ok(hub) => hub,
            Err(HubError::Engine(error)) if error.is_retryable() => return Ok(None),
            Err(_) if !alive.load(Ordering::Relaxed) => return Ok(None),
            Err(error) => return Err(SimError::Hub(error.to_string())),
        };
        setup.net.open(HOST, hub.router());
        self.life().hub = Some(hub.clone());
        Ok(Some(hub))
    }

    async fn die(&self, crash: Crash) -> Result<(), SimError> {
        let Inner { setup, .. } = &*self.0;
        setup.net.close(HOST);
        self.life().hub = None;
        let at = setup.clock.now();
        let before = self.open()?;
        let checkpoint = history::checkpoint(&before, &setup.vendors.orders(), at)?;
        let digest = history::digest(&before)?;
        drop(before);
        tokio::time::sleep(crash.restart_after.to_duration()).await;
        let after = history::digest(&self.open()?)?;
        let mut life = self.life();
        life.checkpoints.push(checkpoint);
        life.died.push(Died {
            at,
            restarted_at: setup.clock.now(),
            before: Some(digest),
            after: Some(after),
        });
        life.struck.push(crash);
        Ok(())
    }

    fn open(&self) -> Result<Store, SimError> {
        let file = |disk: &TempDir| -> PathBuf { disk.path().join("hub.sqlite") };
        match &self.0.disk {
            Some(disk) => Store::open(&file(disk)),
            None => Store::in_memory(),
        }
        .map_err(SimError::from)
    }

    /// A wire that is as dead as its process. The request at which it dies still arrives.
    fn wire(&self, alive: &Arc<AtomicBool>) -> Wire {
        let line = self.0.setup.net.wire(Party::Hub);
        let (doom, alive) = (self.0.doom.clone(), Arc::clone(alive));
        Wire::new(move |request| {
            let (line, doom, alive) = (line.clone(), doom.clone(), Arc::clone(&alive));
            async move {
                if !alive.load(Ordering::Relaxed) {
                    return std::future::pending().await;
                }
                if doom.request() {
                    alive.store(false, Ordering::Relaxed);
                    tokio::spawn(line.send(request));
                    return std::future::pending().await;
                }
                line.send(request).await
            }
        })
    }

    fn life(&self) -> MutexGuard<'_, Life> {
        self.0.life.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
