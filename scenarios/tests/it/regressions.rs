//! What hunts found and was mended stays mended.

use std::{fs, path::Path};

use crate::lockstep;

#[test]
fn every_regression_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    let mut files: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().display().to_string())
        .filter(|path| path.ends_with(".toml"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "there is none in {}", folder.display());
    let mut arguments = vec!["run"];
    arguments.extend(files.iter().map(String::as_str));
    let output = lockstep(&folder, &arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    let runs = format!("{0} runs: {0} pass", files.len());
    assert!(said.contains(&runs), "{said}");
}
