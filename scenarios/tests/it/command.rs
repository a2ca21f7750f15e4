//! Bad input gets one clear complaint and exit code 2, and nothing is lost.

use std::{fs, path::Path};

use crate::{complaint, lockstep};

const FILE: &str = r#"name = "small"
title = "A small shop"
why = "A test"

[world]
items = 4
listings = 4
kits = 1
mirrors = 1
duration = "20m"
"#;

/// Runs it; its exit code and what it complained about.
fn refused(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = lockstep(folder, arguments).output().unwrap();
    (output.status.code().unwrap(), complaint(&output))
}

#[test]
fn an_unknown_scenario_is_met_with_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = refused(folder.path(), &["run", "quiet-dya"]);
    assert_eq!(code, 2);
    assert!(
        said.contains("quiet-dya") && said.contains("quiet-day"),
        "{said}"
    );
    let (code, said) = refused(folder.path(), &["explain", "reply-lots"]);
    assert_eq!(code, 2);
    assert!(said.contains("reply_lost"), "{said}");
}

#[test]
fn a_broken_file_is_shown_at_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.toml");
    fs::write(&path, format!("{FILE}stokc = \"tight\"\n")).unwrap();
    let (code, said) = refused(folder.path(), &["run", "small.toml"]);
    assert_eq!(code, 2);
    for part in ["small.toml:11:1", "stokc = \"tight\"", "`stock`"] {
        assert!(said.contains(part), "{part} is missing: {said}");
    }
    let (code, said) = refused(folder.path(), &["run", "nowhere.toml"]);
    assert_eq!(code, 2);
    assert!(said.contains("nowhere.toml"), "{said}");
}

#[test]
fn seeds_that_are_none_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for seeds in ["9..3", "a..b", "1.."] {
        let (code, said) = refused(folder.path(), &["run", "--seeds", seeds]);
        assert_eq!(code, 2, "{seeds}");
        assert!(said.contains(seeds), "{said}");
    }
}

#[test]
fn a_report_that_cannot_be_written_is_refused_before_anything_is_played() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["run", "--json", "no/such/folder/runs.json"];
    let (code, said) = refused(folder.path(), &arguments);
    assert_eq!(code, 2);
    assert!(said.contains("no/such/folder/runs.json"), "{said}");
    assert!(!said.contains("seed 1"), "it played first: {said}");
}

#[test]
fn a_run_that_is_refused_leaves_the_earlier_report_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("runs.json");
    fs::write(&kept, "earlier").unwrap();
    let (code, _) = refused(folder.path(), &["run", "quiet-dya", "--json", "runs.json"]);
    assert_eq!(code, 2);
    assert_eq!(fs::read_to_string(&kept).unwrap(), "earlier");
}

#[test]
fn a_file_is_played_and_what_it_expected_and_did_not_get_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.toml");
    fs::write(&path, FILE).unwrap();
    let output = lockstep(folder.path(), &["run", "small.toml"]).output();
    let output = output.unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{told}{}",
        complaint(&output)
    );
    assert!(told.contains("1 run: 1 pass"), "{told}");

    fs::write(&path, format!("{FILE}\n[expect]\norders = 100000\n")).unwrap();
    let output = lockstep(folder.path(), &["run", "small.toml"]).output();
    let output = output.unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("orders"), "{told}");
    assert!(
        told.contains("again: lockstep run small.toml --seed 1"),
        "{told}"
    );
}

