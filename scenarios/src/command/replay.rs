//! `lockstep replay FILE`: plays one scenario and shows, event by event, what happened in it.

use clap::Args;
use jiff::Timestamp;

use super::{
    Exit, known,
    run::{load_one, play_one},
    say, usage,
};
use crate::{
    plan::Plan,
    replay::{Filter, Moment, check_sku, render, since, trace},
    report::{self, Verdict},
    sim::Played,
};

/// What to play again.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A scenario file, or the name of a shipped scenario
    file: String,
    /// Play with this seed, if the file pins none (1)
    #[arg(long)]
    seed: Option<u64>,
    /// Print a line for each event
    #[arg(long)]
    trace: bool,
    /// Only events two minutes around this: `1h20m` after people began, or a time of the world
    #[arg(long, value_name = "TIME")]
    at: Option<Moment>,
    /// Only events about this SKU, what it is made of, listings made of it, orders that contain it
    #[arg(long, value_name = "SKU")]
    sku: Option<String>,
}

/// Plays it and shows it.
pub(super) fn execute(arguments: &Arguments) -> Exit {
    let scenario = match load_one(&arguments.file, &known()) {
        Ok(scenario) => scenario,
        Err(message) => return usage(message),
    };
    if let (Some(pinned), Some(asked)) = (scenario.seed, arguments.seed)
        && pinned != asked
    {
        eprintln!(
            "note: {} pins seed {pinned}, so it is not played with {asked}",
            arguments.file
        );
    }
    let plan = Plan::expand(&scenario, arguments.seed.unwrap_or(1));
    if let Some(sku) = &arguments.sku
        && let Err(unknown) = check_sku(&plan, sku)
    {
        return usage(unknown);
    }
    let played = match play_one(&plan, &arguments.file) {
        Ok(played) => played,
        Err(error) => {
            let (name, seed) = (&scenario.name, plan.seed);
            eprintln!("error: the harness failed: {name} (seed {seed}): {error}");
            return Exit::Harness;
        }
    };
    match shown(arguments, &plan, &played) {
        Ok(lines) => lines.into_iter().for_each(say),
        Err(message) => return usage(message),
    }
    tell(&played)
}

/// The lines that were asked for, if any were.
fn shown(arguments: &Arguments, plan: &Plan, played: &Played) -> Result<Option<String>, String> {
    let around = arguments.at.map(|at| at.resolve(played.began));
    if let Some(at) = around {
        check_time(at, played)?;
    }
    if !arguments.trace && around.is_none() && arguments.sku.is_none() {
        return Ok(None);
    }
    let filter = Filter {
        around,
        sku: arguments.sku.clone(),
    };
    let all = trace(plan, played);
    let lines = filter.apply(&played.history, &all);
    Ok(Some(render(&lines, all.len(), played.began)))
}

fn check_time(at: Timestamp, played: &Played) -> Result<(), String> {
    let phases = &played.history.phases;
    if (phases.started..=phases.ended).contains(&at) {
        return Ok(());
    }
    Err(format!(
        "{at} is outside this run, which went from {} to {} ({} to {} since people began)",
        phases.started,
        phases.ended,
        since(phases.started, played.began),
        since(phases.ended, played.began),
    ))
}

/// The verdict, as `run` gives it.
fn tell(played: &Played) -> Exit {
    let runs = std::slice::from_ref(&played.run);
    let summary = report::summary(runs, played.run.wall_ms);
    say(format_args!(
        "{}\n\n{}",
        report::table(runs),
        summary.trim_end()
    ));
    match played.run.verdict {
        Verdict::Pass => Exit::Holds,
        Verdict::Fail | Verdict::Unknown => Exit::Broken,
        Verdict::Error => Exit::Harness,
    }
}
