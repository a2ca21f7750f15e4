//! What a page must have, whatever it shows.

use std::sync::OnceLock;

use super::*;
use crate::{
    command::known,
    oracle::history::{Actor, PolishFact},
    plan::Plan,
    report::{FaultCount, Finding, Outcome, Verdict},
    scenario,
    sim::{self, Played},
};

/// A small shop with orders, whose warehouse loses replies and whose middleware dies once.
const SMALL: &str = r#"
name = "small"
title = "A small shop"
why = "A test"

[world]
items = 4
listings = 4
kits = 1
mirrors = 1
duration = "30m"

[traffic]
orders = 60.0

[[fault]]
kind = "reply_lost"
vendor = "jerky"
from = "5m"
until = "20m"
every = 3

[[fault]]
kind = "hub_crash"
at = "12m"
restart_after = "20s"
"#;

/// A run that was right, made wrong afterwards: the middleware is said to have published one more
/// than it did. Played once for all tests.
fn wrong() -> &'static (Plan, Played) {
    static WRONG: OnceLock<(Plan, Played)> = OnceLock::new();
    WRONG.get_or_init(|| {
        let mut small = scenario::parse("small.toml", SMALL, &known()).unwrap();
        small.name = "small<shop>".to_owned();
        let plan = Plan::expand(&small, 3);
        let mut played = sim::play(&plan).unwrap();
        assert_eq!(played.run.verdict, Verdict::Pass, "{:?}", played.run);
        let after = played.began + jiff::SignedDuration::from_mins(15);
        let published = played.history.polish.iter_mut().find(|fact| {
            let is_number = matches!(fact.what, PolishFact::Available { .. });
            fact.at > after && fact.actor == Actor::Middleware && is_number
        });
        let published = published.unwrap();
        if let PolishFact::Available { available, .. } = &mut published.what {
            *available += 1000;
        }
        published.key = Some("<script>alert(1)</script>".to_owned());
        played.run.verdict = Verdict::Fail;
        played.run.invariants.push(Finding {
            name: "S12 <i>justified</i>".to_owned(),
            status: Outcome::Violated,
            judged: 1,
            evidence: vec!["<b>not bold</b>".to_owned()],
        });
        (plan, played)
    })
}

fn page() -> String {
    let (plan, played) = wrong();
    let failures = [Failure::of(plan, played)];
    let runs = [played.run.clone()];
    let page = Page {
        title: "lockstep run",
        version: "0.0.0",
        figures: figures(&runs, 1624),
        runs: &runs,
        failures: &failures,
        caught: &[],
        unjudged: &[],
        coverage: Coverage::of_runs(&runs),
    };
    page.render()
}

/// What stands between two marks, the first time.
fn between<'p>(page: &'p str, from: &str, to: &str) -> &'p str {
    let (_, rest) = page.split_once(from).unwrap_or_else(|| panic!("no {from}"));
    rest.split_once(to).map_or(rest, |(part, _)| part)
}

#[test]
fn a_page_needs_nothing_from_anywhere_else() {
    let page = page();
    for loaded in [
        "<script", "<link", "<img", "<iframe", "@import", "url(", "src=",
    ] {
        assert!(!page.contains(loaded), "{loaded}");
    }
    let links: Vec<&str> = page.split("href=\"").skip(1).collect();
    assert!(!links.is_empty());
    assert!(links.iter().all(|link| link.starts_with('#')), "{links:?}");
    for link in links {
        let (anchor, _) = link[1..].split_once('"').unwrap();
        assert!(page.contains(&format!("id=\"{anchor}\"")), "#{anchor}");
    }
}

