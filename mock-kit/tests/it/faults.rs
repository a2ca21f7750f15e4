//! Each fault of the wire, of HTTP, of meaning and of the clock: that it strikes, and that what it
//! was not aimed at goes on as ever. Bad data is tried beside each kind's own source.

use axum::body::Body;
use mock_kit::Cut;
use serde_json::json;

use crate::world::{World, pass, request};

const NOTE: &str = r#"{"sku": "A", "quantity": 3}"#;

#[tokio::test(start_paused = true)]
async fn latency_delays_the_request_or_its_reply() {
    for (phase, notes_meanwhile) in [("before_apply", 0), ("reply", 1)] {
        let rule = json!({
            "kind": "latency", "ms": 700, "operation": "add_note", "phase": phase, "nth": 1
        });
        let world = World::struck_by(rule);
        let (answer, notes) = tokio::join!(world.add("k", NOTE), async {
            pass(699).await;
            world.notes()
        });
        assert_eq!(
            (answer.status.as_u16(), notes, world.ms()),
            (201, notes_meanwhile, 700)
        );
        world.add("l", NOTE).await;
        world.get("/notes").await;
        assert_eq!(world.ms(), 700);
        assert_eq!(world.report(), [format!("latency add_note {phase} 1")]);
    }
}

#[tokio::test(start_paused = true)]
async fn jitter_keeps_latency_within_its_bounds_and_varies_it() {
    let world = World::struck_by(json!({"kind": "latency", "ms": 100, "jitter_ms": 50}));
    let mut delays = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let before = world.ms();
        world.get("/notes").await;
        delays.insert(world.ms() - before);
    }
    assert!(
        delays.iter().all(|delay| (50..=150).contains(delay)),
        "{delays:?}"
    );
    assert!(delays.len() > 5, "{delays:?}");
}

