//! `lockstep hunt` and `lockstep shrink` as processes: what they find and share out. What they tell,
//! what they refuse, and how they are interrupted is in files of their own.

mod interrupted;
mod refused;
mod told;

use std::{fs, path::Path};

use serde_json::Value;

use crate::{complaint, lockstep};

/// The seed whose record is falsified on purpose.
const CANARY: &str = "3405691582";

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_canary_surfaces_in_every_report_and_as_a_small_case_that_fails_alike() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "hunt", "--first", CANARY, "--seeds", "1", "--out", "found", "--json", "h.json", "--junit",
        "h.xml", "--html", "h.html",
    ];
    let output = lockstep(folder.path(), &arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", complaint(&output));
    let at_once = format!("seed {CANARY} breaks S1 conservation");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(&at_once), "{said}");
    let document = json(&folder.path().join("h.json"));
    let violation = &document["violations"][0];
    assert_eq!(violation["invariant"], "S1 conservation");
    assert_eq!(
        (&violation["steps"], &violation["faults"]),
        (&1.into(), &0.into())
    );
    for (file, wanted) in [("h.xml", "<failure"), ("h.html", "conservation")] {
        let text = fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(text.contains(wanted), "{file} does not tell");
    }
    let file = violation["file"].as_str().unwrap();
    let text = fs::read_to_string(folder.path().join(file)).unwrap();
    assert!(
        text.starts_with("# Breaks S1 conservation. Found with seed 3405691582"),
        "{text}"
    );
    for (verb, code) in [("replay", 1), ("run", 1)] {
        let again = lockstep(folder.path(), &[verb, file]).output().unwrap();
        assert_eq!(again.status.code(), Some(code), "{verb}");
        let said = String::from_utf8_lossy(&again.stdout).into_owned();
        assert!(said.contains("S1 conservation: violated"), "{said}");
    }
}

#[test]
fn a_case_made_small_is_no_larger_and_fails_by_the_same_invariant() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("day.toml");
    let text = "name = \"day\"\ntitle = \"A day\"\nwhy = \"A test\"\nseed = 3405691582\n\
                [world]\nduration = \"20m\"\n[traffic]\ntempo = 10.0\n\
                [[fault]]\nkind = \"latency\"\nchance = 0.2\n";
    fs::write(&file, text).unwrap();
    let shrink = ["shrink", "day.toml", "--invariant", "S1"];
    let output = lockstep(folder.path(), &shrink).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", complaint(&output));
    let small = fs::read_to_string(folder.path().join("day.small.toml")).unwrap();
    // One count, which shows that a movement was booked twice, and nothing else.
    assert_eq!(small.matches("[[step]]").count(), 1, "{small}");
    assert!(!small.contains("[[fault]]"), "{small}");
    for least in ["items = 1", "listings = 1", "lots = 1"] {
        assert!(small.contains(least), "{least} is missing: {small}");
    }
    let check = |file: &str| {
        let arguments = ["shrink", "--check", "--invariant", "S1", file];
        let output = lockstep(folder.path(), &arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code(), said)
    };
    let (code, said) = check("day.small.toml");
    assert!(code == Some(0) && said.contains("is minimal"), "{said}");
    let idle = "\n[[fault]]\nkind = \"latency\"\nchance = 0.2\n";
    fs::write(folder.path().join("more.toml"), format!("{small}{idle}")).unwrap();
    let (code, said) = check("more.toml");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("without fault 1 (latency)"), "{said}");
    let (without, _) = small.split_once("[[step]]").unwrap();
    fs::write(folder.path().join("none.toml"), without).unwrap();
    let nothing = ["shrink", "none.toml", "--invariant", "S1"];
    let output = lockstep(folder.path(), &nothing).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "the last step can go");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("none.toml does not break S1 conservation;"),
        "{said}"
    );
    let again = lockstep(folder.path(), &["run", "day.small.toml"])
        .output()
        .unwrap();
    assert_eq!(again.status.code(), Some(1));
}

