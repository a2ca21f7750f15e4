//! The arrows of ARCHITECTURE.md, held against what the manifests really say.

#![expect(
    clippy::panic,
    reason = "a test says by a panic what it could not read"
)]

use std::{collections::BTreeSet, fs, path::Path};

/// For each member, the members it may depend on to build. What is absent is the point: no mock
/// knows sync-core, sync-core knows no mock, and so no wire type can be shared by accident.
const ARROWS: &[(&str, &[&str])] = &[
    ("seams", &[]),
    ("mock-kit", &["seams"]),
    ("mock-jerky-api", &["mock-kit", "seams"]),
    ("mock-polish-api", &["mock-kit", "seams"]),
    ("sync-core", &["seams"]),
    ("sync-hub", &["seams", "sync-core"]),
    (
        "scenarios",
        &[
            "mock-jerky-api",
            "mock-kit",
            "mock-polish-api",
            "seams",
            "sync-core",
            "sync-hub",
        ],
    ),
];

#[test]
fn members_depend_on_each_other_along_the_arrows_only() {
    for (member, allowed) in ARROWS {
        let found = members_named_in(&manifest(member), "dependencies");
        let allowed: BTreeSet<_> = allowed.iter().map(|name| (*name).to_owned()).collect();
        let extra: Vec<_> = found.difference(&allowed).collect();
        assert!(
            extra.is_empty(),
            "{member} must not depend on {extra:?}: see ARCHITECTURE.md"
        );
    }
}

#[test]
fn a_mock_and_sync_core_do_not_meet_even_in_their_tests() {
    for (one, others) in [
        (
            "sync-core",
            ["mock-kit", "mock-jerky-api", "mock-polish-api"].as_slice(),
        ),
        ("mock-kit", &["sync-core", "sync-hub"]),
        ("mock-jerky-api", &["sync-core", "sync-hub"]),
        ("mock-polish-api", &["sync-core", "sync-hub"]),
    ] {
        let found = members_named_in(&manifest(one), "dev-dependencies");
        for other in others {
            assert!(
                !found.contains(*other),
                "{one} tests itself against {other}"
            );
        }
    }
}

#[test]
fn every_member_takes_versions_and_lints_from_the_workspace() {
    for member in ARROWS
        .iter()
        .map(|(name, _)| *name)
        .chain(["tests", "benches"])
    {
        let manifest = manifest(member);
        let lints = manifest
            .get("lints")
            .and_then(|lints| lints.get("workspace"));
        assert_eq!(
            lints,
            Some(&toml::Value::Boolean(true)),
            "{member} has lints of its own"
        );
        for table in ["dependencies", "dev-dependencies"] {
            for (name, entry) in manifest
                .get(table)
                .and_then(toml::Value::as_table)
                .into_iter()
                .flatten()
            {
                let inherited = entry.get("workspace") == Some(&toml::Value::Boolean(true));
                assert!(
                    inherited,
                    "{member} pins {name} itself: put it in the workspace's table"
                );
            }
        }
    }
}

fn manifest(member: &str) -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(member)
        .join("Cargo.toml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    text.parse()
        .unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

fn members_named_in(manifest: &toml::Table, table: &str) -> BTreeSet<String> {
    let members: BTreeSet<_> = ARROWS.iter().map(|(name, _)| *name).collect();
    let entries = manifest.get(table).and_then(toml::Value::as_table);
    let names = entries.into_iter().flat_map(toml::Table::keys);
    names
        .filter(|name| members.contains(name.as_str()))
        .cloned()
        .collect()
}
