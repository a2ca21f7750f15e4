//! That a rule strikes exactly where and when it says.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use seams::Keyed;
use serde_json::{Value, json};

use super::{Effect, Faults, Names, Phase, RuleError, Target, faults::FaultCount};
use crate::principal::{Principal, Role};

const START: Timestamp = Timestamp::UNIX_EPOCH;

fn faults(seed: u64) -> Faults {
    let known = ["get_note", "add_note", "note.added"].map(Arc::from);
    let names = Names::new("toy", known, &["hub", "clerk"]);
    Faults::new(names, Keyed::new(seed), START)
}

fn with(rule: Value) -> Faults {
    let faults = faults(1);
    faults.add(serde_json::from_value(rule).unwrap()).unwrap();
    faults
}

/// Whether each of the requests, told by operation, method, path, role and millisecond, is struck.
fn hits(faults: &Faults, requests: &[(&str, &str, &str, Role, i64)]) -> Vec<bool> {
    let hit = |(operation, method, path, role, ms): &(&str, &str, &str, Role, i64)| {
        let principal = Principal::new(role.as_str(), *role);
        let target = Target {
            operation,
            method,
            path,
            principal: Some(&principal),
            now: START + SignedDuration::from_millis(*ms),
        };
        !faults.strike_request(&target).is_empty()
    };
    requests.iter().map(hit).collect()
}

fn ten(faults: &Faults) -> Vec<usize> {
    let ten = [("get_note", "GET", "/notes/1", Role::Middleware, 0); 10];
    let hits = hits(faults, &ten);
    (1..)
        .zip(hits)
        .filter_map(|(number, hit)| hit.then_some(number))
        .collect()
}

#[test]
fn a_rule_strikes_the_middleware_unless_it_says_otherwise() {
    let all = [Role::Middleware, Role::Staff, Role::Storefront]
        .map(|role| ("get_note", "GET", "/notes/1", role, 0));
    assert_eq!(
        hits(&with(json!({"kind": "reset"})), &all),
        [true, false, false]
    );
    let staff = json!({"kind": "reset", "client": "staff"});
    assert_eq!(hits(&with(staff), &all), [false, true, false]);
    let any = json!({"kind": "reset", "client": "any"});
    assert_eq!(hits(&with(any), &all), [true, true, true]);
}

#[test]
fn operation_method_and_path_must_all_fit() {
    let rule = json!({
        "kind": "reset", "operation": "get_note", "method": "get", "path": "/notes/*1"
    });
    let middleware = Role::Middleware;
    let requests = [
        ("get_note", "GET", "/notes/1", middleware, 0),
        ("get_note", "GET", "/notes/x/11", middleware, 0),
        ("add_note", "GET", "/notes/1", middleware, 0),
        ("get_note", "POST", "/notes/1", middleware, 0),
        ("get_note", "GET", "/notes/12", middleware, 0),
        ("get_note", "GET", "/note/1", middleware, 0),
    ];
    assert_eq!(
        hits(&with(rule), &requests),
        [true, true, false, false, false, false]
    );
}

#[test]
fn a_window_begins_with_its_first_moment_and_ends_before_its_last() {
    let rule = json!({"kind": "reset", "from": 100, "until": "1970-01-01T00:00:00.200Z"});
    let requests = [99, 100, 199, 200].map(|ms| ("get_note", "GET", "/", Role::Middleware, ms));
    assert_eq!(hits(&with(rule), &requests), [false, true, true, false]);
}

#[test]
fn requests_are_counted_from_one() {
    assert_eq!(ten(&with(json!({"kind": "reset", "nth": 3}))), [3]);
    assert_eq!(
        ten(&with(json!({"kind": "reset", "at": [1, 10, 4]}))),
        [1, 4, 10]
    );
    assert_eq!(ten(&with(json!({"kind": "reset", "every": 4}))), [4, 8]);
    assert_eq!(
        ten(&with(json!({"kind": "reset", "every": 2, "limit": 2}))),
        [2, 4]
    );
}

#[test]
fn what_lasts_is_not_lifted_with_the_others() {
    let faults = with(json!({"kind": "reset", "nth": 2}));
    let lasting = json!({"kind": "reset", "every": 3, "lasting": true});
    faults
        .add(serde_json::from_value(lasting).unwrap())
        .unwrap();
    assert_eq!(ten(&faults), [2, 3, 6, 9]);
    faults.lift();
    assert_eq!(faults.list().len(), 1);
    assert_eq!(ten(&faults), [2, 5, 8], "and it counts on");
    faults.clear();
    assert_eq!(ten(&faults), [0_usize; 0]);
}

#[test]
fn only_matching_requests_are_counted() {
    let faults = with(json!({"kind": "reset", "operation": "add_note", "nth": 2}));
    let requests = [
        ("add_note", "POST", "/notes", Role::Middleware, 0),
        ("get_note", "GET", "/notes/1", Role::Middleware, 0),
        ("add_note", "POST", "/notes", Role::Staff, 0),
        ("add_note", "POST", "/notes", Role::Middleware, 0),
    ];
    assert_eq!(hits(&faults, &requests), [false, false, false, true]);
}

#[test]
fn a_strike_that_was_given_back_does_not_count_against_the_limit() {
    let faults = with(json!({"kind": "reset", "limit": 1}));
    let principal = Principal::new("hub", Role::Middleware);
    let target = Target {
        operation: "get_note",
        method: "GET",
        path: "/",
        principal: Some(&principal),
        now: START,
    };
    let first = faults.strike_request(&target).pop().unwrap();
    assert!(faults.strike_request(&target).is_empty());
    faults.give_back(&first);
    assert_eq!(faults.strike_request(&target).len(), 1);
    assert_eq!(faults.report(), []);
}

