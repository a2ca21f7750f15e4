//! What a hunt says on the terminal when it is over.

use super::Arguments;
use crate::{
    command::{counted, say, shrink},
    hunt::{Found, Holes, Results},
};

/// So many names of a kind are told; the JSON and the page name all.
const NAMED: usize = 8;

/// Tells what was found, what was missed, and how far it came.
pub(super) fn tell(results: &Results<'_>, arguments: &Arguments) {
    for found in results.found {
        say(found_in_words(results, found));
    }
    let campaign = results.campaign;
    for unjudged in campaign.unknown.values() {
        say(format_args!(
            "{} could not be judged in {} of {}, as that of seed {}: {}",
            unjudged.invariant,
            unjudged.worlds,
            counted(campaign.worlds, "world"),
            unjudged.seed,
            unjudged.reason,
        ));
    }
    // Who requires that all is reached wants to know what was not.
    let most = match arguments.require_coverage {
        true => usize::MAX,
        false => NAMED,
    };
    tell_holes(
        "kinds of fault were never injected",
        &results.never.faults,
        most,
    );
    tell_holes(
        "rare branches were never reached",
        &results.never.marks,
        most,
    );
    say(format_args!(
        "{} ({} of them twice), {} requests, {} broken, in {:.1} s: {:.0} worlds a second",
        counted(campaign.worlds, "world"),
        campaign.twice,
        campaign.requests,
        campaign.broken.len(),
        results.elapsed.as_secs_f64(),
        results.rate(),
    ));
    if let Some(seed) = campaign.stopped_before {
        say(format_args!("stopped; go on with --first {seed}"));
    }
}

fn found_in_words(results: &Results<'_>, found: &Found) -> String {
    if let Some((small, file)) = &found.small {
        return format!("seed {}: {}\n", found.seed, shrink::told(small, file));
    }
    let caught = results.caught(found);
    format!(
        "seed {}: {} is broken\n  {}\n  again: {}\n",
        caught.seed,
        caught.invariant,
        caught.evidence.replace('\n', "\n  "),
        caught.again
    )
}

/// Everything that was never reached, in words.
pub(super) fn holes(never: &Holes) -> Vec<String> {
    let faults = never.faults.iter().map(|kind| format!("fault {kind}"));
    let marks = never.marks.iter().map(|mark| format!("branch: {mark}"));
    faults.chain(marks).collect()
}

fn tell_holes(what: &str, names: &[&str], most: usize) {
    let named: Vec<&str> = names.iter().take(most).copied().collect();
    let more = if names.len() > most { "; …" } else { "" };
    if !names.is_empty() {
        say(format_args!(
            "{} {what}: {}{more}",
            names.len(),
            named.join("; ")
        ));
    }
}
