//! A whole world, twice: one seed gives one trace.

use std::collections::BTreeSet;

use super::*;
use crate::{
    command::known,
    plan::Plan,
    report::Run,
    scenario::{Scenario, Span, Traffic, find, parse},
    sim::tape::Entry,
};

/// A scenario cut down to what a test can wait for.
fn short(name: &str) -> Scenario {
    let mut scenario = find(name).unwrap().scenario(&known()).unwrap();
    scenario.world.duration = Span::from_mins(40);
    scenario.world.items = 8;
    scenario.world.listings = 8;
    scenario.traffic = Some(Traffic {
        orders: 60.0,
        ..scenario.rates()
    });
    scenario
}

/// The plan of a small world with this fault in it, told as in a file.
pub(super) fn plan_with(fault: &str) -> Plan {
    let text = format!(
        "name = \"x\"\ntitle = \"t\"\nwhy = \"w\"\n[world]\nitems = 2\nlistings = 2\n[[fault]]\n{fault}"
    );
    let scenario = parse("x.toml", &text, &known()).unwrap_or_else(|mistake| panic!("{mistake}"));
    Plan::expand(&scenario, 1)
}

fn run(scenario: &Scenario, seed: u64) -> Run {
    play(&Plan::expand(scenario, seed)).unwrap().run
}

#[test]
fn one_seed_gives_one_trace_with_faults_and_crashes_too() {
    let scenario = short("hub-crash-mid-order");
    let (first, second) = (run(&scenario, 3), run(&scenario, 3));
    assert_eq!(first.trace_hash, second.trace_hash);
    assert_eq!(first.faults, second.faults);
    assert_eq!(first.invariants, second.invariants);
    assert!(first.faults.iter().any(|fault| fault.kind == "hub_crash"));
}

#[test]
fn another_seed_gives_another_trace() {
    let scenario = short("quiet-day");
    assert_ne!(run(&scenario, 1).trace_hash, run(&scenario, 2).trace_hash);
}

#[test]
fn a_quiet_day_holds_every_invariant() {
    let run = run(&short("quiet-day"), 1);
    let broken: Vec<_> = run
        .invariants
        .iter()
        .filter(|finding| finding.status != crate::report::Outcome::Holds)
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(run.orders > 20, "{}", run.orders);
}

#[test]
fn a_fault_that_never_struck_is_a_hole_in_the_run() {
    let mut scenario = short("quiet-day");
    scenario.expect.faults = vec!["reply_lost".to_owned()];
    let run = run(&scenario, 1);
    assert!(
        run.unmet.iter().any(|line| line.contains("reply_lost")),
        "{:?}",
        run.unmet
    );
}

#[test]
fn nobody_follows_a_redirect_to_another_host() {
    let mut scenario = short("quiet-day");
    let rule = serde_json::json!({"kind": "redirect", "chance": 0.3});
    scenario.faults = vec![serde_json::from_value(rule).unwrap()];
    let played = play(&Plan::expand(&scenario, 1)).unwrap();
    let struck = played.run.faults.iter();
    assert!(struck.map(|fault| fault.count).sum::<u64>() > 20);
    let host = |entry: &Entry| entry.to.to_string();
    let hosts: BTreeSet<String> = played.tape.read(|tape| tape.iter().map(host).collect());
    // A request elsewhere would be on the tape, refused or not, with whatever it carried.
    assert!(
        hosts.iter().eq(["hub.test", "jerky.test", "polish.test"]),
        "{hosts:?}"
    );
}

#[test]
fn vendors_that_die_and_disks_that_refuse_break_nothing_and_play_the_same_twice() {
    let mut scenario = short("quiet-day");
    scenario.faults = plan_with(
        "kind = \"vendor_crash\"\nat = \"5m\"\n\
         [[fault]]\nkind = \"vendor_crash\"\nvendor = \"polish\"\nnth_request = 400\nphase = \"applied_reply_lost\"\n\
         [[fault]]\nkind = \"storage_busy\"\nfrom = \"15m\"\nlasts = \"2m\"\n\
         [[fault]]\nkind = \"storage_full\"\nfrom = \"25m\"\nlasts = \"5m\"\n",
    )
    .scenario
    .faults;
    let (first, second) = (run(&scenario, 1), run(&scenario, 1));
    assert_eq!(first.trace_hash, second.trace_hash);
    let kinds: Vec<_> = first.faults.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "storage_busy",
            "storage_full",
            "vendor_crash",
            "vendor_crash"
        ]
    );
    let is_broken = |one: &&crate::report::Finding| one.status != crate::report::Outcome::Holds;
    let broken: Vec<_> = first.invariants.iter().filter(is_broken).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Reservations that live for a second are extended all day.
#[test]
fn a_middleware_that_never_rests_is_broken_off_and_told_so() {
    let mut scenario = short("quiet-day");
    scenario.hub.reservation_ttl = Some(Span::from_secs(1));
    scenario.traffic = Some(Traffic {
        orders: 20.0,
        shipped: 0.0,
        cancelled: 0.0,
        ..Traffic::none()
    });
    let plan = Plan::expand(&scenario, 1);
    let run = play(&plan).unwrap().run;
    assert!(run.virtual_ms > 0);
    let told = run.unmet.iter().any(|unmet| unmet.starts_with("restraint"));
    assert!(told, "{} requests, {:?}", run.requests, run.unmet);
}

#[test]
fn process_faults_are_counted_in_the_phases_that_people_are_told() {
    let plan = plan_with(
        r#"kind = "hub_crash"
        nth_request = 5
        [[fault]]
        kind = "hub_crash"
        nth_commit = 100
        [[fault]]
        kind = "hub_crash"
        at = "5m"
        [[fault]]
        kind = "vendor_crash"
        at = "7m"
        [[fault]]
        kind = "vendor_crash"
        nth_request = 40
        [[fault]]
        kind = "vendor_crash"
        vendor = "polish"
        nth_request = 40
        phase = "applied_reply_lost"
        [[fault]]
        kind = "storage_busy"
        from = "20m"
        lasts = "10m"
        [[fault]]
        kind = "storage_full"
        from = "40m"
        lasts = "10m"
        [[fault]]
        kind = "clock_jump"
        at = "60m"
        lasts = "2m"
        [[fault]]
        kind = "clock_jump"
        seconds = -3600
        at = "70m"
        lasts = "2m""#,
    );
    let counted = play(&plan).unwrap().run.faults;
    for (kind, words) in crate::scenario::PROCESS_KINDS {
        let told = words.lines().find(|line| line.starts_with("  phases"));
        let (_, told) = told.unwrap().split_once(": ").unwrap();
        let told: BTreeSet<&str> = told.split(", ").collect();
        let counted = counted.iter().filter(|count| count.kind == kind);
        let counted: BTreeSet<&str> = counted.map(|count| count.phase.as_str()).collect();
        assert_eq!(counted, told, "{kind}");
    }
}
