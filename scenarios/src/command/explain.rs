//! `lockstep explain NAME`: a scenario, a kind of fault, an invariant or a rare branch in words.

mod every;

use clap::Args;
use mock_kit::{
    FaultRule,
    fault::{About, PLACE, TIMING, about_all},
};
use sync_core::sometimes::Mark;

use super::{Exit, hint, known, say, usage};
use crate::{
    oracle::{self, INVARIANTS, Invariant},
    scenario::{Fault, Mistake, PROCESS_KINDS, Scenario, Shipped, fault_kinds, shipped},
};

/// What to explain.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A scenario, a kind of fault, an invariant by name or number, or a rare branch, as reports
    /// print it; all of them are named when absent
    #[arg(value_name = "NAME")]
    words: Vec<String>,
}

/// Explains it, or names what was probably meant. Names of several words may come without quotes.
pub(super) fn execute(arguments: &Arguments) -> Exit {
    let name = arguments.words.join(" ");
    let told = match name.trim() {
        "" => every::named(),
        name => match in_words(name) {
            Some(told) => told,
            None => return usage(unknown(name)),
        },
    };
    match told {
        Ok(text) => {
            say(text);
            Exit::Holds
        }
        Err(mistake) => usage(mistake),
    }
}

/// What has this name, whatever its case, in words.
fn in_words(name: &str) -> Option<Result<String, Box<Mistake>>> {
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    if let Some(file) = shipped().iter().find(|file| is(file.name)) {
        return Some(
            file.scenario(&known())
                .map(|found| scenario_in_words(&found)),
        );
    }
    if let Some(invariant) = oracle::find(name) {
        return Some(Ok(invariant_in_words(invariant)));
    }
    if let Some(about) = about_all().iter().find(|about| is(about.name)) {
        return Some(Ok(fault_in_words(about)));
    }
    if let Some((kind, words)) = PROCESS_KINDS.iter().find(|(kind, _)| is(kind)) {
        return Some(Ok(with_users((*words).to_owned(), kind)));
    }
    let is_it = |mark: &&Mark| is(mark.name()) || is(&format!("{mark:?}"));
    Mark::ALL
        .iter()
        .find(is_it)
        .map(|mark| Ok(mark_in_words(*mark)))
}

fn unknown(name: &str) -> String {
    let scenarios = shipped().iter().map(|file| file.name);
    let invariants = INVARIANTS.iter().map(|invariant| invariant.name);
    let marks = Mark::ALL.iter().map(|mark| mark.name());
    let all = scenarios
        .chain(invariants)
        .chain(fault_kinds())
        .chain(marks);
    let hint = hint(name, all, "lockstep explain");
    format!("no scenario, fault, invariant or rare branch is called `{name}`\n  {hint}")
}

fn scenario_in_words(scenario: &Scenario) -> String {
    let world = &scenario.world;
    let rates = scenario.rates();
    let mut lines = vec![
        format!("{}: {}", scenario.name, scenario.title),
        format!("  why: {}", scenario.why.trim()),
        format!(
            "  world: {} items of {} lots, {} listings, {} kits, {} mirrors, {} from {}",
            world.items,
            world.lots,
            world.listings,
            world.kits,
            world.mirrors,
            world.duration,
            world.start
        ),
        format!(
            "  traffic an hour: {} orders, {} receipts, {} counts, {} recalls, {} shop counts; {} explicit steps",
            rates.orders,
            rates.receipts,
            rates.counts,
            rates.recalls,
            rates.shop_counts,
            scenario.steps.len()
        ),
    ];
    lines.extend(
        scenario
            .faults
            .iter()
            .map(|fault| format!("  fault: {}", fault_line(fault))),
    );
    lines.join("\n")
}

fn fault_line(fault: &Fault) -> String {
    let text = serde_json::to_string(fault).unwrap_or_default();
    text.trim_matches(['{', '}'])
        .replace('"', "")
        .replace(',', ", ")
}

fn invariant_in_words(invariant: &Invariant) -> String {
    let Invariant {
        code,
        name,
        meaning,
        formula,
        reads,
        ..
    } = invariant;
    format!("{code} {name}\n  {meaning}\n  formula: {formula}\n  reads: {reads}")
}

fn mark_in_words(mark: Mark) -> String {
    format!(
        "{}\n  A rare branch of the middleware, `Mark::{mark:?}` in sync-core/src/sometimes.rs.\n  \
         A hunt counts how often it was taken, and names it when no world took it.",
        mark.name()
    )
}

fn fault_in_words(about: &About) -> String {
    let phases: Vec<&str> = about.phases.iter().map(|phase| phase.as_str()).collect();
    let mut lines = vec![
        about.name.to_owned(),
        format!("  {}", about.doc),
        format!("  stands for: {}", about.incident),
        format!("  strikes: {}", about.strikes),
        format!("  phases, the first by default: {}", phases.join(", ")),
    ];
    let width = about.params.iter().map(|p| p.name.len()).max().unwrap_or(0);
    for param in about.params {
        lines.push(format!("    {:width$}  {}", param.name, param.doc));
    }
    lines.push(format!(
        "  where, in its rule: {} (`about` for bad data only)",
        PLACE.join(", ")
    ));
    lines.push(format!("  when, in its rule: {}", TIMING.join(", ")));
    lines.push("  as a scenario writes it, its own fields at their defaults:".to_owned());
    lines.extend(example(about).lines().map(|line| format!("    {line}")));
    with_users(lines.join("\n"), about.name)
}

/// A rule of this kind for half an hour, as a table of a scenario file.
fn example(about: &About) -> String {
    let kind = serde_json::Map::from_iter([("kind".to_owned(), about.name.into())]);
    let own = FaultRule::from_fields(kind).ok();
    // What holds for a whole window strikes no single requests.
    let is_of_window = own.as_ref().is_some_and(|rule| rule.fault.is_of_window());
    let chance = if is_of_window { "" } else { "\nchance = 0.1" };
    let own = own.and_then(|rule| toml::to_string(&rule).ok());
    let own = own.unwrap_or_default();
    format!("[[fault]]\n{own}from = \"30m\"\nuntil = \"1h\"{chance}")
}

/// Adds the scenarios that inject this kind.
fn with_users(mut text: String, kind: &str) -> String {
    let known = known();
    let injects = |file: &&Shipped| {
        let scenario = file.scenario(&known);
        scenario.is_ok_and(|scenario| scenario.faults.iter().any(|fault| fault.kind() == kind))
    };
    let users: Vec<&str> = shipped().iter().filter(injects).map(|f| f.name).collect();
    if !users.is_empty() {
        text.push_str("\n  used by: ");
        text.push_str(&users.join(", "));
    }
    text
}
