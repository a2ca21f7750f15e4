//! What a campaign found: each broken invariant of each broken world, the first ones made small.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use super::{Broken, Campaign, Kinds, Settings, draw};
use crate::{
    plan::Plan,
    shrink::{self, Failing, Small},
};

/// A broken invariant of one world.
#[derive(Clone, Debug)]
pub struct Found {
    /// The world's seed.
    pub seed: u64,
    /// What it broke.
    pub broken: Broken,
    /// How long the campaign had gone on.
    pub after: Duration,
    /// The world made small, and the file it was written to.
    pub small: Option<(Small, PathBuf)>,
}

impl Found {
    /// The command that plays it again: the small case, or else the world that it was drawn as, with
    /// each flag that has a say in that.
    pub fn again(&self, kinds: &Kinds) -> String {
        match &self.small {
            Some((_, file)) => shrink::again(file),
            None => format!(
                "lockstep hunt --first {} --seeds 1{}",
                self.seed,
                kinds.flags()
            ),
        }
    }
}

/// So many worlds are made small for each invariant: the next ones mostly say the same again.
const SMALL: usize = 3;
/// How long one may take.
const BUDGET: Duration = Duration::from_secs(30);

/// Makes the first worlds of each invariant small, on all cores, and writes them into `folder`; of all
/// together at most `most`, where that is given. `stop` leaves each as small as it is by then.
pub fn made_small(
    campaign: &Campaign,
    settings: &Settings,
    folder: &Path,
    most: Option<usize>,
    stop: &Arc<AtomicBool>,
) -> Vec<Found> {
    let mut found = found(campaign);
    let places = chosen(&found, most);
    let (next, done) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    thread::scope(|scope| {
        for _ in 0..settings.jobs.min(places.len()) {
            scope.spawn(|| {
                while let Some(place) = places.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = found.get(*place);
                    let small = found.and_then(|f| small(f, settings, folder, stop));
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.insert(*place, small);
                }
            });
        }
    });
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    for (place, small) in done {
        if let Some(found) = found.get_mut(place) {
            found.small = small;
        }
    }
    found
}

fn found(campaign: &Campaign) -> Vec<Found> {
    let each = campaign.broken.iter().flat_map(|(seed, trial)| {
        trial.broken.iter().map(|broken| Found {
            seed: *seed,
            broken: broken.clone(),
            after: campaign.broken_after.get(seed).copied().unwrap_or_default(),
            small: None,
        })
    });
    each.collect()
}

/// The first of each invariant, then the second of each, and so on.
fn chosen(found: &[Found], most: Option<usize>) -> Vec<usize> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut early = Vec::new();
    for (place, found) in found.iter().enumerate() {
        let count = seen.entry(&found.broken.invariant).or_insert(0);
        *count += 1;
        if *count <= SMALL {
            early.push((*count, place));
        }
    }
    early.sort_unstable();
    early.truncate(most.unwrap_or(usize::MAX));
    early.into_iter().map(|(_, place)| place).collect()
}

fn small(
    found: &Found,
    settings: &Settings,
    folder: &Path,
    stop: &Arc<AtomicBool>,
) -> Option<(Small, PathBuf)> {
    let scenario = draw::scenario(found.seed, &settings.kinds);
    let plan = Plan::expand(&scenario, found.seed);
    let is_it = |invariant: &str| invariant == found.broken.invariant;
    let small = Failing::of(&plan, is_it)?.shrink(BUDGET, stop);
    match shrink::keep(&small, folder) {
        Ok(path) => Some((small, path)),
        Err(error) => {
            eprintln!("cannot write into {}: {error}", folder.display());
            None
        }
    }
}
