//! Faults of meaning: requests that are applied late or twice, lists that mislead.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use mock_kit::{Cut, bind, serve};
use serde_json::{Value, json};

use crate::world::{World, pass, request};

const NOTE: &str = r#"{"sku": "A", "quantity": 3}"#;

fn late(answer: &str) -> Value {
    json!({
        "kind": "late_apply", "delay_ms": 3000, "hold_ms": 9000, "answer": answer,
        "operation": "add_note", "nth": 1
    })
}

#[tokio::test(start_paused = true)]
async fn a_late_request_is_applied_only_after_its_client_was_turned_away() {
    for (answer, status, cut, at) in [
        ("time_out", 200, Some(Cut::NoReply), 9000),
        ("reset", 200, Some(Cut::NoReply), 0),
        ("server_error", 504, None, 0),
    ] {
        let world = World::struck_by(late(answer));
        let told = world.add("k", NOTE).await;
        assert_eq!(
            (told.status.as_u16(), told.cut, world.ms()),
            (status, cut, at),
            "{answer}"
        );
        let before = if answer == "time_out" { 1 } else { 0 };
        assert_eq!(world.notes(), before, "{answer}");
        pass(2999).await;
        assert_eq!(world.notes(), before, "{answer}");
        pass(2).await;
        assert_eq!(world.notes(), 1, "{answer}");
        assert_eq!(world.add("l", NOTE).await.status, 201);
        assert_eq!(world.notes(), 2);
        assert_eq!(world.report(), ["late_apply add_note applied_reply_lost 1"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_request_comes_with_its_key_and_a_retry_before_it_makes_it_a_repetition() {
    let world = World::struck_by(late("reset"));
    assert_eq!(world.add("k", NOTE).await.cut, Some(Cut::NoReply));
    pass(1000).await;
    assert_eq!(world.add("k", NOTE).await.status, 201);
    pass(5000).await;
    assert_eq!(world.notes(), 1);
    let again = world.add("k", NOTE).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
}

#[tokio::test(start_paused = true)]
async fn a_late_request_comes_with_its_credential_which_may_be_dead_by_then() {
    let world = World::struck_by(late("reset"));
    world.add("k", NOTE).await;
    world
        .mock
        .with(|state, _| state.vendor.revoked.push("hub".to_owned()));
    pass(5000).await;
    assert_eq!(world.notes(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_late_request_is_in_the_journal_when_it_was_sent_and_when_it_came() {
    let world = World::struck_by(late("reset"));
    world.add("k", NOTE).await;
    pass(3001).await;
    let seen = world.mock.with(|state, _| {
        let every = mock_kit::journal::Filter::default();
        let all = state.journal.find(&every);
        all.map(|one| (one.status, one.applied, one.faults.len()))
            .collect::<Vec<_>>()
    });
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(
        seen.contains(&(0, false, 1)) && seen.contains(&(201, true, 0)),
        "{seen:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn reads_are_never_late() {
    let world = World::struck_by(json!({"kind": "late_apply", "limit": 1}));
    assert_eq!(world.get("/notes").await.status, 200);
    assert_eq!(world.report(), [""; 0]);
    assert_eq!(world.add("k", NOTE).await.cut, Some(Cut::NoReply));
}

#[tokio::test]
async fn a_late_request_on_a_real_socket_is_a_closed_connection_and_then_a_note() {
    let world = World::struck_by(json!({
        "kind": "late_apply", "delay_ms": 200, "answer": "reset", "nth": 1
    }));
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(
        listener,
        world.router.clone(),
        std::future::pending(),
    ));
    let send = || async {
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let (mut client, connection) = http1::handshake::<_, Full<Bytes>>(TokioIo::new(stream))
            .await
            .unwrap();
        tokio::spawn(connection);
        let addition = Request::post("/notes")
            .header("host", "toy.test")
            .header("authorization", "hub")
            .header("idempotency-key", "k")
            .header("content-type", "application/json")
            .body(Full::from(NOTE))
            .unwrap();
        client.send_request(addition).await
    };
    assert!(send().await.unwrap_err().is_incomplete_message());
    assert_eq!(world.notes(), 0);
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if world.notes() > 0 {
            break;
        }
    }
    assert_eq!(world.notes(), 1);
    let again = send().await.unwrap();
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    assert_eq!(again.collect().await.unwrap().to_bytes().len(), 31);
}

#[tokio::test(start_paused = true)]
async fn an_ignored_key_lets_a_repeated_write_through_once_more() {
    let rule = json!({"kind": "idempotency_key_ignored", "limit": 1});
    let world = World::struck_by(rule);
    assert_eq!(world.add("k", NOTE).await.status, 201);
    assert_eq!(world.report(), [""; 0]);
    world.get("/notes").await;
    let anew = world.add("k", NOTE).await;
    assert_eq!(
        (anew.status.as_u16(), anew.header("idempotent-replayed")),
        (201, None)
    );
    assert_eq!(world.notes(), 2);
    let again = world.add("k", NOTE).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(world.notes(), 2);
    assert_eq!(
        world.report(),
        ["idempotency_key_ignored add_note before_apply 1"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_looping_page_says_that_it_follows_itself_and_an_empty_one_does_not() {
    let world = World::struck_by(json!({"kind": "page_looping", "at": [2, 3]}));
    (0..4).for_each(|_| world.note(1));
    let mut next = Vec::new();
    for page in ["0", "1", "9", "1"] {
        let answer = world.get(&format!("/notes?page={page}")).await;
        next.push(answer.header("next-page").unwrap().to_owned());
    }
    assert_eq!(next, ["1", "1", "10", "2"]);
    assert_eq!(world.report(), ["page_looping list_notes reply 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_fresh_cursor_is_refused_as_expired_and_the_beginning_is_not() {
    let world = World::struck_by(json!({"kind": "cursor_expired", "limit": 1}));
    world.note(1);
    assert_eq!(world.get("/notes").await.status, 200);
    assert_eq!(world.get("/notes?page=1").await.status, 410);
    assert_eq!(world.get("/notes?page=1").await.status, 200);
    assert_eq!(world.report(), ["cursor_expired list_notes reply 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_gap_takes_rows_out_of_a_page_that_has_any() {
    let world = World::struck_by(json!({"kind": "sequence_gap", "limit": 1}));
    (0..2).for_each(|_| world.note(1));
    let rows = |answer: crate::world::Answer| answer.json().as_array().unwrap().len();
    assert_eq!(rows(world.get("/notes?page=1").await), 0);
    assert_eq!(rows(world.get("/notes").await), 1);
    assert_eq!(rows(world.get("/notes").await), 2);
    assert_eq!(world.report(), ["sequence_gap list_notes reply 1"]);
}

#[tokio::test(start_paused = true)]
async fn other_clients_are_spared() {
    let world = World::struck_by(late("reset"));
    let staff = request("POST", "/notes", "staff")
        .header("content-type", "application/json")
        .header("idempotency-key", "k")
        .body(axum::body::Body::from(NOTE))
        .unwrap();
    assert_eq!(world.send(staff).await.status, 201);
    assert_eq!(world.report(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_request_is_late_once_though_its_rule_has_no_limit() {
    let rule = json!({"kind": "late_apply", "delay_ms": 3000, "answer": "reset"});
    let world = World::struck_by(rule);
    assert_eq!(world.add("k", NOTE).await.cut, Some(Cut::NoReply));
    pass(3001).await;
    assert_eq!(world.notes(), 1);
    assert_eq!(world.report(), ["late_apply add_note applied_reply_lost 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_late_request_dies_with_the_process_it_waits_in() {
    let world = World::struck_by(late("reset"));
    world.add("k", NOTE).await;
    world.mock.die();
    world.mock.revive().unwrap();
    pass(10_000).await;
    assert_eq!(world.notes(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_was_answered_outlives_the_process_and_what_it_counted_does_not() {
    let world = World::new();
    world.listen("a");
    assert_eq!(world.add("k", NOTE).await.status, 201);
    assert_eq!(
        world.get("/notes").await.header("ratelimit"),
        Some("\"default\";r=998;t=1")
    );
    world.mock.die();
    world.mock.revive().unwrap();
    assert_eq!(
        world.get("/notes").await.header("ratelimit"),
        Some("\"default\";r=999;t=1")
    );
    let again = world.add("k", NOTE).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(world.notes(), 1);
    let received = world.drive(|_, _| (0, 200));
    pass(10).await;
    assert_eq!(crate::world::ids(&received), ["msg_1"]);
}

#[test]
fn a_parameter_out_of_its_range_is_refused_by_its_name() {
    for (rule, words) in [
        (
            json!({"kind": "late_apply", "delay_ms": 0}),
            "fault late_apply: delay_ms: 0 is not from 1 to 86400000",
        ),
        (
            json!({"kind": "sequence_gap", "count": 101}),
            "fault sequence_gap: count: 101 is not from 1 to 100",
        ),
        (
            json!({"kind": "webhook_burst", "hold_ms": 1}),
            "fault webhook_burst: hold_ms: 1 is not from 2 to 3600000",
        ),
        (
            json!({"kind": "late_apply", "answer": "silence"}),
            "fault late_apply: answer: unknown variant `silence`",
        ),
    ] {
        let refused = serde_json::from_value::<mock_kit::FaultRule>(rule).unwrap_err();
        assert!(refused.to_string().starts_with(words), "{refused}");
    }
}