#[test]
fn a_run_is_told_to_people_and_to_continuous_integration() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("small.toml"),
        format!("{FILE}\n[expect]\norders = 100000\n"),
    )
    .unwrap();
    let arguments = [
        "run",
        "small.toml",
        "--html",
        "page.html",
        "--junit",
        "runs.xml",
    ];
    let output = lockstep(folder.path(), &arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", complaint(&output));
    let page = fs::read_to_string(folder.path().join("page.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("at least 100000 orders"));
    let cases = fs::read_to_string(folder.path().join("runs.xml")).unwrap();
    assert!(
        cases.contains("again: lockstep run small.toml --seed 1"),
        "{cases}"
    );
}

/// What fails in one run is that run's, whether its world panics or its trace has nowhere to go.
#[test]
fn a_run_that_fails_does_not_cost_the_others_their_results() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["first", "second", "third"] {
        let text = FILE.replace("\"small\"", &format!("\"{name}\""));
        fs::write(folder.path().join(format!("{name}.toml")), text).unwrap();
    }
    // Where the trace should go there is a folder.
    fs::create_dir_all(folder.path().join("kept/second-1.trace")).unwrap();
    let arguments = [
        "run",
        "first.toml",
        "second.toml",
        "third.toml",
        "--record",
        "kept",
        "--json",
        "r.json",
        "--junit",
        "r.xml",
        "--html",
        "r.html",
    ];
    let output = lockstep(folder.path(), &arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", complaint(&output));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    for part in [
        "second (seed 1): error\n  not played to its end: cannot write to kept",
        "again: lockstep run second.toml --seed 1",
        "3 runs: 2 pass, 0 fail, 0 unknown, 1 error",
    ] {
        assert!(told.contains(part), "{part} is missing: {told}");
    }
    let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap();
    let document: serde_json::Value = serde_json::from_str(&read("r.json")).unwrap();
    let runs = document["runs"].as_array().unwrap();
    let verdicts: Vec<&str> = runs
        .iter()
        .map(|run| run["verdict"].as_str().unwrap())
        .collect();
    assert_eq!(verdicts, ["pass", "error", "pass"]);
    let error = runs[1]["error"].as_str().unwrap();
    assert!(error.starts_with("cannot write to kept"), "{error}");
    assert!(runs[0].get("error").is_none());
    let cases = read("r.xml");
    assert!(
        cases.contains("tests=\"3\" failures=\"0\" errors=\"1\""),
        "{cases}"
    );
    assert!(read("r.html").contains("cannot write to kept"));
}

#[test]
fn a_replay_shows_the_events_that_were_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.toml"), FILE).unwrap();
    let replay = |more: &[&str]| {
        let arguments: Vec<&str> = ["replay", "small.toml"]
            .iter()
            .chain(more)
            .copied()
            .collect();
        let output = lockstep(folder.path(), &arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", complaint(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let (verdict, all) = (replay(&[]), replay(&["--trace"]));
    assert!(verdict.contains("1 run: 1 pass") && !verdict.contains("list_events"));
    assert!(
        all.starts_with("# ") && all.contains("list_events"),
        "{all}"
    );
    let some = replay(&["--at", "10m"]);
    let lines = |text: &str| text.lines().count();
    assert!(lines(&verdict) < lines(&some) && lines(&some) < lines(&all));
}

#[test]
fn a_moment_outside_the_run_and_an_unknown_sku_are_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.toml"), FILE).unwrap();
    let refused = |more: [&str; 2]| {
        let arguments: Vec<&str> = ["replay", "small.toml"].into_iter().chain(more).collect();
        let (code, said) = refused(folder.path(), &arguments);
        assert_eq!(code, 2, "{said}");
        said
    };
    assert!(refused(["--at", "soon"]).contains("`soon` is no moment of a run"));
    assert!(refused(["--at", "99h"]).contains("outside this run"));
    let said = refused(["--sku", "JRK-0000"]);
    assert!(
        said.contains("`JRK-0000`") && said.contains("did you mean JRK-0000-"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn a_reader_that_leaves_early_is_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["list"][..], &["explain", "S3"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = lockstep(folder.path(), arguments)
            .stdout(writer)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", complaint(&output));
        assert_eq!(complaint(&output), "");
    }
}

#[test]
fn a_folder_that_cannot_be_recorded_to_is_told_before_anything_is_played() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("taken"), "").unwrap();
    let (code, said) = refused(folder.path(), &["run", "quiet-day", "--record", "taken"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.starts_with("error: cannot write taken:"), "{said}");
}

#[test]
fn a_crash_is_explained_with_each_of_its_moments_and_its_users() {
    let folder = tempfile::tempdir().unwrap();
    let output = lockstep(folder.path(), &["explain", "hub_crash"]).output();
    let told = String::from_utf8(output.unwrap().stdout).unwrap();
    for part in [
        "nth_request",
        "nth_commit",
        "every_commit",
        "hub-crash-mid-order",
    ] {
        assert!(told.contains(part), "{part} is missing: {told}");
    }
}

#[test]
fn every_kind_of_fault_is_explained_with_what_it_stands_for_and_a_rule_that_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    for about in mock_kit::fault::about_all() {
        let output = lockstep(folder.path(), &["explain", about.name]).output();
        let told = String::from_utf8(output.unwrap().stdout).unwrap();
        assert!(told.contains(about.incident), "{told}");
        let phases = about.phases.iter().map(|phase| phase.as_str());
        let params = about.params.iter().map(|param| param.name);
        for part in phases.chain(params) {
            assert!(told.contains(part), "{part} is missing: {told}");
        }
        let example = told.split_once("[[fault]]\n").unwrap().1;
        let example: String = example
            .lines()
            .take_while(|line| line.contains(" = "))
            .map(|line| format!("{}\n", line.trim()))
            .collect();
        toml::from_str::<scenarios::scenario::Fault>(&example).expect(about.name);
    }
}

/// What `lockstep explain` says of these words.
fn explained(words: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [&["explain"], words].concat();
    let output = lockstep(folder.path(), &arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", complaint(&output));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn without_a_name_all_that_can_be_explained_is_named_a_line_each() {
    let told = explained(&[]);
    let names: Vec<&str> = told
        .lines()
        .filter_map(|line| line.strip_prefix("  "))
        .collect();
    let scenarios = scenarios::scenario::shipped().iter().map(|file| file.name);
    let faults = scenarios::scenario::fault_kinds();
    let marks = sync_core::sometimes::Mark::ALL
        .iter()
        .map(|mark| mark.name());
    for name in scenarios.chain(faults).chain(marks) {
        let told = names
            .iter()
            .filter(|line| line.split("  ").next() == Some(name));
        assert_eq!(told.count(), 1, "{name}: {names:#?}");
    }
    for invariant in &scenarios::oracle::INVARIANTS {
        let named = format!("{:3} {}", invariant.code, invariant.name);
        assert!(
            names.iter().any(|line| line.starts_with(&named)),
            "{named}: {names:#?}"
        );
    }
    for heading in [
        "faults of connections",
        "faults of webhooks",
        "faults of data",
    ] {
        let (_, family) = told.split_once(&format!("\n{heading}\n")).unwrap();
        assert!(family.starts_with("  "), "{heading} is empty: {told}");
    }
}

#[test]
fn whatever_a_report_prints_can_be_asked_for_with_or_without_quotes() {
    for words in [
        &["S2 lots_sum_to_item"][..],
        &["S2", "lots_sum_to_item"],
        &["s2"],
        &["LOTS_SUM_TO_ITEM"],
    ] {
        let told = explained(words);
        assert!(
            told.starts_with("S2 lots_sum_to_item\n"),
            "{words:?}: {told}"
        );
    }
    for words in [
        &["event told twice"][..],
        &["Event", "told", "twice"],
        &["RepeatedEvent"],
    ] {
        let told = explained(words);
        assert!(told.starts_with("event told twice\n"), "{words:?}: {told}");
    }
    assert!(explained(&["Hub_Crash"]).contains("phases, as that moment settles: request"));
    assert!(explained(&["Quiet-Day"]).starts_with("quiet-day: "));
}

#[test]
fn a_miss_is_met_with_the_nearest_name_or_with_where_all_are_named() {
    let folder = tempfile::tempdir().unwrap();
    for (asked, near) in [
        ("S2 lots_sum_to_itm", "did you mean lots_sum_to_item?"),
        ("event told twise", "did you mean event told twice?"),
        ("storage_ful", "did you mean storage_full"),
        ("xyzzy", "`lockstep explain` names them"),
    ] {
        let (code, said) = refused(folder.path(), &["explain", asked]);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(near), "{said}");
    }
}
