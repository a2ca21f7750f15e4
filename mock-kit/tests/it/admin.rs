//! The harness's door.

use axum::{
    body::Body,
    http::{Request, request::Builder},
};
use mock_kit::admin::AdminAccess;
use serde_json::{Value, json};

use crate::{
    toy::Toy,
    world::{Answer, World, pass},
};

fn at(method: &str, path: &str) -> Builder {
    Request::builder()
        .method(method)
        .uri(format!("/__admin{path}"))
}

async fn ask(world: &World, method: &str, path: &str, body: Option<Value>) -> Answer {
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let request = at(method, path).header("content-type", "application/json");
    world.send(request.body(body).unwrap()).await
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_brings_everything_back() {
    let world = World::new();
    world.note(1);
    world.add("k", r#"{"sku": "A", "quantity": 3}"#).await;
    let snapshot = ask(&world, "GET", "/snapshot", None).await.json();
    assert_eq!(
        (&snapshot["vendor"], &snapshot["version"]),
        (&json!("toy"), &json!(3))
    );
    world.note(2);
    assert_eq!(
        ask(&world, "PUT", "/snapshot", Some(snapshot)).await.status,
        204
    );
    assert_eq!(world.notes(), 2);
    let again = world.add("k", r#"{"sku": "A", "quantity": 3}"#).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_of_another_version_or_vendor_is_one_clear_line_and_changes_nothing() {
    let world = World::new();
    world.note(1);
    let good = ask(&world, "GET", "/snapshot", None).await.json();
    let cases = [
        (
            "version",
            json!(2),
            409,
            "this snapshot has version 2, and this toy mock reads version 3",
        ),
        (
            "vendor",
            json!("jerky"),
            409,
            "this is a snapshot of the jerky mock, and this is the toy mock",
        ),
    ];
    for (field, value, status, line) in cases {
        let mut bad = good.clone();
        bad[field] = value;
        let answer = ask(&world, "PUT", "/snapshot", Some(bad)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (status, json!({"error": line}))
        );
    }
    let answer = ask(&world, "PUT", "/snapshot", Some(json!([]))).await;
    assert_eq!(answer.status, 400);
    assert_eq!(world.notes(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_reset_makes_the_vendor_new() {
    let world = World::new();
    world.note(1);
    world.listen("a");
    world.get("/notes").await;
    assert_eq!(ask(&world, "POST", "/reset", None).await.status, 204);
    assert_eq!(world.notes(), 0);
    assert_eq!(ask(&world, "GET", "/journal", None).await.json(), json!([]));
    assert_eq!(
        world
            .mock
            .with(|state, _| state.webhooks.endpoints().count()),
        0
    );
}

#[tokio::test(start_paused = true)]
async fn the_journal_is_filtered_and_cleared() {
    let world = World::new();
    for path in ["/notes", "/notes/1", "/notes"] {
        world.get(path).await;
    }
    let found = ask(
        &world,
        "GET",
        "/journal?operation=get_note&status=404",
        None,
    )
    .await
    .json();
    assert_eq!(
        (found[0]["seq"].as_u64(), found.as_array().unwrap().len()),
        (Some(2), 1)
    );
    assert_eq!(
        ask(&world, "GET", "/journal?colour=red", None).await.status,
        400
    );
    ask(&world, "DELETE", "/journal", None).await;
    assert_eq!(ask(&world, "GET", "/journal", None).await.json(), json!([]));
}

#[tokio::test(start_paused = true)]
async fn the_ledger_is_read_in_pages() {
    let world = World::new();
    for _ in 0..3 {
        world.note(1);
    }
    let page = ask(&world, "GET", "/ledger?after=1&limit=1", None)
        .await
        .json();
    assert_eq!(page, json!({"data": ["added 2"], "last_number": 3}));
    let beyond = ask(&world, "GET", "/ledger?after=99", None).await.json();
    assert_eq!(beyond["data"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn fault_rules_come_and_go() {
    let world = World::new();
    let rules = json!([{"kind": "server_error", "id": "a"}, {"kind": "latency", "id": "b"}]);
    let added = ask(&world, "POST", "/faults", Some(rules)).await;
    assert_eq!(
        (added.status.as_u16(), added.json()),
        (201, json!({"ids": ["a", "b"]}))
    );
    assert_eq!(world.get("/notes").await.status, 503);
    let report = ask(&world, "GET", "/faults/report", None).await.json();
    assert_eq!(report[0]["kind"], "server_error");
    assert_eq!(ask(&world, "DELETE", "/faults/a", None).await.status, 204);
    assert_eq!(ask(&world, "DELETE", "/faults/a", None).await.status, 404);
    let left = ask(&world, "GET", "/faults", None).await.json();
    assert_eq!(
        left,
        json!([{"id": "b", "kind": "latency", "ms": 500, "jitter_ms": 0,
            "distribution": "uniform", "sigma": 0.5}])
    );
    ask(&world, "DELETE", "/faults", None).await;
    assert_eq!(ask(&world, "GET", "/faults", None).await.json(), json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_rule_is_refused_with_what_was_meant_and_none_is_added() {
    let world = World::new();
    let cases = [
        (json!({"kind": "latancy"}), "\"latency\""),
        (
            json!({"kind": "hub_crash"}),
            "\"hub_crash\" happens to a process, and only scenario files know it",
        ),
        (json!({"kind": "vendor_crash"}), "POST /__admin/crash"),
        (
            json!({"kind": "reset", "operation": "get_nota"}),
            "did you mean \"get_note\"?",
        ),
        (
            json!([{"kind": "reset"}, {"kind": "reset", "vendor": "polish"}]),
            "this is toy",
        ),
    ];
    for (rules, words) in cases {
        let refused = ask(&world, "POST", "/faults", Some(rules)).await;
        assert_eq!(refused.status, 422);
        let error = refused.json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(words), "{error}");
    }
    assert_eq!(
        ask(&world, "POST", "/faults", Some(json!(3))).await.status,
        400
    );
    assert_eq!(ask(&world, "GET", "/faults", None).await.json(), json!([]));
}

#[tokio::test(start_paused = true)]
async fn the_vendors_clock_is_moved_alone() {
    let world = World::new();
    let moved = ask(
        &world,
        "PUT",
        "/clock",
        Some(json!({"offset_ms": 3_600_000})),
    )
    .await
    .json();
    assert_eq!(
        moved,
        json!({"now": "2026-11-02T01:00:00Z", "offset_ms": 3_600_000})
    );
    pass(1000).await;
    let later = ask(&world, "GET", "/clock", None).await.json();
    assert_eq!(later["now"], "2026-11-02T01:00:01Z");
    assert_eq!(world.ms(), 1000);
}

#[tokio::test(start_paused = true)]
async fn deliveries_are_listed_by_endpoint() {
    let world = World::new();
    world.listen("a");
    world.listen("b");
    world.note(1);
    let all = ask(&world, "GET", "/webhooks/deliveries", None)
        .await
        .json();
    assert_eq!(all.as_array().unwrap().len(), 2);
    let of_b = ask(&world, "GET", "/webhooks/deliveries?endpoint=b", None)
        .await
        .json();
    assert_eq!(
        (of_b[0]["endpoint"].as_str(), of_b.as_array().unwrap().len()),
        (Some("b"), 1)
    );
}

#[tokio::test(start_paused = true)]
async fn credentials_are_revoked() {
    let world = World::new();
    let revoked = ask(&world, "POST", "/revoke", Some(json!({"principal": "hub"})))
        .await
        .json();
    assert_eq!(revoked, json!({"revoked": 1}));
    assert_eq!(world.get("/notes").await.status, 401);
    assert_eq!(
        ask(&world, "POST", "/revoke", Some(json!({}))).await.status,
        400
    );
}

#[tokio::test(start_paused = true)]
async fn with_a_token_set_nobody_enters_without_it() {
    let access = AdminAccess {
        token: Some("sesame".to_owned()),
    };
    let world = World::under(Toy::new(), access);
    for (token, status) in [("", 401), ("sesam", 401), ("sesame", 200)] {
        let request = at("GET", "/journal").header("x-admin-token", token);
        assert_eq!(
            world
                .send(request.body(Body::empty()).unwrap())
                .await
                .status,
            status
        );
    }
    assert_eq!(ask(&world, "GET", "/journal", None).await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn a_foreign_web_page_is_kept_out() {
    let world = World::new();
    for (origin, status) in [("http://evil.example", 403), ("http://127.0.0.1:9", 204)] {
        let request = at("POST", "/reset")
            .header("host", "127.0.0.1:9")
            .header("origin", origin);
        assert_eq!(
            world
                .send(request.body(Body::empty()).unwrap())
                .await
                .status,
            status
        );
    }
}

#[tokio::test(start_paused = true)]
async fn unless_it_is_opened_there_is_no_door() {
    let clock = seams::Clock::system();
    let settings = mock_kit::Settings::default();
    let mock = mock_kit::Mock::new(Toy::new(), clock, seams::Keyed::new(1), settings);
    let world = World {
        router: mock.router(),
        mock,
    };
    assert_eq!(ask(&world, "GET", "/journal", None).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn whatever_is_wrong_with_a_request_is_one_line_in_one_shape() {
    let world = World::new();
    let cases = [
        (
            "GET",
            "/journal?opration=x",
            None,
            400,
            "unknown field `opration`",
        ),
        ("GET", "/ledger?after=-1", None, 400, "after: invalid digit"),
        (
            "PUT",
            "/clock",
            Some(json!({"offset": 3})),
            400,
            "unknown field `offset`",
        ),
        (
            "PUT",
            "/clock",
            Some(json!({"offset_ms": i64::MIN})),
            400,
            "offset_ms: -9223372036854775808 is not from -315360000000 to 315360000000",
        ),
        (
            "POST",
            "/revoke",
            Some(json!({"princpal": "hub"})),
            400,
            "unknown field `princpal`",
        ),
        (
            "GET",
            "/fault",
            None,
            404,
            "there is no GET /__admin/fault; GET /__admin lists",
        ),
        (
            "GET",
            "/reset",
            None,
            404,
            "there is no GET /__admin/reset; GET /__admin lists",
        ),
    ];
    for (method, path, body, status, line) in cases {
        let answer = ask(&world, method, path, body).await;
        assert_eq!(answer.status, status, "{method} {path}");
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(line) && !error.contains('\n'), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn it_lists_what_it_has_and_the_manual_names_all_of_it() {
    let manual = include_str!("../../../README.md");
    let world = World::new();
    let listed = ask(&world, "GET", "", None).await.json();
    for operation in listed["operations"].as_array().unwrap() {
        let (method, path) = operation.as_str().unwrap().split_once(" /__admin").unwrap();
        let answer = ask(&world, method, path, None).await;
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(!text.contains("GET /__admin lists"), "{operation}: {text}");
        assert!(manual.contains(&format!("/__admin{path}")), "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_token_no_name_that_a_web_page_could_own_leads_to_it() {
    let status = async |world: &World, host: &str| {
        let request = at("GET", "/clock").header("host", host);
        let answer = world.send(request.body(Body::empty()).unwrap()).await;
        answer.status.as_u16()
    };
    let open = World::new();
    for host in [
        "localhost:80",
        "127.0.0.1:80",
        "[::1]:80",
        "[::1]",
        "jerky.test",
    ] {
        assert_eq!(status(&open, host).await, 200, "{host}");
    }
    for host in ["evil.example", "evil.example:80", "127.0.0.1.evil.example"] {
        assert_eq!(status(&open, host).await, 403, "{host}");
    }
}
