//! What rules say when they are wrong, and that they survive being written and read.

use proptest::prelude::*;
use serde_json::json;

use super::{FaultRule, about_all, find};

#[test]
fn every_kind_is_read_and_written_under_its_name() {
    for about in about_all() {
        let rule: FaultRule = serde_json::from_value(json!({"kind": about.name})).unwrap();
        let written = serde_json::to_value(&rule).unwrap();
        assert_eq!(written["kind"], about.name);
        let again: FaultRule = serde_json::from_value(written).unwrap();
        assert_eq!(again, rule);
    }
}

#[test]
fn every_kind_says_what_it_is() {
    for about in about_all() {
        for sentence in [about.doc, about.incident] {
            assert!(
                sentence.len() > 20 && sentence.ends_with('.'),
                "{}",
                about.name
            );
        }
        assert!(
            !about.strikes.is_empty() && !about.phases.is_empty(),
            "{}",
            about.name
        );
        assert_eq!(find(about.name), Some(about));
    }
}

#[test]
fn every_field_a_kind_lists_is_one_it_writes() {
    for about in about_all() {
        let rule: FaultRule = serde_json::from_value(json!({"kind": about.name})).unwrap();
        let written = serde_json::to_value(&rule.fault).unwrap();
        let listed: Vec<&str> = about.params.iter().map(|param| param.name).collect();
        let mut fields: Vec<&str> = written
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        fields.retain(|field| *field != "kind");
        assert_eq!(
            fields.len(),
            listed.len(),
            "{}: {fields:?} {listed:?}",
            about.name
        );
        assert!(
            fields.iter().all(|field| listed.contains(field)),
            "{}",
            about.name
        );
    }
}

