//! Who passes, how often, under which key, and what the journal says of it.

use axum::body::Body;
use mock_kit::journal::Filter;
use serde_json::json;

use crate::{
    toy::Toy,
    world::{World, addition, pass, request},
};

const NOTE: &str = r#"{"sku": "A", "quantity": 3}"#;

#[tokio::test(start_paused = true)]
async fn an_unknown_sender_is_refused_in_the_vendors_words() {
    let world = World::new();
    let answer = world
        .send(request("GET", "/notes/1", "?").body(Body::empty()).unwrap())
        .await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.json(), json!({"toy_error": "who?"}));
    assert_eq!(answer.header("ratelimit"), None);
}

#[tokio::test(start_paused = true)]
async fn a_sender_without_the_grant_is_refused_and_counted() {
    let world = World::new();
    let batch = request("POST", "/notes/batch", "reader")
        .body(Body::empty())
        .unwrap();
    let answer = world.send(batch).await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.header("ratelimit"), Some("\"default\";r=999;t=1"));
}

#[tokio::test(start_paused = true)]
async fn requests_over_the_limit_wait_for_the_next_token() {
    let mut toy = Toy::new();
    toy.quota = 2;
    let world = World::of(toy);
    for _ in 0..2 {
        assert_eq!(world.get("/notes").await.status, 200);
    }
    let refused = world.get("/notes").await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.header("ratelimit"), Some("\"default\";r=0;t=1"));
    pass(500).await;
    assert_eq!(world.get("/notes").await.status, 200);
    assert_eq!(world.get("/open").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_path_is_told_the_nearest_operations() {
    let world = World::new();
    let answer = world.get("/note/1").await;
    assert_eq!(answer.status, 404);
    let text = answer.json()["toy_error"].as_str().unwrap().to_owned();
    assert!(
        text.starts_with("NotFound { nearest: [\"GET /notes\", "),
        "{text}"
    );
    let long = format!("/{}", "x".repeat(7000));
    assert_eq!(world.get(&long).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn another_method_is_told_the_methods_there_are() {
    let world = World::new();
    let answer = world
        .send(request("PUT", "/notes", "hub").body(Body::empty()).unwrap())
        .await;
    assert_eq!(answer.status, 405);
    assert!(
        answer.json()["toy_error"]
            .as_str()
            .unwrap()
            .contains("allow: [GET, POST]")
    );
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_refused_in_the_vendors_words() {
    let world = World::new();
    let cases = [
        (
            r#"{"sku": "A", "quantity": "3"}"#,
            400,
            "field: Some(\"quantity\")",
        ),
        (r#"{"sku": "A"#, 400, "EOF while parsing"),
        (r#"{"sku": "A"}"#, 400, "missing field `quantity`"),
    ];
    for (index, (body, status, words)) in cases.into_iter().enumerate() {
        let answer = world.add(&index.to_string(), body).await;
        assert_eq!(answer.status, status, "{body}");
        let text = answer.json()["toy_error"].as_str().unwrap().to_owned();
        assert!(text.contains(words), "{text}");
    }
    let path = world.get("/notes/one").await;
    assert_eq!(path.status, 400);
    assert!(
        path.json()["toy_error"]
            .as_str()
            .unwrap()
            .contains("part: \"path\"")
    );
    let query = world.get("/notes?page=-1").await;
    assert_eq!(query.status, 400);
    assert!(
        query.json()["toy_error"]
            .as_str()
            .unwrap()
            .contains("part: \"query\"")
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_of_another_type_or_size_is_refused() {
    let world = World::new();
    let mut typed = addition("a", NOTE);
    typed
        .headers_mut()
        .insert("content-type", "text/plain".parse().unwrap());
    assert_eq!(world.send(typed).await.status, 415);
    assert_eq!(world.add("b", &" ".repeat(2001)).await.status, 413);
    let batch = request("POST", "/notes/batch", "hub").header("content-type", "application/json");
    let batch = batch.body(Body::from(" ".repeat(2001))).unwrap();
    assert_eq!(world.send(batch).await.status, 413);
}

#[tokio::test(start_paused = true)]
async fn a_key_makes_a_write_happen_once() {
    let world = World::new();
    let first = world.add("k", NOTE).await;
    let again = world.add("k", NOTE).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("content-type"), first.header("content-type"));
    assert_eq!(world.notes(), 1);
    assert_eq!(
        world
            .add("k", r#"{"sku": "B", "quantity": 3}"#)
            .await
            .status,
        422
    );
    assert_eq!(world.notes(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_is_demanded_and_must_be_one() {
    let world = World::new();
    let mut keyless = addition("k", NOTE);
    keyless.headers_mut().remove("idempotency-key");
    assert_eq!(world.send(keyless).await.status, 400);
    for key in [" ", "two words", "a\ttab", &"k".repeat(256)] {
        assert_eq!(world.add(key, NOTE).await.status, 400, "{key:?}");
    }
    assert_eq!(world.notes(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_key_in_flight_is_refused_until_its_request_is_answered() {
    let world = World::struck_by(json!({"kind": "latency", "operation": "add_note", "nth": 1}));
    let (first, second) = tokio::join!(world.add("k", NOTE), async {
        pass(100).await;
        world.add("k", NOTE).await
    });
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 409));
    assert_eq!(
        world.add("k", NOTE).await.header("idempotent-replayed"),
        Some("true")
    );
    assert_eq!(world.notes(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_or_abandoned_write_may_be_tried_anew_under_its_key() {
    let world = World::new();
    let explosive = r#"{"sku": "explosive", "quantity": 1}"#;
    assert_eq!(world.add("k", explosive).await.status, 500);
    assert_eq!(world.add("k", NOTE).await.status, 201);
    world.strike(json!({"kind": "latency", "operation": "add_note", "nth": 1}));
    let given_up = tokio::time::timeout(std::time::Duration::from_millis(10), world.add("l", NOTE));
    assert!(given_up.await.is_err());
    assert_eq!(world.add("l", NOTE).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn the_journal_tells_who_did_what_and_what_came_of_it() {
    let world = World::struck_by(json!({"kind": "reply_lost", "operation": "add_note", "id": "r"}));
    world.add("k", NOTE).await;
    world.get("/notes?page=1").await;
    world.get("/nothing").await;
    let lines = world.mock.with(|state, _| {
        serde_json::to_value(state.journal.find(&Filter::default()).collect::<Vec<_>>()).unwrap()
    });
    assert_eq!(lines[0]["operation"], "add_note");
    assert_eq!(lines[0]["principal"], "hub");
    assert_eq!(lines[0]["applied"], true);
    assert_eq!(
        (&lines[0]["cut"], &lines[0]["status"]),
        (&json!(true), &json!(201))
    );
    let fault = json!([{"kind": "reply_lost", "rule": "r", "phase": "applied_reply_lost"}]);
    assert_eq!(lines[0]["faults"], fault);
    assert_eq!(
        (&lines[1]["path"], &lines[1]["seq"]),
        (&json!("/notes?page=1"), &json!(2))
    );
    assert_eq!(lines[2]["operation"], json!(null));
    assert_eq!(lines[2]["nearest"][0], "GET /notes");
}

#[tokio::test(start_paused = true)]
async fn head_is_served_as_get_and_health_needs_nobody() {
    let world = World::new();
    let head = world
        .send(
            request("HEAD", "/notes", "hub")
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    let health = world
        .send(request("GET", "/healthz", "").body(Body::empty()).unwrap())
        .await;
    assert_eq!(
        (health.status.as_u16(), &health.body[..]),
        (200, &b"ok"[..])
    );
}

#[tokio::test(start_paused = true)]
async fn what_time_alone_brings_about_is_done_before_a_request_sees_the_state() {
    let world = World::new();
    world
        .mock
        .with(|state, now| state.vendor.bell = Some(now + jiff::SignedDuration::from_secs(5)));
    pass(4999).await;
    world.get("/notes").await;
    assert!(world.mock.with(|state, _| state.vendor.bell.is_some()));
    pass(1).await;
    world.get("/notes").await;
    let facts = world.mock.with(|state, _| state.vendor.facts.clone());
    assert_eq!(facts, ["bell at 2026-11-02T00:00:05Z"]);
}
