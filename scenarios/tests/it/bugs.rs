//! The planted bugs fit the tree: one that no longer applies would quietly stop being hunted.

use std::path::Path;

use scenarios::power::catalogue;

/// As many as the catalogue has at least.
const LEAST: usize = 45;

#[test]
fn every_planted_bug_says_what_it_is_and_applies_to_the_tree() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let bugs = catalogue(&root.join("scenarios/bugs")).unwrap();
    assert!(bugs.len() >= LEAST, "only {} planted bugs", bugs.len());
    for bug in &bugs {
        let files = bug.applied(root).unwrap_or_else(|error| panic!("{error}"));
        for (path, _) in files {
            let is_theirs = path.starts_with("sync-core/src") || path.starts_with("sync-hub/src");
            assert!(is_theirs, "{} changes {}", bug.name, path.display());
        }
        let sentences = bug.sentence.ends_with('.') && !bug.sentence.contains(". ");
        assert!(sentences, "{}: one sentence: {}", bug.name, bug.sentence);
    }
}
