//! The middleware as a process: started on its store, killed by [`Doom`], started again.
//!
//! Dead means dead: its tasks are dropped where they stand, its connections break, its wire carries
//! nothing more, and its store accepts nothing. Only what was committed is there afterwards.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use seams::{Clock, Keyed, Wire};
use sync_core::{
    catalogue::Catalogue,
    outbox::Aggregate,
    store::{AfterCommit, Store},
};
use sync_hub::{Hub, HubConfig, HubError, Wires};
use tempfile::TempDir;

use super::{
    SimError,
    disk::Disk,
    doom::Doom,
    history,
    last_words::LastWords,
    moves::Moves,
    net::Net,
    parties::Vendors,
    tape::{Party, Tape},
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
    /// What was kept when it died at a commit, of which its memory never heard.
    committed: Arc<Mutex<Option<Result<LastWords, SimError>>>>,
}

/// What the middleware is started with, every time.
pub(super) struct Setup {
    pub(super) config: HubConfig,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) net: Net,
    pub(super) tape: Tape,
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
    /// What waited when it died last.
    waited: BTreeSet<Aggregate>,
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
            committed: Arc::default(),
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
                    let knew = lock(&self.0.committed).take().transpose()?;
                    self.die(crash, knew).await?;
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
            let knew = self.last_words(&hub)?;
            drop(hub);
            self.die(crash, knew).await?;
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
            setup,
            doom,
            moves,
            committed,
            ..
        } = &*self.0;
        let mut store = self.open()?;
        let (counted, lives, moves) = (doom.clone(), Arc::clone(alive), moves.clone());
        let (committed, policy) = (Arc::clone(committed), setup.config.engine.clone());
        store.on_commit(move |store, _| {
            moves.note(store);
            if !counted.commit() {
                return AfterCommit::Continue;
            }
            lives.store(false, Ordering::Relaxed);
            *lock(&committed) = Some(LastWords::kept(store, &policy));
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
        self.took_over(&hub);
        self.life().hub = Some(hub.clone());
        Ok(Some(hub))
    }

    /// Looks whether what waited when the one before died will be come back to by this one.
    fn took_over(&self, hub: &Hub) {
        let mut life = self.life();
        let waited = std::mem::take(&mut life.waited);
        if let Some(died) = life.died.last_mut() {
            hub.with_engine(|engine| {
                note_forgotten(died, &waited, |waited| engine.has_in_hand(waited));
            });
        }
    }

    /// What it knew when it died: of one that died at a commit, what was committed.
    fn last_words(&self, hub: &Hub) -> Result<Option<LastWords>, SimError> {
        let committed = lock(&self.0.committed).take();
        committed
            .or_else(|| Some(hub.with_engine(|engine| LastWords::of(engine))))
            .transpose()
    }

    async fn die(&self, crash: Crash, knew: Option<LastWords>) -> Result<(), SimError> {
        let setup = &self.0.setup;
        setup.net.close(HOST);
        self.life().hub = None;
        let at = setup.clock.now();
        let checkpoint = history::checkpoint(&self.open()?, &setup.vendors.orders(), at)?;
        tokio::time::sleep(crash.restart_after.to_duration()).await;
        let after = LastWords::kept(&self.open()?, &setup.config.engine)?;
        let (before, after) = knew.as_ref().map(|knew| knew.beside(&after)).unzip();
        self.0.doom.restarted();
        setup.tape.started();
        let mut life = self.life();
        life.waited = knew.map(|knew| knew.waiting).unwrap_or_default();
        life.checkpoints.push(checkpoint);
        life.died.push(Died {
            at,
            restarted_at: setup.clock.now(),
            before,
            after,
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
        lock(&self.0.life)
    }
}

/// Notes the first thing that waited at this crash, and that is not in hand afterwards, unless the
/// two already differ.
fn note_forgotten(
    died: &mut Died,
    waited: &BTreeSet<Aggregate>,
    is_in_hand: impl Fn(&Aggregate) -> bool,
) {
    let forgotten = waited.iter().find(|waited| !is_in_hand(waited));
    if let Some(forgotten) = forgotten.filter(|_| died.before == died.after) {
        died.before = Some(format!("{forgotten}: waits"));
        died.after = Some(format!("{forgotten}: forgotten when it was started again"));
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use sync_core::sku::JerkySku;

    use super::*;
    use crate::sim::{Played, play, tests::plan_with};

    fn played(moments: &str) -> Played {
        play(&plan_with(&format!("kind = \"hub_crash\"\n{moments}"))).unwrap()
    }

    /// When each request of the middleware was sent.
    fn requests(played: &Played) -> Vec<Timestamp> {
        played.tape.read(|entries| {
            let sent = entries.iter().filter(|entry| entry.from == Party::Hub);
            let sent = sent.map(|entry| entry.sent_at);
            sent.filter(|at| *at >= played.began).collect()
        })
    }

    #[test]
    fn it_dies_when_its_rule_says_and_is_silent_until_it_is_back() {
        for moment in [
            "nth_request = 7",
            "nth_commit = 4",
            "every_commit = 40",
            "at = \"3m\"",
        ] {
            let played = played(&format!("{moment}\nrestart_after = \"25s\"\n"));
            let crashes = &played.history.crashes;
            let first = crashes.first().unwrap_or_else(|| panic!("{moment}"));
            assert_eq!(crashes.len() > 1, moment.starts_with("every"), "{moment}");
            let dead = first.restarted_at.duration_since(first.at).as_millis();
            assert_eq!(dead, 25_000, "{moment}");
            let silent = |at: &Timestamp| *at <= first.at || *at >= first.restarted_at;
            assert!(requests(&played).iter().all(silent), "{moment}");
            assert!(first.before.is_some() && first.before == first.after);
            assert_eq!(played.run.verdict, crate::report::Verdict::Pass, "{moment}");
        }
    }

    #[test]
    fn the_request_at_which_it_dies_is_its_last() {
        let played = played("nth_request = 7\n");
        let crash = &played.history.crashes[0];
        let requests = requests(&played);
        let before = requests.iter().filter(|at| **at <= crash.at).count();
        assert_eq!(before, 7);
        assert!(requests.len() > 7, "it came back");
    }

    #[test]
    fn a_crash_at_a_time_comes_at_that_time() {
        let played = played("at = \"3m\"\n");
        let after = played.history.crashes[0].at.duration_since(played.began);
        assert_eq!(after.as_millis(), 180_000);
    }

    #[test]
    fn the_dead_do_not_die() {
        let second = "[[fault]]\nkind = \"hub_crash\"\nat = \"3m 10s\"\n";
        let played = played(&format!("at = \"3m\"\nrestart_after = \"20s\"\n{second}"));
        assert_eq!(played.history.crashes.len(), 1);
    }

    fn died(before: &str, after: &str) -> Died {
        Died {
            at: Timestamp::UNIX_EPOCH,
            restarted_at: Timestamp::UNIX_EPOCH,
            before: Some(before.to_owned()),
            after: Some(after.to_owned()),
        }
    }

    #[test]
    fn what_waited_and_is_not_in_hand_afterwards_is_noted() {
        let [one, two] =
            ["JRK-1", "JRK-2"].map(|sku| Aggregate::Item(JerkySku::parse(sku).unwrap()));
        let waited = BTreeSet::from([one.clone(), two.clone()]);
        let mut crash = died("same", "same");
        note_forgotten(&mut crash, &waited, |_| true);
        assert_eq!(crash.before, crash.after);
        note_forgotten(&mut crash, &waited, |aggregate| *aggregate == one);
        assert_eq!(crash.before, Some(format!("{two}: waits")));
        assert_ne!(crash.before, crash.after);
    }

    #[test]
    fn what_differed_before_is_told_first() {
        let waited = BTreeSet::from([Aggregate::Item(JerkySku::parse("JRK-1").unwrap())]);
        let mut crash = died("1 on sale", "2 on sale");
        note_forgotten(&mut crash, &waited, |_| false);
        assert_eq!(crash.before.as_deref(), Some("1 on sale"));
        assert_eq!(crash.after.as_deref(), Some("2 on sale"));
    }
}
