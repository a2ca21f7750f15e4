//! The results as a document for people. It is generated, never written by hand.

use std::fmt::Write as _;

use super::{Bug, First, Hunted, Kept, Made, Measure, Small, Worlds, interval};
use crate::oracle::{INVARIANTS, Invariant};

/// All that the document tells.
pub struct Campaign<'a> {
    /// The middleware as it is.
    pub unpatched: &'a Kept,
    /// Every bug, and what was measured of it so far.
    pub rows: &'a [(&'a Bug, Option<Kept>)],
    /// How, and of which sources.
    pub made: Made,
}

/// What became of one bug, in a line for the terminal.
pub fn line(measure: &Measure) -> String {
    match measure {
        Measure::Unbuilt { said } => format!("DOES NOT BUILD\n{said}"),
        Measure::Hunted { swarm, no_swarm } => format!(
            "with swarm: {} by {}; without: {} by {}",
            rate(swarm),
            by(swarm),
            rate(no_swarm),
            by(no_swarm)
        ),
    }
}

/// The document, bugs that were not caught first.
pub fn document(campaign: &Campaign<'_>) -> String {
    let mut text = head(campaign);
    not_caught(&mut text, campaign);
    not_measured(&mut text, campaign);
    caught(&mut text, campaign);
    invariants(&mut text, campaign);
    heading(&mut text, "The bugs");
    for (bug, _) in campaign.rows {
        let _ = writeln!(
            text,
            "- **{}**: {} *{}*",
            bug.name, bug.sentence, bug.incident
        );
    }
    text
}

/// The bugs that were measured and came to this.
fn measured<'c>(
    campaign: &'c Campaign<'_>,
    wanted: fn(&Measure) -> bool,
) -> impl Iterator<Item = (&'c Bug, &'c Kept)> {
    campaign.rows.iter().filter_map(move |(bug, kept)| {
        let kept = kept.as_ref()?;
        wanted(&kept.measure).then_some((*bug, kept))
    })
}

/// A bug's name, with a mark if it was measured before the workspace became what it is.
fn named(bug: &Bug, kept: &Kept) -> String {
    format!("{}{}", bug.name, mark(kept))
}

fn mark(kept: &Kept) -> &'static str {
    if kept.is_older { " †" } else { "" }
}

fn not_caught(text: &mut String, campaign: &Campaign<'_>) {
    heading(text, "Not caught");
    let mut missed = measured(campaign, |measure| !measure.is_caught()).peekable();
    if missed.peek().is_none() {
        text.push_str("None of those that were measured.\n");
    }
    for (bug, kept) in missed {
        let why = match &kept.measure {
            Measure::Unbuilt { said } => {
                let first = said.lines().next().unwrap_or("");
                format!(" **It does not build:** {first}")
            }
            Measure::Hunted { swarm, no_swarm } if swarm.stopped || no_swarm.stopped => {
                " Its hunt did not end and was stopped.".to_owned()
            }
            Measure::Hunted { .. } => {
                let survives = bug.survives.as_deref().unwrap_or_default();
                format!(" {survives}").trim_end().to_owned()
            }
        };
        let _ = writeln!(
            text,
            "- **{}**: {} ({}; should break {}){why}",
            named(bug, kept),
            bug.sentence,
            bug.incident,
            bug.likely
        );
    }
}

fn not_measured(text: &mut String, campaign: &Campaign<'_>) {
    let waiting = campaign.rows.iter().filter(|(_, kept)| kept.is_none());
    let names: Vec<&str> = waiting.map(|(bug, _)| bug.name.as_str()).collect();
    if !names.is_empty() {
        heading(text, "Not measured yet");
        let _ = writeln!(text, "{}", names.join(", "));
    }
}

