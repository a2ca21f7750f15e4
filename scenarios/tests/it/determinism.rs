//! One seed gives the same bytes in any process.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;

use crate::{complaint, lockstep};

/// The runs of the whole suite by scenario, without what a machine's speed decides.
fn play(folder: &Path, zone: &str) -> BTreeMap<String, Value> {
    let arguments = ["run", "--seed", "1", "--json", "runs.json"];
    let output = lockstep(folder, &arguments).env("TZ", zone).output();
    let output = output.unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", complaint(&output));
    let text = fs::read_to_string(folder.join("runs.json")).unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    let runs = document["runs"].as_array_mut().unwrap();
    let named = runs.iter_mut().map(|run| {
        run.as_object_mut().unwrap().remove("wall_ms");
        (run["scenario"].as_str().unwrap().to_owned(), run.clone())
    });
    named.collect()
}

/// The second process lives in another folder and another time zone: neither may matter.
#[test]
fn the_suite_in_two_processes_gives_equal_traces() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = play(here.path(), "UTC");
    let second = play(there.path(), "Asia/Kathmandu");
    assert!(first.len() >= 18, "the suite has {}", first.len());
    for (scenario, run) in &first {
        let again = &second[scenario];
        assert_eq!(run["trace_hash"], again["trace_hash"], "{scenario}");
        assert_eq!(run, again, "{scenario}");
    }
    let hashes = first.values().map(|run| run["trace_hash"].to_string());
    let distinct: std::collections::BTreeSet<String> = hashes.collect();
    assert_eq!(
        distinct.len(),
        first.len(),
        "each scenario has its own trace"
    );
}