#[test]
fn what_data_says_is_never_markup() {
    let page = page();
    assert!(!page.contains("<shop>") && page.contains("small&lt;shop&gt;"));
    assert!(!page.contains("<i>justified"), "the name of a finding");
    assert!(!page.contains("<script>"), "a key of bad data");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn each_failure_is_told_with_all_its_parts() {
    let page = page();
    let article = between(&page, "<article", "</article>");
    let invariant = crate::oracle::find("S12").unwrap();
    for part in [
        invariant.meaning,
        "<code class=\"formula\">",
        "first broken",
        "expected",
        "found",
        "lockstep replay small&lt;shop&gt; --seed 3 --at 1",
        "<svg class=\"sequence\"",
        "jerky vendor",
        "polish vendor",
        "put_availability",
        "<svg class=\"stock\"",
        "published",
        "available",
        "broken here",
        "What the middleware was told",
        "What the mapping makes of it",
        "The number published is not the number that is true",
        "The facts, by the vendors",
    ] {
        assert!(article.contains(part), "{part} is missing");
    }
}

#[test]
fn the_sequence_marks_webhooks_faults_and_crashes() {
    let (plan, played) = wrong();
    let lines = crate::replay::trace(plan, played);
    let draw = |at| {
        let circle = crate::replay::Circle::default();
        let around = sequence::Sequence::around(&lines, &circle, at, played.began);
        around.draw().into_string()
    };
    let struck = &played.struck[0];
    let drawn = draw(struck.at);
    assert!(
        drawn.contains("⚡ reply_lost (applied_reply_lost)"),
        "{drawn}"
    );
    assert!(drawn.contains("class=\"request trouble\""));
    assert!(drawn.contains("class=\"cross\""));
    assert!(drawn.contains("class=\"webhook\""));
    let drawn = draw(played.history.crashes[0].at);
    assert!(drawn.contains("the middleware dies"), "{drawn}");
}

#[test]
fn the_chart_shades_faults_and_marks_the_broken_moment() {
    let page = page();
    let chart = between(&page, "<svg class=\"stock\"", "</svg>");
    for part in [
        "class=\"shade\"",
        "reply_lost",
        "hub dead",
        "class=\"broken\"",
    ] {
        assert!(chart.contains(part), "{part} is missing");
    }
    let shown = between(chart, "<path class=\"shown\" d=\"", "\"");
    let truth = between(chart, "<path class=\"truth\" d=\"", "\"");
    assert!(shown.starts_with('M') && shown.contains('V'), "{shown}");
    assert_ne!(shown, truth);
}

#[test]
fn the_grid_counts_by_kind_phase_and_operation_and_names_its_holes() {
    let count = |operation: &str, count| FaultCount {
        kind: "reply_lost".to_owned(),
        operation: operation.to_owned(),
        phase: "applied_reply_lost".to_owned(),
        count,
    };
    let counts = [
        count("create_reservation", 3),
        count("set_mirror_availability", 20),
    ];
    let coverage = Coverage::of(counts.into_iter().chain([count("create_reservation", 4)]));
    assert_eq!(coverage.counts.len(), 2);
    assert_eq!(coverage.counts[0].count, 7);
    for hole in ["latency", "hub_crash"] {
        assert!(coverage.holes.iter().any(|kind| kind == hole), "{hole}");
    }
    assert!(!coverage.holes.iter().any(|kind| kind == "reply_lost"));
    let drawn = coverage.section().into_string();
    for part in [
        ">7<",
        ">20<",
        ">27<",
        "create_reservation",
        "<li>hub_crash</li>",
    ] {
        assert!(drawn.contains(part), "{part} is missing: {drawn}");
    }
}

#[test]
fn a_passing_suite_has_verdicts_and_coverage_and_no_failures() {
    let (_, played) = wrong();
    let mut run = played.run.clone();
    run.verdict = Verdict::Pass;
    let runs = [run];
    let page = Page {
        title: "lockstep run",
        version: "0.0.0",
        figures: figures(&runs, 1624),
        runs: &runs,
        failures: &[],
        caught: &[],
        unjudged: &[],
        coverage: Coverage::of_runs(&runs),
    };
    let page = page.render();
    assert!(page.contains("id=\"verdicts\"") && page.contains("id=\"coverage\""));
    assert!(!page.contains("id=\"failures\""));
}

#[test]
fn what_a_hunt_cannot_show_in_pictures_and_what_it_could_not_judge_is_told() {
    let caught = [Caught {
        seed: 4711,
        invariant: "panic".to_owned(),
        evidence: "<out> of range".to_owned(),
        again: "lockstep hunt --first 4711 --seeds 1 --no-swarm".to_owned(),
    }];
    let unjudged = [Unjudged {
        invariant: "S7 order_free".to_owned(),
        worlds: 12,
        reason: "nothing came in a second order".to_owned(),
        seed: 77,
    }];
    let page = Page {
        title: "lockstep hunt",
        version: "0.0.0",
        figures: Vec::new(),
        runs: &[],
        failures: &[],
        caught: &caught,
        unjudged: &unjudged,
        coverage: Coverage::default(),
    };
    let page = page.render();
    let broken = between(&page, "<section id=\"caught\">", "</section>");
    for part in [
        "panic",
        "4711",
        "&lt;out&gt; of range",
        "--seeds 1 --no-swarm",
    ] {
        assert!(broken.contains(part), "{part} is missing: {broken}");
    }
    let open = between(&page, "<section id=\"unjudged\">", "</section>");
    for part in [
        "S7 order_free",
        ">12<",
        ">77<",
        "nothing came in a second order",
    ] {
        assert!(open.contains(part), "{part} is missing: {open}");
    }
    for link in ["#caught", "#unjudged"] {
        assert!(page.contains(&format!("href=\"{link}\"")), "{link}");
    }
}

#[test]
fn of_a_thousand_violations_the_page_tells_the_first_and_how_many_more_there_are() {
    let one = |seed| Caught {
        seed,
        invariant: "S1 conservation".to_owned(),
        evidence: String::new(),
        again: String::new(),
    };
    let caught: Vec<Caught> = (1..=1000).map(one).collect();
    let told = hunted::caught(&caught).into_string();
    assert_eq!(told.matches("<article>").count(), 100);
    assert!(told.contains("And 900 more."), "{told}");
    let told = hunted::caught(&caught[..100]).into_string();
    assert!(!told.contains("more."), "{told}");
}
