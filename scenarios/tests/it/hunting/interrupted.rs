//! Ctrl-C ends a hunt cleanly: what was found is kept, and it says how far it came.

#![cfg(unix)]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Command, Output, Stdio},
};

use super::{CANARY, json};
use crate::lockstep;

/// Hunts until a line on standard error begins with `until`, and interrupts it then.
fn interrupted(folder: &Path, arguments: &[&str], until: &str) -> Output {
    let mut hunt = lockstep(folder, arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(hunt.stderr.take().unwrap());
    let mut lines = told.by_ref().lines().map(Result::unwrap);
    assert!(
        lines.any(|line| line.starts_with(until)),
        "it ended by itself"
    );
    let id = hunt.id().to_string();
    let kill = Command::new("kill").args(["-INT", &id]).status();
    assert!(kill.unwrap().success());
    let output = hunt.wait_with_output().unwrap();
    drop(told);
    output
}

#[test]
fn an_interrupt_ends_a_hunt_that_says_how_far_it_came() {
    let folder = tempfile::tempdir().unwrap();
    // Its first line of progress comes after some worlds.
    let arguments = ["hunt", "--for", "10m", "--json", "h.json"];
    let output = interrupted(folder.path(), &arguments, "");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("worlds a second"), "{said}");
    assert!(
        !folder.path().join("hunted").exists(),
        "an empty folder is left"
    );
    let document = json(&folder.path().join("h.json"));
    let worlds = document["worlds"].as_u64().unwrap();
    assert!(worlds > 0);
    assert_eq!(document["budget"]["seconds"], 600.0);
    // Every world that was begun was played to its end, so the next one is the first that was not.
    assert_eq!(document["stopped_before"], 1 + worlds);
    let next = format!("stopped; go on with --first {}", 1 + worlds);
    assert!(said.contains(&next), "{said}");
}

#[test]
fn an_interrupt_keeps_what_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "hunt",
        "--first",
        CANARY,
        "--keep-going",
        "--for",
        "10m",
        "--out",
        "found",
        "--json",
        "h.json",
    ];
    let found = format!("seed {CANARY} breaks S1");
    let output = interrupted(folder.path(), &arguments, &found);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("worlds a second"), "{said}");
    let document = json(&folder.path().join("h.json"));
    let violation = &document["violations"][0];
    assert_eq!(violation["seed"].to_string(), CANARY);
    assert_eq!(violation["invariant"], "S1 conservation");
    let file = violation["file"].as_str().unwrap();
    let text = fs::read_to_string(folder.path().join(file)).unwrap();
    assert!(text.starts_with("# Breaks S1 conservation."), "{text}");
    let again = lockstep(folder.path(), &["replay", file]).output().unwrap();
    assert_eq!(again.status.code(), Some(1), "it breaks, small or not");
}
