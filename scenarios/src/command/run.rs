//! `lockstep run`: plays scenarios on all cores, prints the table and what broke.

use std::{
    collections::BTreeMap,
    fs, io,
    num::NonZero,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use clap::{Args, ValueEnum};
use tokio::time::Instant;

use super::{Exit, files, hint, known, say, usage};
use crate::{
    plan::Plan,
    report::{
        self, Document, Progress, Run, Verdict,
        html::{self, Coverage, Failure, Page},
    },
    scenario::{Found, Known, Scenario, find, read, shipped},
    sim::{self, Played, SimError},
};

/// What to play.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Names of shipped scenarios, or scenario files; the whole suite when absent
    scenarios: Vec<String>,
    /// Play with this seed
    #[arg(long, default_value_t = 1, conflicts_with = "seeds")]
    seed: u64,
    /// Play with each seed from A to B, B included
    #[arg(long, value_name = "A..B", value_parser = seeds)]
    seeds: Option<Seeds>,
    /// In which world to play
    #[arg(long, value_enum, default_value_t = World::Sim, hide = true)]
    world: World,
    /// Keep each run's trace and history in this folder
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
    /// Write the results to this file as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the results to this file as JUnit XML, for continuous integration
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write the results to this file as a page with pictures, for people
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum World {
    /// Virtual time and an in-memory network
    Sim,
    /// Real time and real sockets
    Live,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seeds {
    first: u64,
    last: u64,
}

/// Plays what was asked for.
pub(super) fn execute(arguments: &Arguments) -> Exit {
    if arguments.world == World::Live {
        return usage(
            "`--world live` comes with a later release; run without it to play in simulation",
        );
    }
    let known = known();
    let scenarios = match load(&arguments.scenarios, &known) {
        Ok(scenarios) => scenarios,
        Err(message) => return usage(message),
    };
    if let Err(exit) = tried(arguments) {
        return exit;
    }
    let started = Instant::now();
    let (runs, failures) = play_all(&plans(&scenarios, arguments), arguments);
    let wall_ms = millis(started);
    let summary = report::summary(&runs, wall_ms);
    say(format_args!(
        "{}\n\n{}",
        report::table(&runs),
        summary.trim_end()
    ));
    let written = files::written(&[
        (&arguments.html, &|path| {
            html::write(path, &page(&runs, &failures, wall_ms))
        }),
        (&arguments.junit, &|path| {
            report::junit::write(path, report::junit::of_runs(&runs))
        }),
        (&arguments.json, &|path| {
            report::write(path, &Document::new(runs.clone()))
        }),
    ]);
    written.err().unwrap_or_else(|| concluded(&runs))
}

/// Tries whether all that was asked for can be written.
fn tried(arguments: &Arguments) -> Result<(), Exit> {
    files::tried(&[&arguments.json, &arguments.junit, &arguments.html])?;
    let folder = arguments.record.as_deref();
    folder.map_or(Ok(()), files::tried_folder)
}

fn page<'r>(runs: &'r [Run], failures: &'r [Failure], wall_ms: u64) -> Page<'r> {
    Page {
        title: "lockstep run",
        version: env!("CARGO_PKG_VERSION"),
        figures: html::figures(runs, wall_ms),
        runs,
        failures,
        caught: &[],
        unjudged: &[],
        coverage: Coverage::of_runs(runs),
    }
}

/// What could not be played to its end outweighs the rest: nobody knows what it would have broken.
fn concluded(runs: &[Run]) -> Exit {
    let any = |verdict| runs.iter().any(|run| run.verdict == verdict);
    if any(Verdict::Error) {
        Exit::Harness
    } else if any(Verdict::Fail) || any(Verdict::Unknown) {
        Exit::Broken
    } else {
        Exit::Holds
    }
}

/// A scenario, and the word by which the command line knows it: its name, or its file.
#[derive(Clone)]
struct Chosen {
    word: String,
    scenario: Scenario,
}

fn load(words: &[String], known: &Known) -> Result<Vec<Chosen>, String> {
    let all = || shipped().iter().map(|file| file.name.to_owned()).collect();
    let words: Vec<String> = if words.is_empty() {
        all()
    } else {
        words.to_vec()
    };
    let chosen = words.into_iter().map(|word| {
        let scenario = load_one(&word, known)?;
        Ok(Chosen { word, scenario })
    });
    chosen.collect()
}

/// The scenario of this name, or in this file.
pub(super) fn load_one(name: &str, known: &Known) -> Result<Scenario, String> {
    if let Some(file) = find(name) {
        return file.scenario(known).map_err(|mistake| mistake.to_string());
    }
    let path = Path::new(name);
    if path.exists() || path.extension().is_some_and(|ext| ext == "toml") {
        let scenario = read(path, known).map_err(|error| error.to_string())?;
        if let Some(version) = scenario.found.as_ref().and_then(Found::other_version) {
            eprintln!(
                "note: {name} was written by lockstep {version}, and this is {}: what it does may differ",
                env!("CARGO_PKG_VERSION")
            );
        }
        return Ok(scenario);
    }
    let names = shipped().iter().map(|file| file.name);
    let hint = hint(name, names, "lockstep list");
    Err(format!(
        "no scenario is called `{name}`, and no file either\n  {hint}"
    ))
}

/// Every scenario with every seed, scenario by scenario.
fn plans(scenarios: &[Chosen], arguments: &Arguments) -> Vec<(Chosen, u64)> {
    let single = Seeds {
        first: arguments.seed,
        last: arguments.seed,
    };
    let seeds = arguments.seeds.unwrap_or(single);
    let with_seeds = |chosen: &Chosen| -> Vec<(Chosen, u64)> {
        match chosen.scenario.seed {
            Some(pinned) => vec![(chosen.clone(), pinned)],
            None => (seeds.first..=seeds.last)
                .map(|seed| (chosen.clone(), seed))
                .collect(),
        }
    };
    scenarios.iter().flat_map(with_seeds).collect()
}

/// Plays on all cores: each worker has runtimes of its own, so threads share nothing but the list.
fn play_all(jobs: &[(Chosen, u64)], arguments: &Arguments) -> (Vec<Run>, Vec<Failure>) {
    let workers = thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(jobs.len());
    let progress = Progress::of(jobs.len());
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let results = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some((chosen, seed)) = jobs.get(place) else {
                        return;
                    };
                    let (run, failure) = play(chosen, *seed, arguments);
                    progress.done(done.fetch_add(1, Ordering::Relaxed) + 1, &run);
                    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                    results.insert(place, (run, failure));
                }
            });
        }
    });
    progress.finish();
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (runs, failures): (Vec<Run>, Vec<Option<Failure>>) = results.into_values().unzip();
    (runs, failures.into_iter().flatten().collect())
}

