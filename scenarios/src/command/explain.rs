//! `lockstep explain NAME`: a scenario, a kind of fault or an invariant in words.

use clap::Args;
use mock_kit::{
    FaultRule,
    fault::{About, PLACE, TIMING, about_all},
    nearest::nearest_three,
};

use super::{Exit, known, say, usage};
use crate::{
    oracle::{self, INVARIANTS, Invariant},
    scenario::{Fault, PROCESS_KINDS, Scenario, Shipped, fault_kinds, find, shipped},
};

/// What to explain.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A scenario, a kind of fault, or an invariant by name or number
    name: String,
}

/// Explains it, or names what was probably meant.
pub(super) fn execute(arguments: &Arguments) -> Exit {
    let name = arguments.name.as_str();
    if let Some(file) = find(name) {
        match file.scenario(&known()) {
            Ok(scenario) => say(scenario_in_words(&scenario)),
            Err(mistake) => return usage(mistake),
        }
    } else if let Some(invariant) = oracle::find(name) {
        say(invariant_in_words(invariant));
    } else if let Some(about) = about_all().iter().find(|about| about.name == name) {
        say(fault_in_words(about));
    } else if let Some((kind, words)) = PROCESS_KINDS.iter().find(|(kind, _)| *kind == name) {
        say(with_users((*words).to_owned(), kind));
    } else {
        return usage(unknown(name));
    }
    Exit::Holds
}

fn unknown(name: &str) -> String {
    let scenarios = shipped().iter().map(|file| file.name);
    let invariants = INVARIANTS.iter().map(|invariant| invariant.name);
    let near = nearest_three(name, scenarios.chain(invariants).chain(fault_kinds()));
    let what = format!("no scenario, fault or invariant is called `{name}`");
    if near.is_empty() {
        return what;
    }
    format!("{what}\n  did you mean {}?", near.join(", "))
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
    let own = own.and_then(|rule| toml::to_string(&rule).ok());
    let own = own.unwrap_or_default();
    let window = "from = \"30m\"\nuntil = \"1h\"\nchance = 0.1";
    format!("[[fault]]\n{own}{window}")
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
