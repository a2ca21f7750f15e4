//! A campaign: worlds on all cores until one breaks, the budget ends, or somebody stops it.

use std::{
    collections::BTreeMap,
    sync::{
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::Duration,
};

use tokio::time::Instant;

use super::{Coverage, Kinds, Shard, Trial, draw};
use crate::plan::Plan;

/// What to hunt through.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The first seed; the others follow it.
    pub first: u64,
    /// How much to play.
    pub budget: Budget,
    /// Worlds played at the same time.
    pub jobs: usize,
    /// This machine's share.
    pub shard: Shard,
    /// What may go wrong.
    pub kinds: Kinds,
    /// Whether to go on after the first world that breaks.
    pub keep_going: bool,
}

/// When a campaign is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// After so many worlds, of all shares together.
    Worlds(u64),
    /// After so much time of the machine.
    Time(Duration),
}

/// What a campaign came to.
#[derive(Clone, Debug, Default)]
pub struct Campaign {
    /// Worlds played.
    pub worlds: u64,
    /// Worlds played twice to compare their traces.
    pub twice: u64,
    /// Requests of all parties in them.
    pub requests: u64,
    /// Virtual milliseconds in them.
    pub virtual_ms: u64,
    /// What was reached.
    pub coverage: Coverage,
    /// Worlds that broke, by seed.
    pub broken: BTreeMap<u64, Trial>,
    /// How long the campaign had gone on when each was found, by seed.
    pub broken_after: BTreeMap<u64, Duration>,
    /// How often each invariant could not be judged.
    pub unknown: BTreeMap<String, u64>,
}

/// One world in so many is played twice.
const TWICE_EVERY: u64 = 20;

/// How often progress is told while no world ends.
const TICK: Duration = Duration::from_millis(500);

/// Hunts. `watch` sees the campaign after each world, and at least twice a second; `stop` ends it
/// early.
pub fn hunt(settings: &Settings, stop: &AtomicBool, watch: &dyn Fn(&Campaign)) -> Campaign {
    let deadline = match settings.budget {
        Budget::Time(length) => Some(Instant::now() + length),
        Budget::Worlds(_) => None,
    };
    let queue = Queue {
        settings,
        deadline,
        next: AtomicU64::new(0),
        stop,
    };
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..settings.jobs.max(1) {
            let (queue, sender) = (&queue, sender.clone());
            scope.spawn(move || queue.work(&sender));
        }
        drop(sender);
        gather(&receiver, settings, stop, watch)
    })
}

struct Queue<'a> {
    settings: &'a Settings,
    deadline: Option<Instant>,
    next: AtomicU64,
    stop: &'a AtomicBool,
}

impl Queue<'_> {
    fn work(&self, done: &Sender<Trial>) {
        while let Some(place) = self.take() {
            let seed = self.settings.first.wrapping_add(place);
            let scenario = draw::scenario(seed, &self.settings.kinds);
            let plan = Plan::expand(&scenario, seed);
            let trial = Trial::of(&plan, place.is_multiple_of(TWICE_EVERY));
            if done.send(trial).is_err() {
                return;
            }
        }
    }

    /// The place of the next world in the whole campaign.
    fn take(&self) -> Option<u64> {
        if self.stop.load(Ordering::Relaxed) {
            return None;
        }
        if self
            .deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
        {
            return None;
        }
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        let place = self.settings.shard.place(index);
        match self.settings.budget {
            Budget::Worlds(worlds) if place >= worlds => None,
            _ => Some(place),
        }
    }
}

fn gather(
    trials: &Receiver<Trial>,
    settings: &Settings,
    stop: &AtomicBool,
    watch: &dyn Fn(&Campaign),
) -> Campaign {
    let mut campaign = Campaign::default();
    let began = Instant::now();
    loop {
        match trials.recv_timeout(TICK) {
            Ok(trial) => campaign.add(trial, began.elapsed()),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => return campaign,
        }
        if !settings.keep_going && !campaign.broken.is_empty() {
            stop.store(true, Ordering::Relaxed);
        }
        watch(&campaign);
    }
}

impl Campaign {
    fn add(&mut self, trial: Trial, since: Duration) {
        self.worlds += 1;
        self.twice += u64::from(trial.twice);
        self.requests += trial.requests;
        self.virtual_ms += trial.virtual_ms;
        self.coverage.add(&trial.faults);
        for invariant in &trial.unknown {
            *self.unknown.entry(invariant.clone()).or_insert(0) += 1;
        }
        if !trial.broken.is_empty() {
            self.broken_after.insert(trial.seed, since);
            self.broken.insert(trial.seed, trial);
        }
    }
}