fn caught(text: &mut String, campaign: &Campaign<'_>) {
    heading(text, "Caught");
    text.push_str(
        "| bug | by (worlds) | with swarm, 95 % | first catch | smallest case | without swarm, 95 % | first catch | smallest case |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for (bug, kept) in measured(campaign, Measure::is_caught) {
        if let Measure::Hunted { swarm, no_swarm } = &kept.measure {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} | {} | {} |",
                named(bug, kept),
                by(if swarm.caught > 0 { swarm } else { no_swarm }),
                rate(swarm),
                first(swarm.first),
                small_with_swarm(swarm),
                rate(no_swarm),
                first(no_swarm.first),
                small(no_swarm),
            );
        }
    }
}

/// Invariants of the vendors' own books: no request of a middleware brings a vendor to break them.
const VENDORS_OWN: [&str; 2] = ["S1", "S4"];

/// Which invariants the bugs broke: one that none breaks may judge nothing.
fn invariants(text: &mut String, campaign: &Campaign<'_>) {
    heading(text, "By invariant");
    text.push_str("| invariant | broken by so many of the bugs | such as |\n|---|---|---|\n");
    for Invariant { code, name, .. } in &INVARIANTS {
        let label = format!("{code} {name}");
        let breaks = |kept: &Kept| match &kept.measure {
            Measure::Hunted { swarm, no_swarm } => {
                swarm.by.contains_key(&label) || no_swarm.by.contains_key(&label)
            }
            Measure::Unbuilt { .. } => false,
        };
        let broken = campaign.rows.iter();
        let broken = broken.filter(|(_, kept)| kept.as_ref().is_some_and(breaks));
        let names: Vec<&str> = broken.map(|(bug, _)| bug.name.as_str()).collect();
        let such_as = match names.first() {
            Some(first) => first,
            None if VENDORS_OWN.contains(code) => {
                "no middleware can: it holds the vendors' own books to their rules"
            }
            None => "–",
        };
        let _ = writeln!(text, "| {label} | {} | {such_as} |", names.len());
    }
}

fn head(campaign: &Campaign<'_>) -> String {
    let kept = || campaign.rows.iter().filter_map(|(_, kept)| kept.as_ref());
    let measured = kept().count();
    let caught = kept().filter(|kept| kept.measure.is_caught()).count();
    let of = |wanted: fn(&Hunted, &Hunted) -> bool| {
        kept()
            .filter(|kept| match &kept.measure {
                Measure::Hunted { swarm, no_swarm } => wanted(swarm, no_swarm),
                Measure::Unbuilt { .. } => false,
            })
            .count()
    };
    let made = campaign.made;
    let Worlds { swarm, plain, most } = made.worlds;
    let older = kept().filter(|kept| kept.is_older).count();
    format!(
        "# Power: which bugs a hunt catches\n\n\
         {made}\n\n\
         **{caught} of {measured} planted bugs are caught** ({} are in the catalogue): {} with swarm, {} \
         without. Each was hunted in {swarm} worlds with a random subset of the faults in each (swarm), and \
         in {plain} with every fault in every world; what those did not catch, in {most} with swarm; \
         {} worlds at a time on {} cores. Only what the middleware as it is does not break \
         counts; it broke {} worlds of {most} with swarm, and {} of {plain} without{}. {older} were measured \
         before the last change of the workspace's sources (†).\n\n\
         A rate is the share of worlds that break, with its 95 % interval (Wilson). The first catch is \
         told in worlds and in seconds of hunting, building not counted. The smallest case is that of \
         the first breaks that were made small, in steps and faults; one found with swarm passes without any \
         one of them, unless it says otherwise.\n",
        campaign.rows.len(),
        of(|swarm, _| swarm.caught > 0),
        of(|_, no_swarm| no_swarm.caught > 0),
        made.jobs,
        made.cores,
        broken(&campaign.unpatched.measure, true),
        broken(&campaign.unpatched.measure, false),
        mark(campaign.unpatched),
    )
}

