//! A campaign: the unpatched middleware first, then one bug after the other.

use std::{
    fs,
    num::NonZero,
    path::{Path, PathBuf},
    thread,
};

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::{
    Bug, Hunted, Kept, Made, Measure, PowerError, Results, Scratch, catalogue, chosen, hunt::Hunt,
    page, table,
};
use crate::report;

/// What a campaign is to do.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The workspace.
    pub root: PathBuf,
    /// Where to copy and build.
    pub folder: PathBuf,
    /// Where the table goes and the results are kept, if not into the workspace.
    pub out: Option<PathBuf>,
    /// The bugs to measure; all when none is named.
    pub bugs: Vec<String>,
    /// Worlds for each bug.
    pub worlds: Worlds,
    /// Worlds at the same time.
    pub jobs: usize,
    /// Leave out what was measured already.
    pub resume: bool,
}

/// How many worlds each bug is hunted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worlds {
    /// With swarm.
    pub swarm: u64,
    /// Without, where each takes about eight times as long.
    pub plain: u64,
    /// With swarm, for a bug that neither of those catch.
    pub most: u64,
}

impl Default for Worlds {
    /// Those of the page in the repository: results with other numbers are void for it.
    fn default() -> Self {
        Self {
            swarm: 150,
            plain: 30,
            most: 1500,
        }
    }
}

impl Settings {
    /// The file that the table goes to.
    fn table(&self) -> PathBuf {
        let out = self.out.as_ref();
        out.map_or_else(
            || self.root.join("docs/power.md"),
            |out| out.join("power.md"),
        )
    }

    /// What was measured, one file for each bug.
    fn measured(&self) -> PathBuf {
        let out = self.out.as_ref();
        out.map_or_else(
            || self.root.join("scenarios/bugs/measured"),
            |out| out.join("measured"),
        )
    }
}

/// Measures, and writes the table after each bug. Says whether every bug was built and caught, and
/// every smallest case was made and keeps its promises.
///
/// # Errors
/// When a bug is unknown or does not apply, or a file, the compiler or a hunt fails.
pub fn run(settings: &Settings) -> Result<bool, PowerError> {
    let all = catalogue(&settings.root.join("scenarios/bugs"))?;
    let bugs = chosen(&all, &settings.bugs)?;
    for bug in &bugs {
        bug.applied(&settings.root)?;
    }
    let document = writable(settings)?;
    eprintln!("copying the workspace to {}", settings.folder.display());
    let scratch = Scratch::fill(&settings.root, &settings.folder)?;
    let results = Results::open(settings.measured(), scratch.fingerprint(), settings.worlds)?;
    let made = made(settings, &scratch);
    let work = Work {
        settings,
        scratch: &scratch,
        results: &results,
    };
    let unpatched = work.unpatched()?;
    for (place, bug) in bugs.iter().enumerate() {
        let kept = work.measured(bug, &unpatched, (place + 1, bugs.len()))?;
        eprintln!("  {}", table::line(&kept.measure));
        write_page(&document, &all, &results, made)?;
    }
    let is_good = |bug: &Bug| {
        let kept = results.current(Some(bug));
        kept.is_some_and(|kept| kept.measure.is_caught() && kept.measure.is_made_small())
    };
    Ok(bugs.iter().all(is_good))
}

/// Writes the table out of what is kept, and measures nothing.
///
/// # Errors
/// When nothing was measured with these numbers of worlds, or a file fails.
pub fn retell(settings: &Settings) -> Result<bool, PowerError> {
    let all = catalogue(&settings.root.join("scenarios/bugs"))?;
    let document = writable(settings)?;
    let before = fs::read_to_string(&document).ok();
    let scratch = Scratch::fill(&settings.root, &settings.folder)?;
    let results = Results::open(settings.measured(), scratch.fingerprint(), settings.worlds)?;
    let mut made = made(settings, &scratch);
    // It was measured where the page says, which need not be here.
    if let Some(before) = before.and_then(|page| Made::read(&page)) {
        (made.jobs, made.cores) = (before.jobs, before.cores);
    }
    write_page(&document, &all, &results, made)?;
    Ok(true)
}