#[test]
fn the_report_counts_by_kind_operation_and_phase() {
    let faults = with(json!({"kind": "reset", "phase": "mid_body"}));
    let principal = Principal::new("hub", Role::Middleware);
    for operation in ["get_note", "add_note", "get_note"] {
        let target = Target {
            operation,
            method: "GET",
            path: "/",
            principal: Some(&principal),
            now: START,
        };
        for strike in faults.strike_request(&target) {
            faults.count(&strike, &operation.into());
        }
    }
    let line = |operation: &str, count| FaultCount {
        kind: "reset".to_owned(),
        operation: operation.to_owned(),
        phase: Phase::MidBody,
        count,
    };
    assert_eq!(faults.report(), [line("add_note", 1), line("get_note", 2)]);
}

#[test]
fn webhook_faults_strike_deliveries_only() {
    let faults = with(json!({"kind": "webhook_lost", "operation": "note.added"}));
    let delivery = Target {
        operation: "note.added",
        method: "",
        path: "http://hub.test/",
        principal: None,
        now: START,
    };
    assert_eq!(faults.strike_delivery(&delivery).len(), 1);
    assert!(faults.strike_request(&delivery).is_empty());
}

#[test]
fn names_the_vendor_does_not_have_are_refused_with_the_nearest() {
    let faults = faults(1);
    let add = |rule: Value| faults.add(serde_json::from_value(rule).unwrap()).map(drop);
    let error = add(json!({"kind": "reset", "operation": "get_notes"})).unwrap_err();
    assert_eq!(
        error.to_string(),
        "toy has no operation or topic \"get_notes\"; did you mean \"get_note\"?"
    );
    let other = add(json!({"kind": "reset", "vendor": "polish"}));
    assert!(matches!(other, Err(RuleError::Vendor { .. })));
    assert_eq!(add(json!({"kind": "reset", "id": "a"})), Ok(()));
    let twice = add(json!({"kind": "latency", "id": "a"}));
    assert_eq!(twice, Err(RuleError::Duplicate("a".to_owned())));
}

#[test]
fn a_client_that_nobody_is_is_refused_with_the_nearest() {
    let add = |client: &str| {
        let rule = json!({"kind": "reset", "client": client});
        faults(1)
            .add(serde_json::from_value(rule).unwrap())
            .map(drop)
    };
    for client in ["middleware", "storefront", "any", "hub", "clerk"] {
        assert_eq!(add(client), Ok(()), "{client}");
    }
    let said = |client| add(client).unwrap_err().to_string();
    assert_eq!(
        said("midleware"),
        "toy has no client \"midleware\"; did you mean \"middleware\"?"
    );
    assert_eq!(
        said("clark"),
        "toy has no client \"clark\"; did you mean \"clerk\"?"
    );
}

#[test]
fn the_clock_is_off_only_within_the_window() {
    let faults = with(json!({"kind": "clock_skew", "offset_ms": 5000, "from": 10, "until": 20}));
    let at = |ms| {
        faults
            .skew_at(START + SignedDuration::from_millis(ms))
            .as_millis()
    };
    assert_eq!([9, 10, 19, 20].map(at), [0, 5000, 5000, 0]);
}

fn delays(faults: &Faults, operations: &[&str]) -> Vec<Option<u128>> {
    let principal = Principal::new("hub", Role::Middleware);
    let delay = |operation: &&str| {
        let target = Target {
            operation,
            method: "GET",
            path: "/",
            principal: Some(&principal),
            now: START,
        };
        let strikes = faults.strike_request(&target);
        strikes
            .iter()
            .find_map(|strike| match (&*strike.rule, &strike.effect) {
                ("slow", Effect::Delay(time)) => Some(time.as_millis()),
                _ => None,
            })
    };
    operations.iter().map(delay).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn another_rule_or_operation_changes_no_decision(
        seed in any::<u64>(), requests in prop::collection::vec(any::<bool>(), 1..40),
    ) {
        let slow = json!({
            "kind": "latency", "id": "slow", "ms": 500, "jitter_ms": 499, "chance": 0.5
        });
        let alone = faults(seed);
        alone.add(serde_json::from_value(slow.clone()).unwrap()).unwrap();
        let beside = faults(seed);
        beside.add(serde_json::from_value(json!({"kind": "latency", "chance": 0.3})).unwrap()).unwrap();
        beside.add(serde_json::from_value(slow).unwrap()).unwrap();

        let gets: Vec<&str> = requests.iter().filter(|get| **get).map(|_| "get_note").collect();
        let mixed: Vec<&str> =
            requests.iter().map(|get| if *get { "get_note" } else { "add_note" }).collect();
        let mixed_delays = delays(&beside, &mixed);
        let of_gets: Vec<_> =
            mixed.iter().zip(mixed_delays).filter(|(name, _)| **name == "get_note").collect();
        let expected = delays(&alone, &gets);
        prop_assert_eq!(of_gets.into_iter().map(|(_, delay)| delay).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_path_is_like_itself_and_like_itself_with_any_part_starred(
        path in "[a-c/]{0,12}", from in 0usize..12, to in 0usize..12,
    ) {
        let (from, to) = (from.min(path.len()), to.min(path.len()));
        let (from, to) = (from.min(to), from.max(to));
        let pattern = format!("{}*{}", &path[..from], &path[to..]);
        let rule = with(json!({"kind": "reset", "path": pattern}));
        prop_assert_eq!(hits(&rule, &[("get_note", "GET", &path, Role::Middleware, 0)]), [true]);
        let exact = with(json!({"kind": "reset", "path": path}));
        let longer = format!("{path}x");
        prop_assert_eq!(hits(&exact, &[("get_note", "GET", &longer, Role::Middleware, 0)]), [false]);
    }
}