fn broken(measure: &Measure, with_swarm: bool) -> u64 {
    match measure {
        Measure::Hunted { swarm, .. } if with_swarm => swarm.caught,
        Measure::Hunted { no_swarm, .. } => no_swarm.caught,
        Measure::Unbuilt { .. } => 0,
    }
}

fn heading(text: &mut String, title: &str) {
    let _ = write!(text, "\n## {title}\n\n");
}

fn rate(hunted: &Hunted) -> String {
    if hunted.stopped {
        return "did not end".to_owned();
    }
    let (low, high) = interval(hunted.caught, hunted.worlds);
    let rate = hunted.caught as f64 / hunted.worlds.max(1) as f64;
    let percent = |share: f64| format!("{:.2}", share * 100.0);
    format!(
        "{} % ({} to {}): {} of {}",
        percent(rate),
        percent(low),
        percent(high),
        hunted.caught,
        hunted.worlds
    )
}

fn by(hunted: &Hunted) -> String {
    let mut by: Vec<_> = hunted.by.iter().collect();
    by.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), name.as_str()));
    let named = by.iter().map(|(name, count)| format!("{name} ({count})"));
    match named.collect::<Vec<_>>() {
        none if none.is_empty() => "none".to_owned(),
        named => named.join(", "),
    }
}

fn first(first: Option<First>) -> String {
    first.map_or_else(
        || "–".to_owned(),
        |first| format!("world {}, {:.1} s", first.worlds, first.seconds),
    )
}

fn small(hunted: &Hunted) -> String {
    hunted
        .smallest
        .as_ref()
        .map_or_else(|| "–".to_owned(), size)
}

/// The same of one found with swarm, which has promises to keep.
fn small_with_swarm(hunted: &Hunted) -> String {
    let Some(small) = &hunted.smallest else {
        let none = if hunted.caught > 0 {
            "none was made"
        } else {
            "–"
        };
        return none.to_owned();
    };
    let unkept = match small.minimal {
        _ if !small.is_no_larger() => ", larger than what was found",
        Some(true) => "",
        Some(false) => ", not minimal",
        None => ", not checked",
    };
    size(small) + unkept
}

