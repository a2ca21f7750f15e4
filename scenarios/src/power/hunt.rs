//! One hunt: the `lockstep` command as a process, and what it wrote.

use std::{
    fs, io,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use tokio::time::Instant;

use super::{Hunted, PowerError, Settings, Size, Small, Told, measure::Document};
use crate::{
    hunt::{Kinds, scenario},
    plan::Plan,
};

/// A hunt that goes on for longer is stopped: a bug may keep a world from ending.
const LONGEST: Duration = Duration::from_secs(30 * 60);
/// Between two looks at whether a hunt has ended.
const LOOK: Duration = Duration::from_millis(200);
/// How many breaks of a hunt are made small: without swarm one, since that takes minutes.
const SMALL: [usize; 2] = [1, 2];

/// A hunt to be played.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hunt<'a> {
    /// The command that hunts.
    pub lockstep: &'a Path,
    pub settings: &'a Settings,
    /// A random subset of the faults in each world, or all of them.
    pub swarm: bool,
    pub worlds: u64,
}

impl Hunt<'_> {
    /// Hunts, and counts what is not in `known`: what breaks without the bug as well.
    ///
    /// # Errors
    /// When the command cannot be run, or its results cannot be read.
    pub(super) fn play(&self, known: &[Told]) -> Result<Hunted, PowerError> {
        let json = self.settings.folder.join("hunt.json");
        let ended = self
            .command(&json)
            .spawn()
            .and_then(ended)
            .map_err(|error| failed(&error))?;
        let Some(status) = ended else {
            return Ok(Hunted {
                stopped: true,
                ..Hunted::default()
            });
        };
        if !matches!(status.code(), Some(0 | 1)) {
            return Err(failed(&status));
        }
        let text = fs::read(&json).map_err(PowerError::file("cannot read", &json))?;
        let document: Document = serde_json::from_slice(&text).map_err(|error| failed(&error))?;
        let mut hunted = Hunted::of(&document, known);
        // Without swarm dozens of faults are left when the time is up: nobody expects the least.
        if let Some(small) = hunted.smallest.as_mut().filter(|_| self.swarm) {
            small.minimal = self.is_minimal(small).map_err(|error| failed(&error))?;
            small.found = Some(self.found(small.seed));
        }
        Ok(hunted)
    }

    fn command(&self, json: &Path) -> Command {
        let mut command = Command::new(self.lockstep);
        command
            .args(["hunt", "--keep-going"])
            .args(["--seeds", &self.worlds.to_string()])
            .args(["--jobs", &self.settings.jobs.to_string()])
            .args(["--shrink", &SMALL[usize::from(self.swarm)].to_string()])
            .arg("--out")
            .arg(self.settings.folder.join("hunted"))
            .arg("--json")
            .arg(json)
            .stdout(Stdio::null());
        if !self.swarm {
            command.arg("--no-swarm");
        }
        command
    }

    /// How large the world of a seed is. The bug is in the middleware, which no world depends on.
    fn found(&self, seed: u64) -> Size {
        let world = scenario(seed, &Kinds::all().swarming(self.swarm));
        let plan = Plan::expand(&world, seed);
        Size {
            steps: plan.steps.len(),
            faults: plan.scenario.faults.len(),
        }
    }

    /// Whether a case passes without any one of its steps and faults; `None` when nobody can tell.
    fn is_minimal(&self, small: &Small) -> io::Result<Option<bool>> {
        let code = small.invariant.split(' ').next().unwrap_or_default();
        let mut command = Command::new(self.lockstep);
        command.args(["shrink", "--check", "--invariant", code]);
        let status = command.arg(&small.file).stdout(Stdio::null()).status()?;
        Ok(match status.code() {
            Some(0) => Some(true),
            Some(1) => Some(false),
            _ => None,
        })
    }
}

fn failed(said: &impl ToString) -> PowerError {
    PowerError::Command {
        command: "lockstep hunt".to_owned(),
        said: said.to_string(),
    }
}

/// Waits until a process ends, or stops it when that takes too long.
fn ended(mut child: Child) -> io::Result<Option<ExitStatus>> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if began.elapsed() > LONGEST {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "another process is waited for, by the real clock"
        )]
        std::thread::sleep(LOOK);
    }
}
