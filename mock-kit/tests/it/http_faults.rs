//! Faults of HTTP: denials, redirects, wrong labels. Nothing of what they strike is applied, and
//! what they are not aimed at goes on as ever.

use axum::body::Body;
use mock_kit::Role;
use serde_json::{Value, json};

use crate::world::{World, pass, request};

const NOTE: &str = r#"{"sku": "A", "quantity": 3}"#;

/// A world in which `rule` strikes the first addition of a note, and nothing else.
fn struck_once(mut rule: Value) -> World {
    rule["operation"] = "add_note".into();
    rule["nth"] = 1.into();
    World::struck_by(rule)
}

#[tokio::test(start_paused = true)]
async fn a_denial_is_in_the_words_of_the_vendor_and_applies_nothing() {
    let cases = [
        (json!({"kind": "forbidden"}), 403, "Forbidden"),
        (
            json!({"kind": "phantom_not_found"}),
            404,
            "Missing { operation: \"add_note\" }",
        ),
        (
            json!({"kind": "false_conflict"}),
            409,
            "Conflict { status: 409 }",
        ),
        (
            json!({"kind": "false_conflict", "status": 412}),
            412,
            "Conflict { status: 412 }",
        ),
    ];
    for (rule, status, words) in cases {
        let kind = rule["kind"].as_str().unwrap().to_owned();
        let world = struck_once(rule);
        world.get("/notes").await;
        let denied = world.add("k", NOTE).await;
        assert_eq!(denied.status, status);
        assert_eq!(denied.json(), json!({"toy_error": words}));
        assert_eq!(world.notes(), 0);
        assert_eq!(world.add("k", NOTE).await.status, 201);
        assert_eq!(world.report(), [format!("{kind} add_note before_apply 1")]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_redirect_says_where_and_applies_nothing() {
    for status in [301, 302, 307, 308] {
        let world = struck_once(json!({"kind": "redirect", "status": status}));
        let moved = world.add("k", NOTE).await;
        assert_eq!(moved.status, status);
        assert_eq!(
            moved.header("location"),
            Some("http://elsewhere.test/notes")
        );
        assert_eq!((moved.body.len(), world.notes()), (0, 0));
        assert_eq!(world.add("k", NOTE).await.status, 201);
        assert_eq!(world.report(), ["redirect add_note before_apply 1"]);
    }
    let here = World::struck_by(json!({"kind": "redirect", "location": "/v2{path}#x"}));
    let moved = here.get("/notes?page=2").await;
    assert_eq!(moved.header("location"), Some("/v2/notes?page=2#x"));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_label_is_on_an_unchanged_success() {
    let world = World::struck_by(json!({"kind": "wrong_content_type", "nth": 1}));
    world.note(3);
    let labelled = world.get("/notes/1").await;
    assert_eq!(labelled.header("content-type"), Some("text/plain"));
    assert_eq!(labelled.json()["quantity"], 3);
    let after = world.get("/notes/1").await;
    assert_eq!(after.header("content-type"), Some("application/json"));
    assert_eq!(world.report(), ["wrong_content_type get_note reply 1"]);
    let html = json!({"kind": "wrong_content_type", "content_type": "text/html; charset=utf-8"});
    let world = World::struck_by(html);
    assert_eq!(world.get("/notes/9").await.status, 404);
    assert_eq!(world.report(), [""; 0]);
    let listed = world.get("/notes").await;
    assert_eq!(
        listed.header("content-type"),
        Some("text/html; charset=utf-8")
    );
}

#[tokio::test(start_paused = true)]
async fn a_page_for_people_has_status_200_whatever_was_created() {
    let world = struck_once(json!({"kind": "html_page"}));
    let page = world.add("k", NOTE).await;
    assert_eq!(page.status, 200);
    assert!(page.body.starts_with(b"<!doctype html>"));
    assert_eq!(world.notes(), 1);
}

#[tokio::test(start_paused = true)]
async fn faults_of_the_body_pass_by_what_has_none() {
    for kind in ["truncated_body", "stalled_body", "trickle", "wrong_length"] {
        let world = World::struck_by(json!({"kind": kind}));
        world.note(3);
        let head = request("HEAD", "/notes/1", "hub").body(Body::empty());
        let answer = world.send(head.unwrap()).await;
        assert_eq!((answer.status.as_u16(), answer.cut), (200, None));
        assert_eq!(world.report(), [""; 0], "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn whom_a_vendor_refuses_it_lets_go_with_the_next_reply() {
    let world = World::struck_by(json!({"kind": "refuse", "from": 1000, "until": 2000}));
    assert_eq!(world.get("/notes").await.header("connection"), None);
    pass(1000).await;
    let kept = world.get("/notes").await;
    assert_eq!(
        (kept.status.as_u16(), kept.header("connection")),
        (200, Some("close"))
    );
    assert!(world.mock.site().enter(Some(Role::Staff)).is_some());
    assert!(world.mock.site().enter(Some(Role::Middleware)).is_none());
    pass(1000).await;
    assert_eq!(world.get("/notes").await.header("connection"), None);
    assert!(world.mock.site().enter(Some(Role::Middleware)).is_some());
    assert_eq!(world.report(), ["refuse connection before_apply 1"]);
}
