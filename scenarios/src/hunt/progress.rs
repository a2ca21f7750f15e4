//! How far a hunt has come, on standard error: one line in place on a terminal, one now and then
//! otherwise; and each world that broke, as soon as it did.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    io::{IsTerminal, stderr},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget};
use tokio::time::Instant;

use super::{Campaign, coverage::marks_reached};
use crate::report::length;

/// Tells how far a hunt has come.
pub struct Progress {
    bar: ProgressBar,
    began: Instant,
    is_terminal: bool,
    told: Cell<Instant>,
    /// Seeds of broken worlds that were told.
    broken: RefCell<BTreeSet<u64>>,
}

/// Between two lines where there is no terminal.
const QUIET: Duration = Duration::from_secs(10);
/// Between two on a terminal.
const LIVELY: Duration = Duration::from_millis(200);

impl Progress {
    /// Of a hunt that begins now.
    pub fn begun() -> Self {
        let is_terminal = stderr().is_terminal();
        let now = Instant::now();
        Self {
            bar: match is_terminal {
                true => ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()),
                false => ProgressBar::hidden(),
            },
            began: now,
            is_terminal,
            told: Cell::new(now),
            broken: RefCell::default(),
        }
    }

    /// Tells it, unless it was told a moment ago.
    pub fn tell(&self, campaign: &Campaign) {
        self.tell_broken(campaign);
        let often = if self.is_terminal { LIVELY } else { QUIET };
        if self.told.get().elapsed() < often {
            return;
        }
        self.told.set(Instant::now());
        let line = line(campaign, self.began.elapsed());
        if self.is_terminal {
            self.bar.set_message(line);
            self.bar.tick();
        } else {
            eprintln!("{line}");
        }
    }

    fn tell_broken(&self, campaign: &Campaign) {
        let mut told = self.broken.borrow_mut();
        if told.len() == campaign.broken.len() {
            return;
        }
        for (seed, trial) in &campaign.broken {
            if told.insert(*seed) {
                let invariants = trial.broken.iter().map(|broken| broken.invariant.as_str());
                let invariants = invariants.collect::<Vec<_>>().join(", ");
                let line = format!("seed {seed} breaks {invariants}");
                self.bar.suspend(|| eprintln!("{line}"));
            }
        }
    }

    /// The hunt is over.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn line(campaign: &Campaign, elapsed: Duration) -> String {
    let (reached, all) = marks_reached();
    format!(
        "{} worlds, {:.0} a second, {} of virtual time; covered: {} cells, {reached} of {all} marks; {} broken",
        campaign.worlds,
        campaign.worlds as f64 / elapsed.as_secs_f64().max(0.001),
        length(campaign.virtual_ms),
        campaign.coverage.cells(),
        campaign.broken.len(),
    )
}
