//! `lockstep hunt`: random worlds and faults until an invariant breaks or the budget ends.

use std::{
    io,
    num::{NonZero, NonZeroU64, NonZeroUsize},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use clap::Args;
use sync_core::sometimes;
use tokio::time::Instant;

use super::{Exit, cannot_write, say, shrink, usage};
use crate::{
    hunt::{
        self, Budget, Campaign, Document, Found, Holes, Kinds, Progress, Settings, Shard,
        made_small,
    },
    plan::Plan,
    report::{
        self,
        html::{self, Coverage, Failure, Page},
        junit::{self, Caught},
    },
    scenario::Span,
    sim,
};

/// What to hunt through.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Play so many worlds, of all shares together (1000 unless `--for` is given)
    #[arg(long, value_name = "N", conflicts_with = "duration")]
    seeds: Option<NonZeroU64>,
    /// Play for so long, such as 60s or 2h
    #[arg(long = "for", value_name = "TIME", id = "duration", value_parser = length)]
    duration: Option<Span>,
    /// The first seed; the others follow it
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    first: u64,
    /// Play so many worlds at the same time; all cores when absent
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Play this share of the worlds, such as 1/4
    #[arg(long, value_name = "I/N", default_value_t = Shard::WHOLE)]
    shard: Shard,
    /// Inject these kinds of fault only
    #[arg(long, value_name = "FAULT,…", value_delimiter = ',')]
    only: Vec<String>,
    /// Inject all kinds but these
    #[arg(long, value_name = "FAULT,…", value_delimiter = ',')]
    without: Vec<String>,
    /// Inject every kind into every world, instead of a random subset into each
    #[arg(long)]
    no_swarm: bool,
    /// Go on after the first world that breaks
    #[arg(long)]
    keep_going: bool,
    /// Make at most so many of what broke small; the first three of each invariant when absent
    #[arg(long, value_name = "N")]
    shrink: Option<usize>,
    /// Fail when a kind of fault or a rare branch was never reached
    #[arg(long)]
    require_coverage: bool,
    /// Write what broke, made small, as scenario files into this folder
    #[arg(long, value_name = "DIR", default_value = "hunted")]
    out: PathBuf,
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

/// Hunts, and tells what was found.
pub(super) fn execute(arguments: &Arguments) -> Exit {
    let settings = match settings(arguments) {
        Ok(settings) => settings,
        Err(message) => return usage(message),
    };
    let is_ours = !arguments.out.exists();
    if let Err(error) = std::fs::create_dir_all(&arguments.out) {
        return cannot_write(&arguments.out, &error);
    }
    let files = [&arguments.json, &arguments.junit, &arguments.html];
    for path in files.into_iter().flatten() {
        if let Err(error) = report::writable(path) {
            return cannot_write(path, &error);
        }
    }
    let stop = Arc::new(AtomicBool::new(false));
    stop_on_interrupt(&stop);
    let progress = Progress::begun();
    let began = Instant::now();
    let campaign = hunt::hunt(&settings, &stop, &|campaign| progress.tell(campaign));
    progress.finish();
    let holes = campaign
        .coverage
        .holes(&settings.kinds, &sometimes::counts());
    let elapsed = began.elapsed();
    let found = made_small(&campaign, &settings, &arguments.out, arguments.shrink);
    tell(&campaign, &found, &holes, elapsed);
    let hunted = Hunted {
        campaign: &campaign,
        found: &found,
        holes: &holes,
        elapsed,
        settings: &settings,
    };
    if is_ours && found.is_empty() {
        // An empty folder is no result; one that somebody filled meanwhile stays.
        let _ = std::fs::remove_dir(&arguments.out);
    }
    if let Err((path, error)) = hunted.write(arguments) {
        return cannot_write(path, &error);
    }
    let covered = !arguments.require_coverage || holes.is_empty();
    if campaign.broken.is_empty() && covered {
        Exit::Holds
    } else {
        Exit::Broken
    }
}

/// What a hunt came to, for the files that it leaves.
struct Hunted<'a> {
    campaign: &'a Campaign,
    found: &'a [Found],
    holes: &'a Holes,
    elapsed: Duration,
    settings: &'a Settings,
}

