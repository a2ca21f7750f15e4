//! The files that a hunt leaves: JSON, JUnit, and a page on which each small case is played once more,
//! for its pictures.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use super::{Arguments, told::holes};
use crate::{
    command::{Exit, files},
    hunt::{Document, Found, Results},
    plan::Plan,
    report::{
        self, Caught, Run, Unjudged,
        html::{self, Coverage, Failure, Page},
        junit,
    },
    sim::{self, Played, SimError},
};

/// Writes those that were asked for.
pub(super) fn write(results: &Results<'_>, arguments: &Arguments) -> Result<(), Exit> {
    let missed = arguments.require_coverage.then(|| holes(results.never));
    files::written(&[
        (&arguments.json, &|path| Document::of(results).write(path)),
        (&arguments.junit, &|path| {
            junit::write(path, junit(results, missed.as_deref()))
        }),
        (&arguments.html, &|path| html(results, path, &sim::play)),
    ])
}

fn junit(results: &Results<'_>, missed: Option<&[String]>) -> io::Result<String> {
    let caught: Vec<Caught> = results.found.iter().map(|f| results.caught(f)).collect();
    junit::of_campaign(&junit::Campaign {
        worlds: results.campaign.worlds,
        wall_ms: results.wall_ms(),
        caught: &caught,
        unjudged: &unjudged(results),
        missed: missed.unwrap_or_default(),
    })
}

fn unjudged(results: &Results<'_>) -> Vec<Unjudged> {
    results.campaign.unknown.values().cloned().collect()
}

type Play<'p> = &'p dyn Fn(&Plan) -> Result<Played, SimError>;

fn html(results: &Results<'_>, path: &Path, play: Play<'_>) -> io::Result<()> {
    let (mut runs, mut failures, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for found in results.found {
        match laid_open(found, play) {
            Some((run, failure)) => {
                runs.push(run);
                failures.push(failure);
            }
            None => others.push(results.caught(found)),
        }
    }
    let campaign = results.campaign;
    let unjudged = unjudged(results);
    let page = Page {
        title: "lockstep hunt",
        version: env!("CARGO_PKG_VERSION"),
        figures: vec![
            ("worlds", campaign.worlds.to_string()),
            ("broken", campaign.broken.len().to_string()),
            ("not judged everywhere", unjudged.len().to_string()),
            ("worlds a second", format!("{:.0}", results.rate())),
            ("requests", campaign.requests.to_string()),
            ("virtual time", report::length(campaign.virtual_ms)),
        ],
        runs: &runs,
        failures: &failures,
        caught: &others,
        unjudged: &unjudged,
        coverage: Coverage::of(campaign.coverage.rows()).marked(results.marks),
    };
    html::write(path, &page)
}

/// The small case with its pictures; nothing if there is none, or it cannot be played to its end, as
/// one in which the middleware panics.
fn laid_open(found: &Found, play: Play<'_>) -> Option<(Run, Failure)> {
    let (small, file) = found.small.as_ref()?;
    let scenario = &small.scenario;
    let plan = Plan::expand(scenario, scenario.seed.unwrap_or_default());
    let opened = || {
        let mut played = play(&plan).ok()?;
        played.run.word = file.display().to_string();
        let failure = Failure::of(&plan, &played);
        Some((played.run, failure))
    };
    catch_unwind(AssertUnwindSafe(opened)).ok().flatten()
}

#[cfg(test)]
mod tests {
    use std::{fs, time::Duration};

    use clap::Parser;

    use super::*;
    use crate::{
        hunt::{Broken, Budget, Campaign, Holes, Kinds, Settings, Shard, scenario},
        shrink::Small,
    };

    #[derive(Parser)]
    struct Hunt {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn settings() -> Settings {
        Settings {
            first: 1,
            budget: Budget::Worlds(3),
            jobs: 1,
            shard: Shard::WHOLE,
            kinds: Kinds::all().swarming(false),
            keep_going: true,
        }
    }

    fn results<'a>(
        settings: &'a Settings,
        campaign: &'a Campaign,
        never: &'a Holes,
        found: &'a [Found],
    ) -> Results<'a> {
        Results {
            settings,
            campaign,
            elapsed: Duration::from_secs(1),
            marks: &[],
            never,
            found,
        }
    }

    fn found(seed: u64, invariant: &str, is_small: bool) -> Found {
        let broken = Broken {
            invariant: invariant.to_owned(),
            evidence: vec![format!("what {invariant} says")],
        };
        let small = Small {
            scenario: scenario(seed, &Kinds::all()),
            broken: broken.clone(),
            tried: 1,
            is_cut_short: false,
        };
        Found {
            seed,
            broken,
            after: Duration::ZERO,
            small: is_small.then(|| (small, format!("found/{seed}.toml").into())),
        }
    }

    #[test]
    fn a_case_that_panics_or_was_not_made_small_is_on_the_page_with_its_command() {
        let (settings, campaign, never) = (settings(), Campaign::default(), Holes::default());
        let found = [
            found(1, "panic", true),
            found(2, "ended", true),
            found(3, "nondeterminism", false),
        ];
        let results = results(&settings, &campaign, &never, &found);
        let play = |plan: &Plan| match plan.seed {
            1 => panic!("out of range"),
            _ => Err(SimError::Ended),
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.html");
        html(&results, &path, &play).unwrap();
        let page = fs::read_to_string(path).unwrap();
        for part in [
            "what panic says",
            "lockstep replay found/1.toml --trace",
            "what ended says",
            "lockstep replay found/2.toml --trace",
            "what nondeterminism says",
            "lockstep hunt --first 3 --seeds 1 --no-swarm",
        ] {
            assert!(page.contains(part), "{part} is missing: {page}");
        }
    }

    #[test]
    fn what_could_not_be_judged_is_in_every_report() {
        let open = Unjudged {
            invariant: "S7 order_free".to_owned(),
            worlds: 12,
            reason: "no second order of arrival".to_owned(),
            seed: 4711,
        };
        let mut campaign = Campaign {
            worlds: 20,
            ..Campaign::default()
        };
        campaign.unknown.insert(open.invariant.clone(), open);
        let (settings, never) = (settings(), Holes::default());
        let results = results(&settings, &campaign, &never, &[]);
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let (json, junit, page) = (path("h.json"), path("h.xml"), path("h.html"));
        let words = ["hunt", "--json", &json, "--junit", &junit, "--html", &page];
        write(&results, &Hunt::parse_from(words).arguments).unwrap();
        for (file, mark) in [
            (&json, "\"unknown\": [\n    {"),
            (&junit, "<skipped "),
            (&page, "id=\"unjudged\""),
        ] {
            let text = fs::read_to_string(file).unwrap();
            for part in [
                mark,
                "S7 order_free",
                "12",
                "no second order of arrival",
                "4711",
            ] {
                assert!(text.contains(part), "{part} is missing: {text}");
            }
            assert!(
                !text.contains("<failure") && !text.contains("<error"),
                "{text}"
            );
        }
    }
}
