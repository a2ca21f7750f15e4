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
        error: None,
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

#[test]
fn continuous_integration_gets_a_case_for_each_run() {
    let mut again = failed();
    again.seed = 8;
    let mut unseen = run("recall", Verdict::Unknown);
    unseen
        .unmet
        .push("at least 3 recalls, and there were 0".to_owned());
    let mut broken_off = Run::failed("reply-lost", 9, "it panicked: out of range".to_owned());
    broken_off.word = "mine/reply-lost.toml".to_owned();
    let passed = run("quiet-day", Verdict::Pass);
    let runs = [passed, failed(), again, unseen, broken_off];
    insta::assert_snapshot!(junit::of_runs(&runs).unwrap());
}

#[test]
fn continuous_integration_gets_a_case_for_each_violation_of_a_hunt() {
    let caught = [Caught {
        seed: 4711,
        invariant: "S3 no_oversell".to_owned(),
        evidence: "order ORD-000017: expected 0, found -1".to_owned(),
        again: "lockstep replay found/4711.toml --trace".to_owned(),
    }];
    let unjudged = [Unjudged {
        invariant: "S7 order_free".to_owned(),
        worlds: 12,
        reason: "nothing came in a second order".to_owned(),
        seed: 77,
    }];
    let campaign = junit::Campaign {
        worlds: 20_000,
        wall_ms: 61_250,
        caught: &caught,
        unjudged: &unjudged,
        missed: &["fault reset".to_owned()],
    };
    insta::assert_snapshot!(junit::of_campaign(&campaign).unwrap());
}

#[test]
fn a_run_that_was_broken_off_is_told_with_its_reason() {
    let broken_off = Run::failed("reply-lost", 9, "it panicked: out of range".to_owned());
    let said = summary(&[run("quiet-day", Verdict::Pass), broken_off], 1624);
    for part in [
        "reply-lost (seed 9): error",
        "not played to its end: it panicked: out of range",
        "2 runs: 1 pass, 0 fail, 0 unknown, 1 error",
    ] {
        assert!(said.contains(part), "{part} is missing: {said}");
    }
}

#[test]
fn worlds_that_end_in_another_order_leave_the_same_report() {
    let world = |seed: u64| Unjudged {
        invariant: "S7 order_free".to_owned(),
        worlds: 1,
        reason: format!("why {seed}"),
        seed,
    };
    for order in [[3, 5, 9], [9, 3, 5], [5, 9, 3]] {
        let mut sum = world(order[0]);
        order[1..].iter().for_each(|seed| sum.join(&world(*seed)));
        assert_eq!((sum.worlds, sum.seed, sum.reason.as_str()), (3, 3, "why 3"));
    }
}

#[test]
fn bad_data_in_the_evidence_leaves_the_report_well_formed() {
    let mut failed = failed();
    failed.scenario = "a<b>\u{1}".to_owned();
    failed.invariants[1].evidence = vec!["\u{0}\u{8}<x a='\"'>]]>&\u{ffff}".to_owned()];
    let text = junit::of_runs(&[failed]).unwrap();
    assert!(!text.contains("<x") && !text.contains("]]>"), "{text}");
    assert!(text.contains("&lt;x"), "{text}");
    let is_char = |c: char| c == '\n' || (' '..'\u{fffe}').contains(&c);
    assert!(text.chars().all(is_char), "{text:?}");
    let mut reader = quick_xml::Reader::from_str(&text);
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => break,
            event => drop(event),
        }
    }
}
