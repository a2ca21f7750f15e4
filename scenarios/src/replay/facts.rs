//! What is no message: the vendors' ground truth, the run's phases, the middleware's process.

use super::{Kind, Lane, TraceLine, about};
use crate::{
    oracle::history::{Fact, History, Quarantined},
    plan::Plan,
    sim::{self, Played},
};

/// One line for each entry of the warehouse's ledger, the opening stock left out.
pub(super) fn jerky(history: &History) -> impl Iterator<Item = TraceLine> {
    let begun = history.phases.started;
    let facts = history.jerky.iter().filter(move |fact| fact.at > begun);
    facts.map(|fact| line(Lane::Jerky, fact, about::of_jerky(&fact.what)))
}

/// One line for each entry of the shop's ledger, its opening left out.
pub(super) fn polish(history: &History) -> impl Iterator<Item = TraceLine> {
    let begun = history.phases.started;
    let facts = history.polish.iter().filter(move |fact| fact.at > begun);
    facts.map(|fact| line(Lane::Polish, fact, about::of_polish(&fact.what)))
}

fn line<T: std::fmt::Display>(
    lane: Lane,
    fact: &Fact<T>,
    names: impl IntoIterator<Item = impl Into<String>>,
) -> TraceLine {
    TraceLine {
        about: fact.key.clone().unwrap_or_default(),
        names: names.into_iter().map(Into::into).collect(),
        ..TraceLine::note(fact.at, Kind::Fact, lane, fact.what.to_string())
    }
}

/// Phases, fault windows, crashes, and what the middleware set aside.
pub(super) fn process(plan: &Plan, played: &Played) -> Vec<TraceLine> {
    let (history, phases) = (&played.history, &played.history.phases);
    let note = |at, what: String| TraceLine::note(at, Kind::Process, Lane::Hub, what);
    let mut lines = vec![
        note(phases.started, "the world starts".to_owned()),
        note(played.began, "people begin to work".to_owned()),
        note(
            phases.faults_ended,
            "no fault strikes from here on".to_owned(),
        ),
        note(phases.traffic_ended, "people are done".to_owned()),
        note(phases.ended, "the end".to_owned()),
    ];
    let converged = |at| note(at, "nothing is left to do".to_owned());
    lines.extend(phases.converged.map(converged));
    for window in sim::windows(plan, played.began, phases.faults_ended) {
        let named = format!("{} {}", window.kind, window.place);
        let named = named.trim_end();
        lines.push(note(window.from, format!("fault in force: {named}")));
        if window.until < phases.faults_ended {
            lines.push(note(window.until, format!("fault lifted: {named}")));
        }
    }
    for crash in &history.crashes {
        let mut died = note(crash.at, "the middleware dies".to_owned());
        died.faults.push("hub_crash".to_owned());
        lines.push(died);
        let back = "the middleware is up again, on its store".to_owned();
        lines.push(note(crash.restarted_at, back));
    }
    lines.extend(history.hub.quarantine.iter().map(set_aside));
    lines
}

fn set_aside(entry: &Quarantined) -> TraceLine {
    let what = format!("set aside: {}", entry.reason);
    let named = [&entry.subject, &entry.message].into_iter().flatten();
    let names: Vec<&String> = named.collect();
    TraceLine {
        about: names
            .iter()
            .map(|name| name.as_str())
            .collect::<Vec<_>>()
            .join(" "),
        names: names.into_iter().cloned().collect(),
        ..TraceLine::note(entry.at, Kind::Process, Lane::Hub, what)
    }
}