#[tokio::test(start_paused = true)]
async fn a_time_out_is_silence_and_then_a_dropped_connection() {
    for (phase, notes) in [("before_apply", 0), ("applied_reply_lost", 1)] {
        let rule = json!({"kind": "time_out", "hold_ms": 9000, "phase": phase, "nth": 1});
        let world = World::struck_by(rule);
        assert_eq!(world.add("k", NOTE).await.cut, Some(Cut::NoReply));
        assert_eq!((world.ms(), world.notes()), (9000, notes));
        assert_eq!(world.add("k", NOTE).await.cut, None);
        assert_eq!(world.notes(), 1);
        assert_eq!(world.report(), [format!("time_out add_note {phase} 1")]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reset_says_whether_the_request_was_applied() {
    for (phase, notes) in [
        ("before_apply", 0),
        ("applied_reply_lost", 1),
        ("mid_body", 1),
    ] {
        let world = World::struck_by(json!({"kind": "reset", "phase": phase, "nth": 1}));
        let answer = world.add("k", NOTE).await;
        assert!(answer.cut.is_some(), "{phase}");
        assert_eq!(
            matches!(answer.cut, Some(Cut::MidBody { .. })),
            phase == "mid_body"
        );
        assert_eq!(world.notes(), notes);
        assert_eq!(world.get("/notes").await.cut, None);
        assert_eq!(world.report(), [format!("reset add_note {phase} 1")]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_leaves_the_write_applied_and_its_key_answered() {
    let world = World::struck_by(json!({"kind": "reply_lost", "operation": "add_note", "nth": 1}));
    assert_eq!(world.add("k", NOTE).await.cut, Some(Cut::NoReply));
    assert_eq!(world.notes(), 1);
    let again = world.add("k", NOTE).await;
    assert_eq!(
        (&again.cut, again.header("idempotent-replayed")),
        (&None, Some("true"))
    );
    assert_eq!(world.notes(), 1);
    assert_eq!(world.report(), ["reply_lost add_note applied_reply_lost 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_error_comes_before_the_write_or_although_it_was_applied() {
    for (phase, notes) in [("before_apply", 0), ("applied_reply_lost", 1)] {
        let rule = json!({"kind": "server_error", "status": 502, "phase": phase, "nth": 1});
        let world = World::struck_by(rule);
        let failed = world.add("k", NOTE).await;
        assert_eq!((failed.status.as_u16(), &failed.cut), (502, &None));
        assert_eq!(
            failed.json(),
            json!({"toy_error": "Failed { status: 502 }"})
        );
        assert_eq!(world.notes(), notes);
        assert_eq!(world.add("k", NOTE).await.status, 201);
        assert_eq!(world.notes(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_comes_in_every_form() {
    let forms = [
        ("seconds", Some("5")),
        ("date", Some("Mon, 02 Nov 2026 00:00:05 GMT")),
        ("missing", None),
    ];
    for (form, expected) in forms {
        let world = World::struck_by(json!({"kind": "server_error", "retry_after": form}));
        let failed = world.get("/notes").await;
        assert_eq!(
            (failed.status.as_u16(), failed.header("retry-after")),
            (503, expected)
        );
    }
    let world = World::struck_by(json!({"kind": "server_error", "retry_after": "absurd"}));
    let mut nonsense = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let value = world
            .get("/notes")
            .await
            .header("retry-after")
            .unwrap()
            .to_owned();
        assert!(value.parse::<u32>().is_err(), "{value}");
        nonsense.insert(value);
    }
    assert!(nonsense.len() > 2, "{nonsense:?}");
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_storm_refuses_whom_it_strikes_and_uses_up_nothing() {
    let world = World::struck_by(json!({"kind": "rate_limit_storm", "limit": 2}));
    for _ in 0..2 {
        let refused = world.get("/notes").await;
        assert_eq!(refused.status, 429);
        assert_eq!(refused.header("retry-after"), Some("2"));
        assert_eq!(refused.header("ratelimit"), Some("\"default\";r=0;t=1"));
    }
    let after = world.get("/notes").await;
    assert_eq!(after.header("ratelimit"), Some("\"default\";r=999;t=1"));
    assert_eq!(
        world.report(),
        ["rate_limit_storm list_notes before_apply 2"]
    );
    let dated = World::struck_by(json!({"kind": "rate_limit_storm", "retry_after": "date"}));
    let refused = dated.get("/notes").await;
    assert_eq!(
        refused.header("retry-after"),
        Some("Mon, 02 Nov 2026 00:00:02 GMT")
    );
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_storm_passes_by_what_is_not_limited() {
    let world = World::struck_by(json!({"kind": "rate_limit_storm", "client": "any"}));
    assert_eq!(world.get("/open").await.status, 200);
    assert_eq!(world.report(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn part_of_a_batch_fails_unapplied_and_the_rest_is_applied() {
    let world = World::struck_by(json!({"kind": "partial_batch", "status": 500, "nth": 1}));
    let ten = format!("[{}]", [NOTE; 10].join(","));
    let batch = || {
        let batch = request("POST", "/notes/batch", "hub");
        batch
            .header("content-type", "application/json")
            .body(Body::from(ten.clone()))
            .unwrap()
    };
    let statuses = world.send(batch()).await.json();
    let failed = statuses
        .as_array()
        .unwrap()
        .iter()
        .filter(|status| **status == 500)
        .count();
    assert!((1..10).contains(&failed), "{statuses}");
    assert_eq!(world.notes(), 10 - failed);
    let statuses = world.send(batch()).await.json();
    assert_eq!(statuses, json!(vec![201; 10]));
    assert_eq!(world.report(), ["partial_batch add_batch before_apply 1"]);
}

#[tokio::test(start_paused = true)]
async fn at_least_one_item_of_a_struck_batch_fails() {
    let world = World::struck_by(json!({"kind": "partial_batch", "share": 0.0}));
    let batch = request("POST", "/notes/batch", "hub").header("content-type", "application/json");
    let answer = world
        .send(batch.body(Body::from(format!("[{NOTE}]"))).unwrap())
        .await;
    assert_eq!(answer.json(), json!([503]));
}

#[tokio::test(start_paused = true)]
async fn a_revoked_token_is_refused_from_then_on_and_others_are_not() {
    let world = World::struck_by(json!({"kind": "token_revoked", "nth": 2}));
    let statuses = [
        world.get("/notes").await.status.as_u16(),
        world.get("/notes").await.status.as_u16(),
        world.get("/notes").await.status.as_u16(),
    ];
    assert_eq!(statuses, [200, 401, 401]);
    let staff = request("GET", "/notes", "staff")
        .body(Body::empty())
        .unwrap();
    assert_eq!(world.send(staff).await.status, 200);
    assert_eq!(world.report(), ["token_revoked list_notes before_apply 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_request_without_a_credential_has_none_to_revoke() {
    let world = World::struck_by(json!({"kind": "token_revoked", "client": "any", "limit": 1}));
    assert_eq!(world.get("/open").await.status, 200);
    assert_eq!(world.report(), [""; 0]);
    assert_eq!(world.get("/notes").await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn a_page_comes_again_or_is_left_out() {
    for (kind, second) in [
        ("page_repeated", json!([1, 2])),
        ("page_skipped", json!([5, 6])),
    ] {
        let world = World::struck_by(json!({"kind": kind, "limit": 1}));
        for quantity in 0..6 {
            world.note(quantity);
        }
        let mut pages = Vec::new();
        for page in [0, 1, 1] {
            let notes = world.get(&format!("/notes?page={page}")).await.json();
            let ids = notes
                .as_array()
                .unwrap()
                .iter()
                .map(|note| note["id"].clone());
            pages.push(serde_json::Value::from_iter(ids));
        }
        assert_eq!(pages, [json!([1, 2]), second, json!([3, 4])], "{kind}");
        assert_eq!(world.report(), [format!("{kind} list_notes reply 1")]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_semantic_fault_that_no_handler_plays_is_no_strike() {
    let world = World::struck_by(json!({"kind": "page_repeated", "limit": 1}));
    world.note(1);
    assert_eq!(world.get("/notes/1").await.status, 200);
    assert_eq!(world.report(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_stale_read_serves_what_was_true_before() {
    let rule =
        json!({"kind": "stale_read", "age_ms": 1000, "operation": "count_note", "at": [3, 4]});
    let world = World::struck_by(rule);
    let mut counts = Vec::new();
    for _ in 0..5 {
        counts.push(world.get("/notes/1/count").await.json());
        world.note(1);
        pass(600).await;
    }
    // The third is served what was first said 1200 ms before, the fourth what was said 1200 ms before.
    assert_eq!(counts, [0, 1, 0, 1, 4]);
    assert_eq!(world.report(), ["stale_read count_note reply 2"]);
}

#[tokio::test(start_paused = true)]
async fn a_stale_read_of_what_did_not_change_or_was_never_read_is_no_strike() {
    let world = World::struck_by(json!({"kind": "stale_read"}));
    world.get("/notes/1/count").await;
    pass(1000).await;
    world.get("/notes/1/count").await;
    world.note(1);
    assert_eq!(world.get("/notes/2/count").await.json(), 1);
    assert_eq!(world.report(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_skewed_clock_is_off_while_its_rule_lasts() {
    let world = World::struck_by(json!({
        "kind": "clock_skew", "offset_ms": -90_000, "from": 1000, "until": 2000, "client": "any"
    }));
    let (mut times, mut dates) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let answer = world.get("/open").await;
        dates.push(answer.headers["date"].clone());
        times.push(String::from_utf8(answer.body.to_vec()).unwrap());
        pass(1000).await;
    }
    let expected = [
        "2026-11-02T00:00:00Z",
        "2026-11-01T23:58:31Z",
        "2026-11-02T00:00:02Z",
    ];
    assert_eq!(times, expected);
    let expected = [
        "Mon, 02 Nov 2026 00:00:00 GMT",
        "Sun, 01 Nov 2026 23:58:31 GMT",
        "Mon, 02 Nov 2026 00:00:02 GMT",
    ];
    assert_eq!(dates, expected);
    assert_eq!(world.report(), ["clock_skew open reply 1"]);
}

#[tokio::test(start_paused = true)]
async fn bad_data_strikes_successful_json_replies_only() {
    let rule =
        json!({"kind": "negative_quantity", "client": "any", "operation": ["get_note", "open"]});
    let world = World::struck_by(rule);
    world.note(3);
    assert_eq!(world.get("/notes/1").await.json()["quantity"], -3);
    assert_eq!(world.get("/notes/9").await.status, 404);
    assert_eq!(world.get("/open").await.status, 200);
    assert_eq!(world.report(), ["negative_quantity get_note reply 1"]);
}

#[tokio::test(start_paused = true)]
async fn an_altered_body_gets_a_length_of_its_own() {
    let world = World::struck_by(json!({"kind": "oversize_string", "length": 50}));
    world.note(3);
    let answer = world.get("/notes/1").await;
    assert!(answer.body.len() > 50);
    let length = answer.body.len().to_string();
    assert_eq!(answer.header("content-length"), Some(length.as_str()));
}

#[tokio::test(start_paused = true)]
async fn several_faults_strike_one_request_in_the_order_of_their_rules() {
    let world = World::struck_by(json!({"kind": "latency", "ms": 10}));
    world.strike(json!({"kind": "server_error", "limit": 1}));
    world.strike(json!({"kind": "reset", "limit": 1}));
    let failed = world.get("/notes").await;
    assert_eq!((failed.status.as_u16(), world.ms()), (503, 10));
    // The reset had no turn, so its one strike is still to come.
    assert_eq!(world.get("/notes").await.cut, Some(Cut::Reset));
    assert_eq!(world.get("/notes").await.status, 200);
}
