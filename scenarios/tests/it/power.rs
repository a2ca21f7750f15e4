//! What is said of the harness's power is what was measured.

use std::{fs, path::Path};

use scenarios::power::{Made, Results, Worlds, catalogue, page};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn committed() -> (String, Made) {
    let page = fs::read_to_string(root().join("docs/power.md")).unwrap();
    let made = Made::read(&page);
    assert!(made.is_some(), "docs/power.md does not say how it was made");
    (page, made.unwrap())
}

/// Which sources the page is of, and so which rows it marks as older, it says itself: a change of the
/// sources makes it no other page.
#[test]
fn the_page_is_what_was_measured() {
    let (written, made) = committed();
    let bugs = catalogue(&root().join("scenarios/bugs")).unwrap();
    let measured = root().join("scenarios/bugs/measured");
    let results = Results::open(measured, made.sources, made.worlds).unwrap();
    let again = page(&bugs, &results, made).expect("nothing was measured as the page says");
    let lines = || written.lines().zip(again.lines());
    let other = lines().find(|(written, again)| written != again);
    assert!(
        written == again,
        "docs/power.md is not what scenarios/bugs/measured says; \
         `cargo run --release -p scenarios --bin power -- --page` makes it anew: {other:#?}"
    );
}

/// Results in other numbers of worlds are void: `--resume` would measure every bug again.
#[test]
fn what_was_measured_is_what_the_manual_and_the_command_measure() {
    let (_, made) = committed();
    assert_eq!(made.worlds, Worlds::default());
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let readme = readme.split_whitespace().collect::<Vec<_>>().join(" ");
    let Worlds { swarm, plain, most } = Worlds::default();
    for said in [
        format!("`--seeds` worlds (default {swarm})"),
        format!("`--plain` ({plain})"),
        format!("`--most` worlds with swarm ({most})"),
    ] {
        assert!(readme.contains(&said), "the README does not say: {said}");
    }
}
