//! How far a hunt has come, on standard error: one line in place on a terminal, one now and then
//! otherwise; and each world that broke, as soon as it did.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    io::{IsTerminal, stderr},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
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
                true => bar(ProgressDrawTarget::stderr()),
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

/// One line, cut to the terminal's width: a bar would need to know where the end is.
fn bar(target: ProgressDrawTarget) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, target);
    match ProgressStyle::with_template("{wide_msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
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

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use indicatif::TermLike;

    use super::*;

    /// What was written, whatever moved the cursor.
    #[derive(Clone, Debug, Default)]
    struct Paper(Arc<Mutex<String>>);

    impl TermLike for Paper {
        fn width(&self) -> u16 {
            100
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_terminal_is_shown_the_line() {
        let paper = Paper::default();
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(paper.clone()), 255);
        let progress = Progress {
            bar: bar(target),
            is_terminal: true,
            told: Cell::new(Instant::now() - LIVELY),
            ..Progress::begun()
        };
        let campaign = Campaign {
            worlds: 1234,
            ..Campaign::default()
        };
        progress.tell(&campaign);
        let shown = paper.0.lock().unwrap().clone();
        assert!(shown.contains("1234 worlds"), "{shown:?}");
        assert!(shown.contains("of virtual time"), "{shown:?}");
    }
}