/// Plays one scenario, and keeps of it what was asked for. Where that fails, the others keep theirs.
fn play(chosen: &Chosen, seed: u64, arguments: &Arguments) -> (Run, Option<Failure>) {
    let started = Instant::now();
    played(chosen, seed, arguments).unwrap_or_else(|error| {
        let mut run = Run::failed(&chosen.scenario.name, seed, error);
        run.wall_ms = millis(started);
        run.word.clone_from(&chosen.word);
        (run, None)
    })
}

fn played(
    Chosen { word, scenario }: &Chosen,
    seed: u64,
    arguments: &Arguments,
) -> Result<(Run, Option<Failure>), String> {
    let plan = Plan::expand(scenario, seed);
    let played = play_one(&plan, word).map_err(|error| error.to_string())?;
    if let Some(folder) = arguments.record.as_deref() {
        keep(&played, folder)
            .map_err(|error| format!("cannot write to {}: {error}", folder.display()))?;
    }
    let is_shown = arguments.html.is_some() && played.run.verdict != Verdict::Pass;
    let failure = is_shown.then(|| Failure::of(&plan, &played));
    Ok((played.run, failure))
}

/// Plays a plan that the command line knows by `word`.
pub(super) fn play_one(plan: &Plan, word: &str) -> Result<Played, SimError> {
    let started = Instant::now();
    let mut played = sim::play_guarded(plan)?;
    played.run.wall_ms = millis(started);
    word.clone_into(&mut played.run.word);
    Ok(played)
}

/// Writes what a run did, line by line, and what the oracle judged it by.
fn keep(played: &Played, folder: &Path) -> io::Result<()> {
    let name = format!("{}-{}", played.run.scenario, played.run.seed);
    fs::create_dir_all(folder)?;
    fs::write(
        folder.join(format!("{name}.trace")),
        played.tape.lines().join("\n"),
    )?;
    let history = serde_json::to_string_pretty(&played.history)?;
    fs::write(folder.join(format!("{name}.history.json")), history)
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn seeds(text: &str) -> Result<Seeds, String> {
    let wrong = || format!("`{text}` is not a range of seeds such as `1..20`");
    let (first, last) = text.split_once("..").ok_or_else(wrong)?;
    let last = last.strip_prefix('=').unwrap_or(last);
    let first = first.parse().map_err(|_| wrong())?;
    let last = last.parse().map_err(|_| wrong())?;
    if first > last {
        return Err(wrong());
    }
    Ok(Seeds { first, last })
}
