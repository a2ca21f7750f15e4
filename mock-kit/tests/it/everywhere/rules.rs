//! Each condition of a rule, with a fault that shows at once whether it struck.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use serde_json::{Value, json};

use crate::{
    reach::{By, Reached, on_both},
    world::{pass, request},
};

on_both! {
    each_condition_of_where_picks_its_requests_and_no_other: places;
    each_number_of_when_picks_its_requests_and_no_other: numbers;
    a_window_holds_from_its_beginning_to_its_end: windows;
}

/// Which of these requests a rule struck.
async fn struck(reached: &Reached, asked: &[(&str, &str, &str)]) -> Vec<bool> {
    let mut struck = Vec::new();
    for (method, path, client) in asked {
        let request: Request<Full<Bytes>> = request(method, path, client)
            .header("host", "toy.test")
            .header("content-type", "application/json")
            .body(Full::from("[]"))
            .unwrap();
        let status = reached.tell(request).await.status;
        assert!([200, 207, 503].contains(&status), "{path}: {status}");
        struck.push(status == 503);
    }
    struck
}

async fn reached_under(by: By, conditions: &Value) -> Reached {
    let mut rule = conditions.clone();
    rule["kind"] = "server_error".into();
    Reached::new(by, rule).await
}

async fn places(by: By) {
    let asked = [
        ("GET", "/notes", "hub"),
        ("GET", "/notes/1/count", "hub"),
        ("POST", "/notes/batch", "hub"),
        ("GET", "/notes", "staff"),
        ("GET", "/notes", "reader"),
    ];
    for (conditions, expected) in [
        (json!({}), [true, true, true, false, false]),
        (
            json!({"operation": "list_notes"}),
            [true, false, false, false, false],
        ),
        (
            json!({"operation": ["count_note", "add_batch"]}),
            [false, true, true, false, false],
        ),
        (
            json!({"method": "POST"}),
            [false, false, true, false, false],
        ),
        (
            json!({"path": "/notes/*"}),
            [false, true, true, false, false],
        ),
        (
            json!({"client": "staff"}),
            [false, false, false, true, false],
        ),
        (
            json!({"client": "storefront"}),
            [false, false, false, false, true],
        ),
        (json!({"client": "any"}), [true; 5]),
        (
            json!({"client": "any", "operation": "list_notes", "nth": 2}),
            [false, false, false, true, false],
        ),
    ] {
        let reached = reached_under(by, &conditions).await;
        assert_eq!(struck(&reached, &asked).await, expected, "{conditions}");
    }
}

async fn numbers(by: By) {
    let asked = [("GET", "/notes", "hub"); 5];
    for (conditions, expected) in [
        (json!({"nth": 4}), [false, false, false, true, false]),
        (json!({"at": [1, 4]}), [true, false, false, true, false]),
        (json!({"every": 2}), [false, true, false, true, false]),
        (json!({"limit": 2}), [true, true, false, false, false]),
        (
            json!({"every": 2, "limit": 1}),
            [false, true, false, false, false],
        ),
        (
            json!({"chance": 1.0, "nth": 1}),
            [true, false, false, false, false],
        ),
        (json!({"chance": 0.0}), [false; 5]),
    ] {
        let reached = reached_under(by, &conditions).await;
        assert_eq!(struck(&reached, &asked).await, expected, "{conditions}");
    }
}

/// Requests are counted within the window alone. The times are far enough from its ends for a slow
/// machine.
async fn windows(by: By) {
    let reached = reached_under(by, &json!({"from": 1500, "until": 4500, "at": [2, 4]})).await;
    let asked = [("GET", "/notes", "hub"); 3];
    let mut seen = vec![struck(&reached, &asked).await];
    pass(2500).await;
    seen.push(struck(&reached, &asked).await);
    pass(3000).await;
    seen.push(struck(&reached, &asked).await);
    assert_eq!(seen, [[false; 3], [false, true, false], [false; 3]]);
}
