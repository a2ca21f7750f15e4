//! `lockstep shrink FILE`: the smallest case that breaks the same invariant.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{
    Exit, cannot_write, counted, files, hint, interrupt::interrupted, known, length, run::load_one,
    say, usage,
};
use crate::{
    oracle::{self, INVARIANTS},
    plan::Plan,
    scenario::{Scenario, Span},
    shrink::{self, Failing, Small, keep_as},
};

/// What to make small.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A scenario file that fails, or the name of one that ships
    file: String,
    /// The seed, where the file pins none
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The invariant to keep broken, by name or number; when absent the one the file was found for, or
    /// else the one that is broken first
    #[arg(long, value_name = "NAME")]
    invariant: Option<String>,
    /// Search for so long at most
    #[arg(long = "for", value_name = "TIME", default_value = "60s", value_parser = length)]
    budget: Span,
    /// Where to write it; beside FILE, as NAME.small.toml, when absent
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Make nothing small: say whether any one step or fault could be left out
    #[arg(long)]
    check: bool,
}

/// Makes it small, and writes it.
pub(super) fn execute(arguments: &Arguments) -> Exit {
    let scenario = match load_one(&arguments.file, &known()) {
        Ok(scenario) => scenario,
        Err(error) => return usage(error),
    };
    let out = arguments
        .out
        .clone()
        .unwrap_or_else(|| Path::new(&arguments.file).with_extension("small.toml"));
    if !arguments.check
        && let Err(exit) = files::tried(&[&Some(out.clone())])
    {
        return exit;
    }
    let plan = Plan::expand(&scenario, arguments.seed);
    let found = scenario.found.as_ref().map(|found| &found.invariant);
    let asked = match &arguments.invariant {
        Some(asked) => match called(asked) {
            Ok(label) => Some(label),
            Err(unknown) => return usage(unknown),
        },
        None => found.cloned(),
    };
    let wanted = |name: &str| asked.as_ref().is_none_or(|asked| name == asked);
    let Some(failing) = Failing::of(&plan, wanted) else {
        let broken = match &asked {
            Some(asked) => format!("does not break {asked}"),
            None => "breaks no invariant".to_owned(),
        };
        let file = &arguments.file;
        return usage(format_args!(
            "{file} {broken}; there is nothing to make small"
        ));
    };
    if arguments.check {
        return checked(&arguments.file, &plan.to_scenario(), failing.invariant());
    }
    let small = failing.shrink(arguments.budget.to_duration(), &interrupted());
    if let Err(error) = keep_as(&small, &out) {
        return cannot_write(&out, &error);
    }
    say(told(&small, &out));
    Exit::Broken
}

/// The invariant that somebody means, as reports print it.
fn called(asked: &str) -> Result<String, String> {
    if let Some(invariant) = oracle::find(asked) {
        return Ok(format!("{} {}", invariant.code, invariant.name));
    }
    let names = INVARIANTS.iter().map(|invariant| invariant.name);
    let hint = hint(asked, names, "lockstep explain");
    Err(format!("no invariant is called `{asked}`\n  {hint}"))
}

/// Holds it against the promise of what was made small: without any one step or fault it passes.
fn checked(file: &str, scenario: &Scenario, invariant: &str) -> Exit {
    let (steps, faults) = (scenario.steps.len(), scenario.faults.len());
    let sizes = format!(
        "{} and {}",
        counted(steps as u64, "step"),
        counted(faults as u64, "fault")
    );
    let left_out = shrink::superfluous(scenario, invariant);
    if left_out.is_empty() {
        let why = match steps + faults {
            0 => format!("{invariant} is broken in its world alone"),
            _ => format!("{invariant} needs its {sizes}, each of them"),
        };
        say(format!("{file} is minimal: {why}"));
        return Exit::Holds;
    }
    let left_out = left_out.join(", ");
    say(format!(
        "{file} is not minimal: {invariant} is broken without {left_out}, too"
    ));
    Exit::Broken
}

/// What was made of a failing plan, in a few lines.
pub(super) fn told(small: &Small, file: &Path) -> String {
    let scenario = &small.scenario;
    let mut lines = vec![format!(
        "{} is broken by {} and {} ({} tried{})",
        small.broken.invariant,
        counted(scenario.steps.len() as u64, "step"),
        counted(scenario.faults.len() as u64, "fault"),
        counted(small.tried, "world"),
        if small.is_cut_short {
            ", cut short"
        } else {
            ""
        },
    )];
    let evidence = small.broken.evidence.iter().flat_map(|text| text.lines());
    lines.extend(evidence.map(|line| format!("  {line}")));
    lines.push(format!("  again: {}", shrink::again(file)));
    lines.join("\n")
}