fn made(settings: &Settings, scratch: &Scratch) -> Made {
    Made {
        worlds: settings.worlds,
        jobs: settings.jobs,
        cores: thread::available_parallelism().map_or(1, NonZero::get),
        sources: scratch.fingerprint(),
    }
}

/// The file for the table, found out before an hour's work to be one that can be written.
fn writable(settings: &Settings) -> Result<PathBuf, PowerError> {
    let document = settings.table();
    if let Some(folder) = document.parent() {
        fs::create_dir_all(folder).map_err(PowerError::file("cannot create", folder))?;
    }
    report::writable(&document).map_err(PowerError::file("cannot write", &document))?;
    Ok(document)
}

fn write_page(path: &Path, all: &[Bug], results: &Results, made: Made) -> Result<(), PowerError> {
    let text = page(all, results, made).ok_or(PowerError::Unmeasured)?;
    fs::write(path, text).map_err(PowerError::file("cannot write", path))
}

struct Work<'a> {
    settings: &'a Settings,
    scratch: &'a Scratch,
    results: &'a Results,
}

impl Work<'_> {
    /// What breaks without any bug, which is none's merit.
    fn unpatched(&self) -> Result<Measure, PowerError> {
        // It hangs on the tree and the seeds alone, so it is never measured twice.
        if let Some(kept) = self.results.current(None) {
            return Ok(kept.measure);
        }
        eprintln!("building the middleware as it is");
        let began = Instant::now();
        let lockstep = self.scratch.build()?.map_err(|said| PowerError::Command {
            command: "building the middleware as it is".to_owned(),
            said,
        })?;
        let seconds = began.elapsed().as_secs_f64();
        eprintln!("built in {seconds:.0} s; hunting in it as it is");
        let worlds = self.settings.worlds;
        let measure = Measure::Hunted {
            swarm: Box::new(self.hunt(&lockstep, true, worlds.most).play(&[])?),
            no_swarm: Box::new(self.hunt(&lockstep, false, worlds.plain).play(&[])?),
        };
        eprintln!("  {}", table::line(&measure));
        Ok(self.results.keep(None, measure, seconds)?.measure)
    }

    fn measured(
        &self,
        bug: &Bug,
        unpatched: &Measure,
        (place, count): (usize, usize),
    ) -> Result<Kept, PowerError> {
        if self.settings.resume
            && let Some(kept) = self.results.current(Some(bug))
        {
            eprintln!("[{place}/{count}] {}: measured before", bug.name);
            return Ok(kept);
        }
        eprintln!("[{place}/{count}] {}: {}", bug.name, bug.sentence);
        let planted = self.scratch.plant(bug)?;
        let began = Instant::now();
        let built = planted.build();
        let seconds = began.elapsed().as_secs_f64();
        planted.revert()?;
        let measure = match built? {
            Ok(lockstep) => {
                eprintln!("  built in {seconds:.0} s; hunting");
                self.hunted(&lockstep, unpatched)?
            }
            Err(said) => Measure::Unbuilt { said },
        };
        self.results.keep(Some(bug), measure, seconds)
    }

    fn hunted(&self, lockstep: &Path, unpatched: &Measure) -> Result<Measure, PowerError> {
        let worlds = self.settings.worlds;
        let hunted = |swarm, worlds| -> Result<Box<Hunted>, PowerError> {
            let known = unpatched.told(swarm);
            let hunted = self.hunt(lockstep, swarm, worlds).play(known)?;
            Ok(Box::new(hunted.counted()))
        };
        let mut swarm = hunted(true, worlds.swarm)?;
        let no_swarm = hunted(false, worlds.plain)?;
        // From the first world again, so that the rate is that of all of them.
        if swarm.is_silent() && no_swarm.is_silent() && worlds.most > worlds.swarm {
            eprintln!("  not caught yet; hunting in {} worlds", worlds.most);
            swarm = hunted(true, worlds.most)?;
        }
        Ok(Measure::Hunted { swarm, no_swarm })
    }

    fn hunt<'a>(&'a self, lockstep: &'a Path, swarm: bool, worlds: u64) -> Hunt<'a> {
        Hunt {
            lockstep,
            settings: self.settings,
            swarm,
            worlds,
        }
    }
}
