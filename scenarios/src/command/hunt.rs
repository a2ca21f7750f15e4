//! `lockstep hunt`: random worlds and faults until an invariant breaks or the budget ends.

mod reports;
mod told;

use std::{
    num::{NonZero, NonZeroU64, NonZeroUsize},
    path::PathBuf,
    thread,
};

use clap::Args;
use sync_core::sometimes;
use tokio::time::Instant;

use super::{Exit, files, interrupt::interrupted, length, some, usage};
use crate::{
    hunt::{self, Budget, Kinds, Progress, Results, Settings, Shard, made_small},
    scenario::Span,
};

/// What to hunt through.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Play so many worlds, of all shares together (1000 unless `--for` is given)
    #[arg(long, value_name = "N", conflicts_with = "duration", value_parser = some::<NonZeroU64>)]
    seeds: Option<NonZeroU64>,
    /// Play for so long, such as 60s or 2h
    #[arg(long = "for", value_name = "TIME", id = "duration", value_parser = length)]
    duration: Option<Span>,
    /// The first seed; the others follow it
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    first: u64,
    /// Play so many worlds at the same time; all cores when absent
    #[arg(long, value_name = "N", value_parser = some::<NonZeroUsize>)]
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
    if let Err(exit) = tried(arguments) {
        return exit;
    }
    let stop = interrupted();
    let progress = Progress::begun();
    let began = Instant::now();
    let campaign = hunt::hunt(&settings, &stop, &|campaign| progress.tell(campaign));
    progress.finish();
    let elapsed = began.elapsed();
    let marks = sometimes::counts();
    let never = campaign.coverage.holes(&settings.kinds, &marks);
    let found = made_small(
        &campaign,
        &settings,
        &arguments.out,
        arguments.shrink,
        &stop,
    );
    let results = Results {
        settings: &settings,
        campaign: &campaign,
        elapsed,
        marks: &marks,
        never: &never,
        found: &found,
    };
    told::tell(&results, arguments);
    if is_ours {
        // An empty folder is no result; one that is not stays.
        let _ = std::fs::remove_dir(&arguments.out);
    }
    if let Err(exit) = reports::write(&results, arguments) {
        return exit;
    }
    let covered = !arguments.require_coverage || never.is_empty();
    if campaign.broken.is_empty() && covered {
        Exit::Holds
    } else {
        Exit::Broken
    }
}

/// Tries whether all that the hunt is to leave can be written.
fn tried(arguments: &Arguments) -> Result<(), Exit> {
    files::tried(&[&arguments.json, &arguments.junit, &arguments.html])?;
    files::tried_folder(&arguments.out)
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
