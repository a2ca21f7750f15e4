//! What a hunt tells: JSON for machines, JUnit for continuous integration, a page and a terminal for
//! people. What broke, what was never reached, and how to see it again.

use std::{fs, path::Path};

use serde_json::Value;

use super::{CANARY, json};
use crate::{complaint, lockstep};

/// Hunts; its exit code, what it said, and its JSON.
fn hunted(folder: &Path, arguments: &[&str]) -> (i32, String, Value) {
    let all = [&["hunt", "--json", "h.json"], arguments].concat();
    let output = lockstep(folder, &all).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let code = output.status.code().unwrap();
    assert!(code < 2, "{}", complaint(&output));
    (code, said, json(&folder.join("h.json")))
}

fn keys(object: &Value) -> Vec<&str> {
    let object = object.as_object().unwrap();
    object.keys().map(String::as_str).collect()
}

/// The number under a key.
fn number(object: &Value, key: &str) -> u64 {
    let number = object[key].as_u64();
    assert!(number.is_some(), "{key} is {}", object[key]);
    number.unwrap()
}

#[test]
fn the_json_has_what_the_readme_promises() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--first", CANARY, "--seeds", "2", "--keep-going"];
    let (code, _, document) = hunted(folder.path(), &arguments);
    assert_eq!(code, 1);
    let promised = [
        "budget",
        "coverage",
        "first",
        "marks",
        "never",
        "requests",
        "shard",
        "stopped_before",
        "twice",
        "unknown",
        "version",
        "violations",
        "virtual_ms",
        "wall_ms",
        "worlds",
        "worlds_per_second",
    ];
    assert_eq!(keys(&document), promised);
    assert_eq!(number(&document, "first").to_string(), CANARY);
    assert_eq!(
        (number(&document, "worlds"), document["shard"].as_str()),
        (2, Some("1/1"))
    );
    assert_eq!(document["budget"]["worlds"], 2);
    assert!(document["stopped_before"].is_null());
    let (wall_ms, rate) = (number(&document, "wall_ms"), &document["worlds_per_second"]);
    let rate = rate.as_f64().unwrap();
    assert!(
        (rate - 2000.0 / wall_ms as f64).abs() < 0.1 * rate,
        "{rate} and {wall_ms}"
    );
    assert!(number(&document, "requests") > 0 && number(&document, "virtual_ms") > 60_000);
    the_violation_is_told(&document["violations"][0]);
    what_was_reached_is_told(&document);
}

fn the_violation_is_told(violation: &Value) {
    let promised = [
        "again",
        "evidence",
        "faults",
        "file",
        "invariant",
        "seconds",
        "seed",
        "steps",
    ];
    assert_eq!(keys(violation), promised);
    assert_eq!(number(violation, "seed").to_string(), CANARY);
    assert_eq!(violation["invariant"], "S1 conservation");
    assert_eq!(violation["file"], format!("hunted/s1-seed-{CANARY}.toml"));
    assert_eq!(
        (number(violation, "steps"), number(violation, "faults")),
        (1, 0)
    );
    let (seconds, evidence) = (
        violation["seconds"].as_f64(),
        violation["evidence"][0].as_str(),
    );
    assert!(seconds > Some(0.0) && evidence.is_some(), "{violation}");
}

fn what_was_reached_is_told(document: &Value) {
    let cell = &document["coverage"][0];
    assert_eq!(keys(cell), ["count", "fault", "operation", "phase"]);
    assert!(number(cell, "count") > 0);
    let marks = document["marks"].as_array().unwrap();
    assert!(marks.iter().all(|mark| keys(mark) == ["count", "mark"]));
    let counted = |mark: &&Value| number(mark, "count") == 0;
    let missed: Vec<&Value> = marks
        .iter()
        .filter(counted)
        .map(|mark| &mark["mark"])
        .collect();
    assert!(missed.len() < marks.len(), "no rare branch was reached");
    assert_eq!(keys(&document["never"]), ["faults", "marks"]);
    let never: Vec<&Value> = document["never"]["marks"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    assert_eq!(never, missed);
}

/// Making it small plays a hundred other worlds, and what those reach is none of the campaign's.
#[test]
fn what_was_reached_is_what_the_worlds_of_the_campaign_reached() {
    let folder = tempfile::tempdir().unwrap();
    let reached = |most: &str| {
        let arguments = ["--first", CANARY, "--seeds", "1", "--shrink", most];
        let (_, _, document) = hunted(folder.path(), &arguments);
        (document["marks"].clone(), document["never"].clone())
    };
    assert_eq!(reached("1"), reached("0"));
}

#[test]
fn a_hunt_that_must_reach_everything_fails_and_names_what_it_missed() {
    let folder = tempfile::tempdir().unwrap();
    let short = ["--only", "reset", "--seeds", "1", "--junit", "h.xml"];
    let (code, said, document) = hunted(folder.path(), &short);
    assert_eq!(code, 0, "{said}");
    let missed = document["never"]["marks"].as_array().unwrap();
    assert!(missed.len() > 8 && said.contains("; …"), "{said}");
    let (code, said, _) = hunted(
        folder.path(),
        &[&short[..], &["--require-coverage"]].concat(),
    );
    assert_eq!(code, 1, "{said}");
    let cases = fs::read_to_string(folder.path().join("h.xml")).unwrap();
    let cases = cases.replace("&apos;", "'");
    assert!(cases.contains("type=\"coverage\""), "{cases}");
    for mark in missed {
        let mark = mark.as_str().unwrap();
        assert!(said.contains(mark), "{mark} is missing: {said}");
        assert!(cases.contains(mark), "{mark} is missing: {cases}");
    }
}

/// The world of a seed is another one under other flags.
#[test]
fn what_was_not_made_small_is_told_with_every_flag_that_draws_its_world() {
    let folder = tempfile::tempdir().unwrap();
    let flags = ["--only", "latency,reset", "--no-swarm"];
    let reports = ["--shrink", "0", "--junit", "h.xml", "--html", "h.html"];
    let arguments = [&["--first", CANARY, "--seeds", "1"], &flags[..], &reports].concat();
    let (code, said, first) = hunted(folder.path(), &arguments);
    assert_eq!(code, 1);
    let again = format!(
        "lockstep hunt --first {CANARY} --seeds 1 {}",
        flags.join(" ")
    );
    assert_eq!(first["violations"][0]["again"], again);
    assert_eq!(first["violations"][0]["file"], Value::Null);
    assert!(said.contains(&format!("again: {again}")), "{said}");
    for (file, parts) in [
        ("h.xml", ["S1 conservation", &again]),
        ("h.html", ["S1 conservation", &again]),
    ] {
        let text = fs::read_to_string(folder.path().join(file)).unwrap();
        for part in parts {
            assert!(text.contains(part), "{part} is missing in {file}");
        }
    }
    let words: Vec<&str> = again.split(' ').skip(2).chain(["--shrink", "0"]).collect();
    let (_, _, second) = hunted(folder.path(), &words);
    for key in ["requests", "coverage", "violations"] {
        let strip = |document: &Value| {
            let mut value = document[key].clone();
            for violation in value.as_array_mut().into_iter().flatten() {
                violation.as_object_mut().unwrap().remove("seconds");
            }
            value
        };
        assert_eq!(strip(&first), strip(&second), "{key}");
    }
}