#[test]
fn a_case_is_made_small_again_for_what_it_was_found_for() {
    let folder = tempfile::tempdir().unwrap();
    let hunt = ["hunt", "--first", CANARY, "--seeds", "1", "--out", "."];
    lockstep(folder.path(), &hunt).output().unwrap();
    let file = format!("s1-seed-{CANARY}.toml");
    let checked = |arguments: &[&str]| {
        let check = [&["shrink", "--check", &file], arguments].concat();
        let output = lockstep(folder.path(), &check).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let mut misspelt = lockstep(
        folder.path(),
        &["shrink", &file, "--invariant", "conservaton"],
    );
    let said = complaint(&misspelt.output().unwrap());
    let expected = "no invariant is called `conservaton`\n  did you mean conservation";
    assert!(said.contains(expected), "{said}");
    for asked in ["S1", "conservation", "s1 Conservation"] {
        let said = checked(&["--invariant", asked]);
        assert!(said.contains("S1 conservation needs"), "{asked}: {said}");
    }
    assert!(checked(&[]).contains("S1 conservation needs"));
    // S2 is broken as well, and comes later.
    let path = folder.path().join(&file);
    let text = fs::read_to_string(&path).unwrap();
    let (found, other) = (
        "invariant = \"S1 conservation\"",
        "invariant = \"S2 lots_sum_to_item\"",
    );
    assert!(text.contains(found));
    fs::write(&path, text.replace(found, other)).unwrap();
    let said = checked(&[]);
    assert!(
        said.contains("S2 lots_sum_to_item is broken without"),
        "{said}"
    );
}

#[test]
fn what_is_not_played_as_asked_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let text = "name = \"day\"\ntitle = \"A day\"\nwhy = \"A test\"\nseed = 5\n[found]\n\
                version = \"0.0.9\"\nformat = 1\ninvariant = \"S1 conservation\"\n\
                [world]\nduration = \"2m\"\nitems = 2\n";
    fs::write(folder.path().join("day.toml"), text).unwrap();
    let said =
        |arguments: &[&str]| complaint(&lockstep(folder.path(), arguments).output().unwrap());
    for verb in ["run", "replay"] {
        let said = said(&[verb, "day.toml"]);
        assert!(
            said.contains("day.toml was written by lockstep 0.0.9"),
            "{said}"
        );
    }
    let told = said(&["replay", "day.toml", "--seed", "9"]);
    assert!(told.contains("pins seed 5"), "{told}");
    let told = said(&["replay", "day.toml", "--seed", "5"]);
    assert!(!told.contains("pins seed"), "{told}");
}

#[test]
fn four_shares_cover_what_the_whole_covers() {
    let folder = tempfile::tempdir().unwrap();
    let covered = |shard: &str| {
        let arguments = [
            "hunt", "--seeds", "8", "--first", "75", "--shard", shard, "--json", "h.json",
        ];
        let output = lockstep(folder.path(), &arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", complaint(&output));
        let document = json(&folder.path().join("h.json"));
        let mut cells = std::collections::BTreeMap::new();
        for row in document["coverage"].as_array().unwrap() {
            let cell = format!("{} {} {}", row["fault"], row["operation"], row["phase"]);
            cells.insert(cell, row["count"].as_u64().unwrap());
        }
        let number = |key: &str| document[key].as_u64().unwrap();
        (number("requests"), number("twice"), cells)
    };
    let whole = covered("1/1");
    let mut sum = (0, 0, std::collections::BTreeMap::new());
    let mut twice = Vec::new();
    for shard in ["1/4", "2/4", "3/4", "4/4"] {
        let (requests, again, cells) = covered(shard);
        sum.0 += requests;
        sum.1 += again;
        twice.push(again);
        for (cell, count) in cells {
            *sum.2.entry(cell).or_insert(0) += count;
        }
    }
    assert_eq!(sum, whole);
    // The first world of all, and in the other shares whichever the seed says.
    assert_eq!(twice, [1, 1, 0, 1]);
}

#[test]
fn a_plan_of_another_format_is_refused_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let text = "name = \"old\"\ntitle = \"Old\"\nwhy = \"A test\"\nseed = 7\n\
                [found]\nversion = \"9.9.9\"\nformat = 99\ninvariant = \"S6 exactly_once\"\n";
    fs::write(folder.path().join("old.toml"), text).unwrap();
    for verb in ["run", "replay", "shrink"] {
        let output = lockstep(folder.path(), &[verb, "old.toml"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{verb}");
        let said = complaint(&output);
        for part in ["format 99", "9.9.9", "hunt seed 7 again"] {
            assert!(said.contains(part), "{part} is missing: {said}");
        }
    }
}