impl Hunted<'_> {
    fn write<'p>(&self, arguments: &'p Arguments) -> Result<(), (&'p Path, io::Error)> {
        let write = |path: &'p Option<PathBuf>, write: &dyn Fn(&Path) -> io::Result<()>| match path
        {
            Some(path) => write(path).map_err(|error| (path.as_path(), error)),
            None => Ok(()),
        };
        write(&arguments.json, &|path| self.json().write(path))?;
        write(&arguments.junit, &|path| junit::write(path, self.junit()))?;
        write(&arguments.html, &|path| self.html(path))
    }

    fn json(&self) -> Document {
        let holes = self.holes.clone();
        Document::of(
            self.campaign,
            self.found,
            holes,
            self.elapsed,
            self.settings,
        )
    }

    fn junit(&self) -> io::Result<String> {
        let caught: Vec<Caught> = self.found.iter().map(caught).collect();
        junit::of_campaign(&junit::Campaign {
            worlds: self.campaign.worlds,
            wall_ms: u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX),
            caught: &caught,
        })
    }

    /// Each small case is played once more, for its pictures.
    fn html(&self, path: &Path) -> io::Result<()> {
        let small = self.found.iter().filter_map(|found| found.small.as_ref());
        let (mut runs, mut failures) = (Vec::new(), Vec::new());
        for (small, file) in small {
            let scenario = &small.scenario;
            let plan = Plan::expand(scenario, scenario.seed.unwrap_or_default());
            let Ok(mut played) = sim::play(&plan) else {
                continue;
            };
            played.run.word = file.display().to_string();
            failures.push(Failure::of(&plan, &played));
            runs.push(played.run);
        }
        let campaign = self.campaign;
        let rate = campaign.worlds as f64 / self.elapsed.as_secs_f64().max(0.001);
        let page = Page {
            title: "lockstep hunt",
            version: env!("CARGO_PKG_VERSION"),
            figures: vec![
                ("worlds", campaign.worlds.to_string()),
                ("broken", campaign.broken.len().to_string()),
                ("worlds a second", format!("{rate:.0}")),
                ("requests", campaign.requests.to_string()),
                ("virtual time", report::length(campaign.virtual_ms)),
            ],
            runs: &runs,
            failures: &failures,
            coverage: Coverage::of(campaign.coverage.rows()),
        };
        html::write(path, &page)
    }
}

fn caught(found: &Found) -> Caught {
    let again = match &found.small {
        Some((_, file)) => crate::shrink::again(file),
        None => format!("lockstep hunt --first {} --seeds 1", found.seed),
    };
    Caught {
        seed: found.seed,
        invariant: found.broken.invariant.clone(),
        evidence: found.broken.evidence.join("\n"),
        replay: again,
    }
}

fn settings(arguments: &Arguments) -> Result<Settings, String> {
    let budget = match (arguments.duration, arguments.seeds) {
        (Some(length), _) => Budget::Time(length.to_duration()),
        (None, seeds) => Budget::Worlds(seeds.map_or(1000, NonZero::get)),
    };
    let cores = || thread::available_parallelism().map_or(1, NonZero::get);
    Ok(Settings {
        first: arguments.first,
        budget,
        jobs: arguments.jobs.map_or_else(cores, NonZero::get),
        shard: arguments.shard,
        kinds: Kinds::chosen(&arguments.only, &arguments.without)?.swarming(!arguments.no_swarm),
        keep_going: arguments.keep_going,
    })
}

fn tell(campaign: &Campaign, found: &[Found], holes: &Holes, elapsed: Duration) {
    for found in found {
        match &found.small {
            Some((small, file)) => say(format_args!(
                "seed {}: {}\n",
                found.seed,
                shrink::told(small, file)
            )),
            None => say(format_args!(
                "seed {}: {} is broken\n  {}\n",
                found.seed,
                found.broken.invariant,
                found.broken.evidence.join("\n  ")
            )),
        }
    }
    for (invariant, count) in &campaign.unknown {
        say(format_args!(
            "{invariant} could not be judged in {count} worlds"
        ));
    }
    tell_holes("kinds of fault were never injected", &holes.faults);
    tell_holes("rare branches were never reached", &holes.marks);
    say(format_args!(
        "{} worlds ({} of them twice), {} requests, {} broken, in {:.1} s: {:.0} worlds a second",
        campaign.worlds,
        campaign.twice,
        campaign.requests,
        campaign.broken.len(),
        elapsed.as_secs_f64(),
        campaign.worlds as f64 / elapsed.as_secs_f64().max(0.001),
    ));
}

/// So many are named on the terminal; the JSON and the page name all.
const NAMED: usize = 8;

fn tell_holes(what: &str, names: &[&str]) {
    let named: Vec<&str> = names.iter().take(NAMED).copied().collect();
    let more = if names.len() > NAMED { "; …" } else { "" };
    if !names.is_empty() {
        say(format_args!(
            "{} {what}: {}{more}",
            names.len(),
            named.join("; ")
        ));
    }
}

/// The first Ctrl-C lets the worlds in play end, the second ends the process.
#[expect(
    clippy::disallowed_methods,
    reason = "it waits for a signal, and no world runs on it"
)]
fn stop_on_interrupt(stop: &Arc<AtomicBool>) {
    let stop = Arc::clone(stop);
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            if tokio::signal::ctrl_c().await.is_ok() {
                stop.store(true, Ordering::Relaxed);
                eprintln!("stopping; once more to leave everything");
            }
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(130);
            }
        });
    });
}

fn length(text: &str) -> Result<Span, String> {
    let span: Span = text.parse()?;
    if span.as_millis() == 0 {
        return Err("no time at all, expected a length such as `60s`".to_owned());
    }
    Ok(span)
}
