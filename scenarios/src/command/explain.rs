//! `lockstep explain NAME`: a scenario, a kind of fault or an invariant in words.

use clap::Args;
use mock_kit::fault::{About, about_all};

use super::{Exit, known, usage};
use crate::{
    oracle::{self, INVARIANTS, Invariant},
    scenario::{Fault, Scenario, find, nearest_three, shipped},
};

/// What to explain.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A scenario, a kind of fault, or an invariant by name or number
    name: String,
}

const CRASH: &str = "hub_crash
  The middleware's process dies: whatever it was waiting for is gone, what it stored is not.
  strikes: the middleware, once, counted from the start of the traffic
    nth_request    while its n-th request is on the way
    nth_commit     right after its n-th commit
    at             at a time, such as \"30m\"
    restart_after  how long it stays dead (20s)";

/// Explains it, or names what was probably meant.
pub(super) fn execute(arguments: &Arguments) -> Exit {
    let name = arguments.name.as_str();
    if let Some(file) = find(name) {
        match file.scenario(&known()) {
            Ok(scenario) => println!("{}", scenario_in_words(&scenario)),
            Err(mistake) => return usage(mistake),
        }
    } else if let Some(invariant) = oracle::find(name) {
        println!("{}", invariant_in_words(invariant));
    } else if let Some(about) = about_all().iter().find(|about| about.name == name) {
        println!("{}", fault_in_words(about));
    } else if name == "hub_crash" {
        println!("{CRASH}");
    } else {
        return usage(unknown(name));
    }
    Exit::Holds
}

fn unknown(name: &str) -> String {
    let scenarios = shipped().iter().map(|file| file.name);
    let invariants = INVARIANTS.iter().map(|invariant| invariant.name);
    let faults = about_all()
        .iter()
        .map(|about| about.name)
        .chain(["hub_crash"]);
    let near = nearest_three(name, scenarios.chain(invariants).chain(faults));
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
        format!("  strikes: {} ({})", about.strikes, phases.join(", ")),
    ];
    let width = about.params.iter().map(|p| p.name.len()).max().unwrap_or(0);
    for param in about.params {
        lines.push(format!("    {:width$}  {}", param.name, param.doc));
    }
    let users = shipped()
        .iter()
        .filter(|file| file.text.contains(about.name));
    let users: Vec<&str> = users.map(|file| file.name).collect();
    if !users.is_empty() {
        lines.push(format!("  used by: {}", users.join(", ")));
    }
    lines.join("\n")
}
