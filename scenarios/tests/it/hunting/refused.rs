//! Bad input: one clear line, exit code 2, and nothing is played or lost.

use std::fs;

use super::CANARY;
use crate::{complaint, lockstep};

#[test]
fn what_cannot_be_hunted_is_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("taken"), "earlier").unwrap();
    for (arguments, wanted) in [
        (&["--shard", "5/4"][..], "there is no share 5 of 4"),
        (&["--shard", "0/4"], "there is no share 0 of 4"),
        (&["--for", "0"], "`0` is not a length of time such as"),
        (&["--for", "0s"], "no time at all"),
        (&["--seeds", "0"], "`0` is not a whole number of at least 1"),
        (
            &["--jobs", "two"],
            "`two` is not a whole number of at least 1",
        ),
        (&["--only", "latancy"], "did you mean latency"),
        (&["--without", "resett"], "did you mean reset"),
        (&["--only", "reset", "--without", "reset"], "takes away"),
        (&["--out", "taken"], "cannot write taken:"),
        (&["--out", "taken/here"], "cannot write taken/here:"),
        (&["--json", "nowhere/h"], "cannot write nowhere/h:"),
        (&["--junit", "nowhere/h"], "cannot write nowhere/h:"),
        (&["--html", "nowhere/h"], "cannot write nowhere/h:"),
        (&["--html", "."], "cannot write .:"),
    ] {
        let good = match arguments {
            ["--json", _] => ["hunt", "--junit", "good"],
            _ => ["hunt", "--json", "good"],
        };
        let all = [&good, arguments].concat();
        let output = lockstep(folder.path(), &all).output().unwrap();
        let said = complaint(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(
            said.starts_with("error: ") && said.contains(wanted),
            "{said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(output.stdout.is_empty(), "it played first");
    }
    let left = fs::read_dir(folder.path()).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["taken"], "it left something behind");
    let taken = fs::read_to_string(folder.path().join("taken"));
    assert_eq!(taken.unwrap(), "earlier");
}

/// A folder that is there and takes no file, not even from root.
#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_takes_no_file_is_told_before_the_hunt() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["hunt", "--seeds", "1", "--out", "/proc/self"][..],
        &["run", "quiet-day", "--record", "/proc/self"],
        &["shrink", "quiet-day", "--out", "/proc/self/small.toml"],
    ] {
        let output = lockstep(folder.path(), arguments).output().unwrap();
        let said = complaint(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.starts_with("error: cannot write /proc/self"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(output.stdout.is_empty(), "it played first");
    }
}

/// A disk may be full in the end although it was not in the beginning.
#[test]
#[cfg(target_os = "linux")]
fn a_report_that_cannot_be_written_in_the_end_does_not_cost_the_others() {
    let folder = tempfile::tempdir().unwrap();
    for verb in [&["hunt", "--seeds", "1"][..], &["run", "recall"]] {
        let files = [
            "--html",
            "h.html",
            "--junit",
            "/dev/full",
            "--json",
            "h.json",
        ];
        let arguments = [verb, &files].concat();
        let output = lockstep(folder.path(), &arguments).output().unwrap();
        let said = complaint(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("error: cannot write /dev/full"), "{said}");
        for file in ["h.html", "h.json"] {
            let text = fs::read_to_string(folder.path().join(file)).unwrap();
            assert!(!text.is_empty(), "{file}");
            fs::remove_file(folder.path().join(file)).unwrap();
        }
    }
}

#[test]
fn a_place_for_the_small_case_is_tried_before_the_search() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("name = \"day\"\ntitle = \"A day\"\nwhy = \"A test\"\nseed = {CANARY}\n");
    fs::write(folder.path().join("day.toml"), text).unwrap();
    fs::write(folder.path().join("earlier.toml"), "earlier").unwrap();
    for (out, wanted) in [
        ("nowhere/small.toml", "cannot write nowhere/small.toml:"),
        // Refused by what the search finds, once the place was tried.
        ("earlier.toml", "does not break S4 one_resolution"),
    ] {
        let arguments = ["shrink", "day.toml", "--invariant", "S4", "--out", out];
        let output = lockstep(folder.path(), &arguments).output().unwrap();
        let said = complaint(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(wanted), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    let kept = fs::read_to_string(folder.path().join("earlier.toml"));
    assert_eq!(kept.unwrap(), "earlier");
}
