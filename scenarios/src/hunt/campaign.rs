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

use seams::Keyed;
use tokio::time::Instant;

use super::{Coverage, Kinds, Shard, Trial, draw};
use crate::{plan::Plan, report::Unjudged};

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
    /// Invariants that could not be judged in some worlds, by name.
    pub unknown: BTreeMap<String, Unjudged>,
    /// The first seed of what is left, if somebody stopped it before its budget ended.
    pub stopped_before: Option<u64>,
}

/// One world in so many is played twice.
const TWICE_EVERY: u64 = 20;

/// Whether the world at this place of the whole campaign is played twice. Its seed decides, so that every
/// share plays one in twenty, and all shares together the same ones as the whole. The first always is:
/// a short hunt compares one as well, and so does the command that plays a single world again.
fn is_twice(place: u64, seed: u64) -> bool {
    let draw = Keyed::new(seed).draw("played twice", "world", 0);
    place == 0 || draw.below(TWICE_EVERY) == 0
}

/// How often progress is told while no world ends.
const TICK: Duration = Duration::from_millis(500);

/// Hunts. `watch` sees the campaign after each world, and at least twice a second; `stop` ends it
/// early.
pub fn hunt(settings: &Settings, stop: &AtomicBool, watch: &dyn Fn(&Campaign)) -> Campaign {
    let deadline = match settings.budget {
        Budget::Time(length) => Some(Instant::now() + length),
        Budget::Worlds(_) => None,
    };
    let enough = AtomicBool::new(false);
    let queue = Queue {
        settings,
        deadline,
        next: AtomicU64::new(0),
        stop,
        enough: &enough,
    };
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..settings.jobs.max(1) {
            let (queue, sender) = (&queue, sender.clone());
            scope.spawn(move || queue.work(&sender));
        }
        drop(sender);
        let mut campaign = gather(&receiver, settings, &enough, watch);
        campaign.stopped_before = queue.left();
        campaign
    })
}

struct Queue<'a> {
    settings: &'a Settings,
    deadline: Option<Instant>,
    next: AtomicU64,
    stop: &'a AtomicBool,
    /// A world broke, and one is enough.
    enough: &'a AtomicBool,
}

impl Queue<'_> {
    fn work(&self, done: &Sender<Trial>) {
        while let Some(place) = self.take() {
            let seed = self.settings.first.wrapping_add(place);
            let scenario = draw::scenario(seed, &self.settings.kinds);
            let plan = Plan::expand(&scenario, seed);
            let trial = Trial::of(&plan, is_twice(place, seed));
            if done.send(trial).is_err() {
                return;
            }
        }
    }

    /// The first seed of what was not played because somebody stopped it.
    fn left(&self) -> Option<u64> {
        let played = self.next.load(Ordering::Relaxed);
        let is_over = match self.settings.budget {
            Budget::Worlds(worlds) => self.settings.shard.place(played) >= worlds,
            Budget::Time(_) => self.deadline.is_some_and(|end| Instant::now() >= end),
        };
        let is_stopped = self.stop.load(Ordering::Relaxed) && !is_over;
        let next = self.settings.shard.after(played);
        is_stopped.then(|| self.settings.first.wrapping_add(next))
    }

    /// The place of the next world in the whole campaign.
    fn take(&self) -> Option<u64> {
        if self.stop.load(Ordering::Relaxed) || self.enough.load(Ordering::Relaxed) {
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
    enough: &AtomicBool,
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
            enough.store(true, Ordering::Relaxed);
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
        for unjudged in &trial.unknown {
            let sum = self.unknown.entry(unjudged.invariant.clone());
            sum.and_modify(|sum| sum.join(unjudged))
                .or_insert_with(|| unjudged.clone());
        }
        if !trial.broken.is_empty() {
            self.broken_after.insert(trial.seed, since);
            self.broken.insert(trial.seed, trial);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_share_plays_one_world_in_twenty_twice() {
        let of = 8;
        for number in 1..=of {
            let shard: Shard = format!("{number}/{of}").parse().unwrap();
            let places = (0..10_000).map(|index| shard.place(index));
            let twice = places.filter(|place| is_twice(*place, 1 + place)).count();
            assert!((400..600).contains(&twice), "{shard}: {twice}");
        }
    }

    #[test]
    fn a_world_played_again_by_itself_is_played_twice() {
        for seed in 1..100 {
            assert!(is_twice(0, seed), "{seed}");
        }
    }
}