fn size(small: &Small) -> String {
    let counted = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        more => format!("{more} {what}s"),
    };
    let (steps, faults) = (counted(small.steps, "step"), counted(small.faults, "fault"));
    format!("{steps}, {faults}")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::power::{Results, Size, page};

    fn made(swarm: u64) -> Made {
        Made {
            worlds: Worlds {
                swarm,
                plain: 40,
                most: 900,
            },
            jobs: 2,
            cores: 4,
            sources: 1,
        }
    }

    fn nothing() -> Measure {
        Measure::Hunted {
            swarm: Box::default(),
            no_swarm: Box::default(),
        }
    }

    /// What was measured of each, on the page that is made of it.
    fn told(folder: &Path, made: Made, bugs: &[Bug]) -> String {
        let results = open(folder, made.sources, made);
        results.keep(None, nothing(), 1.0).unwrap();
        page(bugs, &results, made).unwrap()
    }

    fn open(folder: &Path, tree: u64, made: Made) -> Results {
        Results::open(folder.to_owned(), tree, made.worlds).unwrap()
    }

    fn caught(swarm: Hunted) -> Measure {
        Measure::Hunted {
            swarm: Box::new(swarm),
            no_swarm: Box::default(),
        }
    }

    fn bug(name: &str) -> Bug {
        let head = format!("Bug: {name} is wrong.\nIncident: i\nLikely: S1\n");
        Bug::read(name, head).unwrap()
    }

    #[test]
    fn why_a_bug_survives_is_told() {
        let head = "Bug: It is.\nIncident: i\nLikely: S1\nSurvives: It cannot happen.\n";
        let bug = Bug::read("b", head.to_owned()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let results = open(folder.path(), 1, made(1));
        results.keep(Some(&bug), nothing(), 1.0).unwrap();
        let text = told(folder.path(), made(1), &[bug]);
        assert!(
            text.contains("- **b**: It is. (i; should break S1) It cannot happen.\n"),
            "{text}"
        );
    }

    #[test]
    fn what_was_measured_before_the_workspace_changed_is_marked() {
        let measure = caught(Hunted {
            caught: 3,
            ..Hunted::default()
        });
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (bug("old"), bug("new"));
        let keep = |tree, bug| {
            let results = open(folder.path(), tree, made(200));
            results.keep(Some(bug), measure.clone(), 1.0).unwrap();
        };
        keep(2, &old);
        keep(1, &new);
        let text = told(folder.path(), made(200), &[old, new]);
        assert!(
            text.contains("| old † |") && text.contains("| new |"),
            "{text}"
        );
        assert!(text.contains(" 1 were measured before"), "{text}");
    }

    #[test]
    fn bugs_that_were_not_caught_come_first_and_by_name() {
        let hunted = |number| {
            caught(Hunted {
                worlds: 200,
                caught: number,
                by: [("fefo".to_owned(), number)].into(),
                ..Hunted::default()
            })
        };
        let folder = tempfile::tempdir().unwrap();
        let results = open(folder.path(), 1, made(200));
        let (found, missed) = (bug("found"), bug("missed"));
        results.keep(Some(&found), hunted(10), 1.0).unwrap();
        results.keep(Some(&missed), hunted(0), 1.0).unwrap();
        let text = told(folder.path(), made(200), &[found, missed, bug("waits")]);
        assert!(text.contains("**1 of 2 planted bugs are caught** (3 are in the catalogue)"));
        let place = |part: &str| {
            text.find(part)
                .unwrap_or_else(|| panic!("no {part}: {text}"))
        };
        assert!(place("- **missed**") < place("Not measured yet\n\nwaits"));
        assert!(
            place("Not measured yet")
                < place("| found | fefo (10) | 5.00 % (2.74 to 8.96): 10 of 200 |")
        );
    }

    #[test]
    fn each_invariant_says_how_many_bugs_break_it() {
        let by = [("S9 fefo".to_owned(), 1)].into();
        let measure = caught(Hunted {
            caught: 1,
            by,
            ..Hunted::default()
        });
        let folder = tempfile::tempdir().unwrap();
        let results = open(folder.path(), 1, made(200));
        let (one, other) = (bug("one"), bug("other"));
        results.keep(Some(&one), measure.clone(), 1.0).unwrap();
        results.keep(Some(&other), measure, 1.0).unwrap();
        let text = told(folder.path(), made(200), &[one, other]);
        assert!(text.contains("| S9 fefo | 2 | one |"), "{text}");
        assert!(
            text.contains("| S1 conservation | 0 | no middleware can"),
            "{text}"
        );
        assert!(text.contains("| S5 order_conservation | 0 | – |"), "{text}");
    }

    #[test]
    fn a_smallest_case_says_which_promise_it_does_not_keep() {
        let small = |minimal, found| {
            let (steps, faults) = (3, 1);
            let small = Small {
                steps,
                faults,
                minimal,
                found,
                ..Small::default()
            };
            small_with_swarm(&Hunted {
                caught: 1,
                smallest: Some(small),
                ..Hunted::default()
            })
        };
        let (steps, faults) = (2, 9);
        assert_eq!(small(Some(true), None), "3 steps, 1 fault");
        assert_eq!(small(Some(false), None), "3 steps, 1 fault, not minimal");
        assert_eq!(small(None, None), "3 steps, 1 fault, not checked");
        assert_eq!(
            small(Some(true), Some(Size { steps, faults })),
            "3 steps, 1 fault, larger than what was found"
        );
        let none = Hunted {
            caught: 1,
            ..Hunted::default()
        };
        assert_eq!(small_with_swarm(&none), "none was made");
    }
}
