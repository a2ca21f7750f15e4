//! What people and machines get to read.

use super::*;

fn run(scenario: &str, verdict: Verdict) -> Run {
    Run {
        scenario: scenario.to_owned(),
        word: format!("mine/{scenario}.toml"),
        seed: 7,
        verdict,
        trace_hash: "00112233445566ff".to_owned(),
        requests: 12_345,
        orders: 240,
        faults: vec![FaultCount {
            kind: "reply_lost".to_owned(),
            operation: "create_reservation".to_owned(),
            phase: "applied_reply_lost".to_owned(),
            count: 31,
        }],
        virtual_ms: 15_030_250,
        wall_ms: 812,
        invariants: vec![Finding {
            name: "S1 conservation".to_owned(),
            judged: 1,
            status: Outcome::Holds,
            evidence: Vec::new(),
        }],
        unmet: Vec::new(),
    }
}

fn failed() -> Run {
    let mut failed = run("kits-last-unit", Verdict::Fail);
    failed.invariants.push(Finding {
        name: "S3 no_oversell".to_owned(),
        judged: 1,
        status: Outcome::Violated,
        evidence: vec![
            "10:00 order ORD-000017: expected 0, found -1\n    10:00 reserved".to_owned(),
        ],
    });
    failed.invariants.push(Finding {
        name: "L4 lost_webhook_repaired".to_owned(),
        judged: 1,
        status: Outcome::Unknown,
        evidence: vec!["no webhook was lost".to_owned()],
    });
    failed
        .unmet
        .push("fault webhook_lost never struck".to_owned());
    failed
}

#[test]
fn the_table_has_a_row_for_each_run() {
    insta::assert_snapshot!(table(&[run("quiet-day", Verdict::Pass), failed()]));
}

#[test]
fn the_table_of_the_suite_fits_a_terminal_of_eighty_columns() {
    let runs: Vec<Run> = crate::scenario::shipped()
        .iter()
        .map(|file| run(file.name, Verdict::Unknown))
        .collect();
    let widest = table(&runs).lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(80), "{widest:?}");
}

#[test]
fn the_summary_shows_the_evidence_and_how_to_see_it_again() {
    insta::assert_snapshot!(summary(&[run("quiet-day", Verdict::Pass), failed()], 1624));
}

#[test]
fn the_json_has_what_the_design_promises() {
    insta::assert_json_snapshot!(Document {
        version: "0.0.0".to_owned(),
        runs: vec![failed()],
    });
}

#[test]
fn a_run_that_did_not_do_what_it_was_made_for_does_not_pass() {
    let unmet = ["fault webhook_lost never struck".to_owned()];
    assert_eq!(Verdict::over(&[], &unmet), Verdict::Unknown);
    assert_eq!(Verdict::over(&[], &[]), Verdict::Pass);
}

#[test]
fn a_violation_outweighs_what_is_unknown() {
    assert_eq!(Verdict::over(&failed().invariants, &[]), Verdict::Fail);
}
