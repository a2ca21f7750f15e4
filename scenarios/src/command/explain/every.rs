//! `lockstep explain` without a name: all that it can explain, a line each.

use mock_kit::{
    FaultRule,
    fault::{About, Phase, about_all},
};
use sync_core::sometimes::Mark;

use crate::{
    oracle::INVARIANTS,
    scenario::{Mistake, PROCESS_KINDS, shipped},
};

use super::known;

/// What belongs together: a heading, and names with what each means.
struct Family {
    heading: &'static str,
    members: Vec<(String, String)>,
}

const CONNECTIONS: &str = "faults of connections";
const REQUESTS: &str = "faults of requests: not applied, or applied and not answered";
const REPLIES: &str = "faults of replies: late, or saying something else";
const WEBHOOKS: &str = "faults of webhooks";
const CLOCK: &str = "faults of a vendor's clock";
const DATA: &str = "faults of data";

/// Every scenario, kind of fault, invariant and rare branch.
pub(super) fn named() -> Result<String, Box<Mistake>> {
    let mut families = vec![scenarios()?];
    families.extend(faults());
    families.push(processes());
    families.push(invariants());
    families.push(marks());
    let mut lines = vec!["`lockstep explain NAME` tells more of each of these.".to_owned()];
    for family in families {
        lines.extend([String::new(), family.heading.to_owned()]);
        let width = family.members.iter().map(|(name, _)| name.len()).max();
        let width = width.unwrap_or(0);
        let told = family.members.iter();
        lines.extend(
            told.map(|(name, doc)| format!("  {name:width$}  {doc}").trim_end().to_owned()),
        );
    }
    Ok(lines.join("\n"))
}

fn scenarios() -> Result<Family, Box<Mistake>> {
    let known = known();
    let titled = shipped().iter().map(|file| {
        let scenario = file.scenario(&known)?;
        Ok((scenario.name, scenario.title))
    });
    Ok(Family {
        heading: "scenarios",
        members: titled.collect::<Result<_, Box<Mistake>>>()?,
    })
}

/// The kinds that strike vendors, by what of theirs they strike.
fn faults() -> Vec<Family> {
    let family = |heading| {
        let members = about_all().iter().filter(|about| of(about) == heading);
        Family {
            heading,
            members: members
                .map(|about| (about.name.to_owned(), about.doc.to_owned()))
                .collect(),
        }
    };
    let all = [CONNECTIONS, REQUESTS, REPLIES, WEBHOOKS, CLOCK, DATA];
    all.map(family).into()
}

/// The heading under which a kind belongs: told by what it does, so that a new one needs no entry.
fn of(about: &About) -> &'static str {
    let fields = serde_json::Map::from_iter([("kind".to_owned(), about.name.into())]);
    let fault = FaultRule::from_fields(fields).map(|rule| rule.fault);
    match (fault, about.phases.first()) {
        (Ok(fault), _) if fault.is_bad_data() => DATA,
        (Ok(fault), _) if fault.is_of_connections() => CONNECTIONS,
        (Ok(fault), _) if fault.is_of_window() => CLOCK,
        (_, Some(Phase::Delivery)) => WEBHOOKS,
        (_, Some(Phase::Reply)) => REPLIES,
        _ => REQUESTS,
    }
}

fn processes() -> Family {
    let told = PROCESS_KINDS.iter().map(|(kind, words)| {
        let (doc, _) = words.split_once("stands for: ").unwrap_or((words, ""));
        let doc: Vec<&str> = doc.lines().skip(1).map(str::trim).collect();
        ((*kind).to_owned(), doc.join(" ").trim_end().to_owned())
    });
    Family {
        heading: "faults of processes, in scenario files and hunts only",
        members: told.collect(),
    }
}

fn invariants() -> Family {
    let told = INVARIANTS.iter().map(|invariant| {
        let named = format!("{:3} {}", invariant.code, invariant.name);
        (named, invariant.meaning.to_owned())
    });
    Family {
        heading: "invariants",
        members: told.collect(),
    }
}

fn marks() -> Family {
    let named = Mark::ALL
        .iter()
        .map(|mark| (mark.name().to_owned(), String::new()));
    Family {
        heading: "rare branches of the middleware, which a hunt counts",
        members: named.collect(),
    }
}
