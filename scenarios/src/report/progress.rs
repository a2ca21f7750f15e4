//! Progress on long work, on standard error: a bar on a terminal, plain lines otherwise.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Run;

/// Tells how far a suite has come.
pub struct Progress {
    bar: ProgressBar,
    total: usize,
    is_terminal: bool,
}

impl Progress {
    /// For `total` runs.
    pub fn of(total: usize) -> Self {
        let is_terminal = stderr().is_terminal();
        let bar = if is_terminal {
            ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        Self {
            bar,
            total,
            is_terminal,
        }
    }

    /// One more run is done.
    pub fn done(&self, number: usize, run: &Run) {
        let verdict = run.verdict.as_str();
        let Run {
            scenario,
            seed,
            wall_ms,
            ..
        } = run;
        if self.is_terminal {
            self.bar.set_message(scenario.clone());
            self.bar.inc(1);
        } else {
            eprintln!(
                "[{number}/{}] {scenario} seed {seed}: {verdict} in {wall_ms} ms",
                self.total
            );
        }
    }

    /// All runs are done.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