#[test]
fn a_rule_says_what_was_wrong_and_what_was_meant() {
    let cases = [
        (
            json!({"kind": "latancy"}),
            "\"latancy\" is no fault kind; did you mean",
        ),
        (json!({"ms": 5}), "the rule names no fault kind"),
        (
            json!({"kind": "latency", "mss": 5}),
            "fault latency has no field \"mss\"; did you mean",
        ),
        (
            json!({"kind": "reset", "operatoin": "x"}),
            "did you mean \"operation\"?",
        ),
        (
            json!({"kind": "latency", "ms": "5"}),
            "fault latency: ms: invalid type: string",
        ),
        (
            json!({"kind": "reset", "chance": 1.5}),
            "chance 1.5 is not between 0 and 1",
        ),
        (json!({"kind": "reset", "every": 0}), "count from 1"),
        (json!({"kind": "reset", "limit": 0}), "with 0 it never does"),
        (
            json!({"kind": "reset", "from": 9, "until": 9}),
            "until is not after from",
        ),
        (
            json!({"kind": "reset", "phase": "reply"}),
            "phase reply is not one of: before_apply, ",
        ),
        (
            json!({"kind": "reset", "method": "GRAB"}),
            "method \"GRAB\"",
        ),
        (
            json!({"kind": "reset", "about": "JRK-1"}),
            "`about` names a row, and only bad data",
        ),
        (
            json!({"kind": "refuse", "operation": "x"}),
            "`operation` names a request, and this strikes connections",
        ),
        (
            json!({"kind": "partition", "direction": "from_vendor", "phase": "before_apply"}),
            "phase before_apply is not the one that its own fields settle: applied_reply_lost",
        ),
        (
            json!({"kind": "partition", "direction": "sideways"}),
            "direction: unknown variant `sideways`, expected one of `to_vendor`",
        ),
        (
            json!({"kind": "server_error", "status": 404}),
            "status: 404 is not from 500 to 599",
        ),
        (
            json!({"kind": "false_conflict", "status": 410}),
            "status: 410 is neither 409 nor 412",
        ),
        (
            json!({"kind": "redirect", "status": 303}),
            "status: 303 is not one of 301, 302, 307, 308",
        ),
        (
            json!({"kind": "redirect", "location": "a\nb"}),
            "location: \"a\\nb\" cannot be a header",
        ),
        (
            json!({"kind": "truncated_body", "share": 2}),
            "share: 2 is not between 0 and 1",
        ),
        (
            json!({"kind": "latency", "sigma": 9}),
            "sigma: 9 is not between 0 and 3",
        ),
        (
            json!({"kind": "wrong_length", "by": 0}),
            "by: 0 is not from -65536 to -1 or from 1 to 65536",
        ),
        (
            json!({"kind": "trickle", "bytes": 0}),
            "bytes: 0 is not from 1 to 65536",
        ),
        (
            json!({"kind": "wrong_content_type", "content_type": " "}),
            "content_type: \" \" cannot be a content type",
        ),
        (
            json!({"kind": "reset", "from": "noon"}),
            "from: \"noon\" is neither milliseconds",
        ),
    ];
    for (rule, expected) in cases {
        let error = serde_json::from_value::<FaultRule>(rule)
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn what_holds_for_a_whole_window_has_no_numbers_of_requests() {
    for (field, value) in [
        ("at", json!([2])),
        ("nth", json!(2)),
        ("every", json!(2)),
        ("chance", json!(0.5)),
        ("limit", json!(2)),
    ] {
        let rule = json!({"kind": "clock_skew", "from": 10, "until": 20, field: value});
        let refused = serde_json::from_value::<FaultRule>(rule).unwrap_err();
        let expected = format!(
            "fault clock_skew: `{field}` picks single requests, and this holds from `from` until \
             `until`, whatever is sent meanwhile"
        );
        assert_eq!(refused.to_string(), expected);
    }
    // They say which of the requests served meanwhile are counted.
    let place = json!({"kind": "clock_skew", "operation": "get_note", "client": "any"});
    assert!(serde_json::from_value::<FaultRule>(place).is_ok());
}

#[test]
fn a_number_out_of_its_bounds_is_refused_by_its_field_its_bounds_and_itself() {
    let off = "is not from -2592000000 to -1 or from 1 to 2592000000";
    let day = "is not from 0 to 86400000";
    for (kind, field, value, said) in [
        (
            "oversize_string",
            "length",
            10_000_001,
            "is not from 1 to 10000000",
        ),
        ("oversize_string", "length", 0, "is not from 1 to 10000000"),
        ("webhook_delayed", "ms", 86_400_001, day),
        ("webhook_delayed", "jitter_ms", 86_400_001, day),
        ("webhook_duplicated", "after_ms", 86_400_001, day),
        (
            "webhook_reordered",
            "hold_ms",
            0,
            "is not from 1 to 86400000",
        ),
        ("stale_read", "age_ms", 86_400_001, day),
        ("clock_skew", "offset_ms", 2_592_000_001, off),
        ("clock_skew", "offset_ms", -2_592_000_001_i64, off),
        ("clock_skew", "offset_ms", 0, off),
        ("partial_batch", "status", 399, "is not from 400 to 599"),
        ("partial_batch", "status", 600, "is not from 400 to 599"),
    ] {
        let rule = json!({"kind": kind, field: value});
        let refused = serde_json::from_value::<FaultRule>(rule).unwrap_err();
        let expected = format!("fault {kind}: {field}: {value} {said}");
        assert_eq!(refused.to_string(), expected);
    }
}

#[test]
fn no_field_of_any_kind_takes_whatever_number() {
    for about in about_all() {
        for param in about.params {
            for value in [
                json!(u64::MAX),
                json!(i64::MAX),
                json!(i64::MIN),
                json!(-1e300),
            ] {
                let rule = json!({"kind": about.name, param.name: value});
                let Err(refused) = serde_json::from_value::<FaultRule>(rule) else {
                    panic!("{} takes {} = {value}", about.name, param.name);
                };
                let field = format!("fault {}: {}: ", about.name, param.name);
                assert!(refused.to_string().starts_with(&field), "{refused}");
            }
        }
    }
}

#[test]
fn one_name_and_a_list_of_names_are_both_operations() {
    let one: FaultRule =
        serde_json::from_value(json!({"kind": "reset", "operation": "a"})).unwrap();
    let many: FaultRule =
        serde_json::from_value(json!({"kind": "reset", "operation": ["a", "b"]})).unwrap();
    assert_eq!(one.operations(), ["a"]);
    assert_eq!(many.operations(), ["a", "b"]);
}

#[test]
fn a_rule_without_an_id_gets_one_that_depends_on_itself_alone() {
    let rule = |ms: u64| -> FaultRule {
        serde_json::from_value(json!({"kind": "latency", "ms": ms})).unwrap()
    };
    assert_eq!(rule(5).effective_id(), rule(5).effective_id());
    assert_ne!(rule(5).effective_id(), rule(6).effective_id());
    assert!(rule(5).effective_id().starts_with("latency-"));
}

#[test]
fn a_rule_is_read_from_toml_with_its_times() {
    let text = r#"
        kind = "server_error"
        status = 503
        operation = ["get_note", "add_note"]
        from = 2026-11-02T06:00:00Z
        until = "2026-11-02T07:00:00Z"
        at = [1, 3]
        chance = 1
    "#;
    let rule: FaultRule = toml::from_str(text).unwrap();
    let written = serde_json::to_value(&rule).unwrap();
    assert_eq!(written["from"], "2026-11-02T06:00:00Z");
    assert_eq!(written["until"], "2026-11-02T07:00:00Z");
    let error = toml::from_str::<FaultRule>("kind = \"resett\"")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("did you mean one of [\"reset\", \"refuse\"]?"),
        "{error}"
    );
}

#[test]
fn the_schema_knows_every_kind_and_every_condition() {
    let schema = schemars::schema_for!(FaultRule).to_value();
    let text = schema.to_string();
    for about in about_all() {
        assert!(
            text.contains(&format!("\"const\":\"{}\"", about.name)),
            "{}",
            about.name
        );
    }
    for condition in ["operation", "client", "about", "from", "every", "phase"] {
        assert!(
            schema["properties"].get(condition).is_some(),
            "{condition}: {schema:#}"
        );
    }
    assert_eq!(schema.get("additionalProperties"), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_text_in_place_of_a_kind_or_field_is_more_than_an_error(
        kind in ".{0,20}", field in ".{0,20}", value in ".{0,20}",
    ) {
        let known = find(&kind).is_some();
        let read = serde_json::from_value::<FaultRule>(json!({"kind": kind, field.clone(): value}));
        prop_assert!(read.is_err() || known || field == "kind");
    }
}
