//! `lockstep shrink FILE`: the smallest case that breaks the same invariant.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Exit, cannot_write, files, interrupt::interrupted, known, run::load_one, say, usage};
use crate::{
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
    /// The invariant to keep broken, by name or number; the first broken one when absent
    #[arg(long, value_name = "NAME")]
    invariant: Option<String>,
    /// Search for so long at most
    #[arg(long = "for", value_name = "TIME", default_value = "60s")]
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
    let wanted = |name: &str| {
        let asked = arguments.invariant.as_deref();
        asked.is_none_or(|asked| name.split(' ').any(|part| part.eq_ignore_ascii_case(asked)))
    };
    let Some(failing) = Failing::of(&plan, wanted) else {
        let broken = match &arguments.invariant {
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

/// Holds it against the promise of what was made small: without any one step or fault it passes.
fn checked(file: &str, scenario: &Scenario, invariant: &str) -> Exit {
    let (steps, faults) = (scenario.steps.len(), scenario.faults.len());
    let sizes = format!(
        "{} and {}",
        counted(steps, "step"),
        counted(faults, "fault")
    );
    let left_out = shrink::superfluous(scenario, invariant);
    if left_out.is_empty() {
        say(format!(
            "{file} is minimal: {invariant} needs its {sizes}, each of them"
        ));
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
        "{} is broken by {} and {} ({} worlds tried{})",
        small.broken.invariant,
        counted(scenario.steps.len(), "step"),
        counted(scenario.faults.len(), "fault"),
        small.tried,
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

fn counted(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}"),
        1 => format!("1 {what}"),
        more => format!("{more} {what}s"),
    }
}
