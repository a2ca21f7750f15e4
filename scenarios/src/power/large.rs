//! How soon a large world that a planted bug breaks is made small: some five hundred steps, of which
//! a few matter.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tokio::time::Instant;

use super::{Bug, PowerError, Scratch, Settings, catalogue, chosen};
use crate::{command::known, plan::Plan, scenario};

/// The world, and where its table goes.
const WORLD: &str = "scenarios/bugs/large.toml";
const TABLE: &str = "docs/shrinking.md";
/// A bug that none of so many seeds brings to light is not measured.
const SEEDS: u64 = 3;
/// How long the search may take; more than it should, so that what it took is seen.
const LONGEST: &str = "60s";

/// One bug's world, made small.
struct Row<'b> {
    bug: &'b Bug,
    /// Nothing if no seed brought it to light.
    shrunk: Option<Shrunk>,
}

struct Shrunk {
    seed: u64,
    invariant: String,
    /// Steps and faults, before and after.
    before: (usize, usize),
    after: (usize, usize),
    /// Of the whole command: the large world is played once before anything is taken away.
    seconds: f64,
    minimal: bool,
}

/// Plants each bug, makes the first large world that it breaks small, and writes the table. Says
/// whether each was brought to light, and became minimal and no larger.
///
/// # Errors
/// When a bug is unknown or does not apply, or a file or the compiler fails.
pub fn run(settings: &Settings) -> Result<bool, PowerError> {
    let all = catalogue(&settings.root.join("scenarios/bugs"))?;
    let bugs = chosen(&all, &settings.bugs)?;
    let document = settings.root.join(TABLE);
    let scratch = Scratch::fill(&settings.root, &settings.folder)?;
    let mut rows: Vec<Row<'_>> = Vec::new();
    for bug in &bugs {
        eprintln!("{}: {}", bug.name, bug.sentence);
        let planted = scratch.plant(bug)?;
        let built = planted.build();
        planted.revert()?;
        let shrunk = match built? {
            Ok(lockstep) => first_broken(settings, &lockstep)?,
            Err(said) => {
                eprintln!("  DOES NOT BUILD\n{said}");
                None
            }
        };
        rows.push(Row { bug, shrunk });
        fs::write(&document, table(&rows)).map_err(PowerError::file("cannot write", &document))?;
    }
    let is_small = |row: &Row<'_>| row.shrunk.as_ref().is_some_and(Shrunk::keeps_its_promise);
    Ok(rows.iter().all(is_small))
}

impl Shrunk {
    fn keeps_its_promise(&self) -> bool {
        self.minimal && self.after.0 <= self.before.0 && self.after.1 <= self.before.1
    }
}

fn first_broken(settings: &Settings, lockstep: &Path) -> Result<Option<Shrunk>, PowerError> {
    for seed in 1..=SEEDS {
        if let Some(shrunk) = shrunk(settings, lockstep, seed)? {
            let (steps, faults) = shrunk.after;
            let seconds = shrunk.seconds;
            eprintln!("  seed {seed}: {steps} steps and {faults} faults in {seconds:.1} s");
            return Ok(Some(shrunk));
        }
    }
    eprintln!("  holds with every seed");
    Ok(None)
}

/// Nothing when the world of this seed holds.
fn shrunk(settings: &Settings, lockstep: &Path, seed: u64) -> Result<Option<Shrunk>, PowerError> {
    let world = settings.root.join(WORLD);
    let before = Plan::expand(&read(&world)?, seed);
    let out = settings.folder.join("large.small.toml");
    let mut shrink = Command::new(lockstep);
    shrink.arg("shrink").arg(&world).args(["--for", LONGEST]);
    shrink.args(["--seed", &seed.to_string()]).arg("--out");
    let began = Instant::now();
    let output = shrink
        .arg(&out)
        .output()
        .map_err(PowerError::file("cannot run", lockstep))?;
    let seconds = began.elapsed().as_secs_f64();
    match output.status.code() {
        Some(1) => {}
        // It breaks nothing; that it can be read was seen above.
        Some(2) => return Ok(None),
        _ => {
            return Err(PowerError::Command {
                command: "lockstep shrink".to_owned(),
                said: String::from_utf8_lossy(&output.stderr).into_owned(),
            });
        }
    }
    let small = read(&out)?;
    let found = small.found.as_ref().map(|found| found.invariant.clone());
    let mut check = Command::new(lockstep);
    check
        .args(["shrink", "--check"])
        .arg(&out)
        .stdout(Stdio::null());
    let checked = check
        .status()
        .map_err(PowerError::file("cannot run", lockstep))?;
    Ok(Some(Shrunk {
        seed,
        invariant: found.unwrap_or_default(),
        before: (before.steps.len(), before.scenario.faults.len()),
        after: (small.steps.len(), small.faults.len()),
        seconds,
        minimal: checked.success(),
    }))
}

fn read(path: &PathBuf) -> Result<scenario::Scenario, PowerError> {
    let text = fs::read_to_string(path).map_err(PowerError::file("cannot read", path))?;
    let name = path.display().to_string();
    scenario::parse(&name, &text, &known()).map_err(|error| PowerError::Command {
        command: format!("reading {name}"),
        said: error.to_string(),
    })
}

fn table(rows: &[Row<'_>]) -> String {
    let mut text = "# Shrinking a large world\n\n\
        Generated by `cargo run --release -p scenarios --bin power -- --large --bugs …`; not to be \
        edited.\n\n\
        Each bug is planted, and the world of `scenarios/bugs/large.toml` played with the seeds from 1 \
        until one breaks; that one `lockstep shrink` makes small. The seconds are those of the whole \
        command, in which the large world is played once before anything is taken away and two cases \
        are tried at a time from then on. Minimal: without any one of its steps and faults the case \
        passes.\n\n\
        | bug | seed | breaks | steps | faults | seconds | minimal |\n\
        |---|---:|---|---:|---:|---:|---|\n"
        .to_owned();
    for Row { bug, shrunk } in rows {
        let name = &bug.name;
        let _ = match shrunk {
            None => writeln!(text, "| {name} | – | nothing | | | | |"),
            Some(shrunk) => writeln!(
                text,
                "| {name} | {} | {} | {} → {} | {} → {} | {:.1} | {} |",
                shrunk.seed,
                shrunk.invariant,
                shrunk.before.0,
                shrunk.after.0,
                shrunk.before.1,
                shrunk.after.1,
                shrunk.seconds,
                if shrunk.minimal { "yes" } else { "no" },
            ),
        };
    }
    text
}
