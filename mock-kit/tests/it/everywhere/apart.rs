//! The faults that strike no single request: connections, a credential for good, a clock.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use jiff::Timestamp;
use mock_kit::Role;
use serde_json::json;

use super::Tried;
use crate::{
    reach::{By, End, Line, Reached, ask, hear, on_both, reading},
    world::{pass, request},
};

/// Each play with the kind that it tries.
macro_rules! apart {
    ($($name:ident: $play:expr, $kind:literal in $phase:literal;)+) => {
        pub(super) const TRIED: &[Tried] = &[$(($kind, $phase)),+];
        on_both! { $($name: $play;)+ }
    };
}

apart! {
    the_second_connection_is_refused_and_no_other: refusals, "refuse" in "before_apply";
    the_second_connection_waits_and_no_other: crowds, "connection_limit" in "before_apply";
    a_credential_is_dead_from_its_second_use_on: revocations, "token_revoked" in "before_apply";
    a_clock_is_wrong_within_its_window: skews, "clock_skew" in "reply";
}

/// Whether a connection is served.
async fn is_served(line: &mut Option<Box<dyn Line>>) -> bool {
    let Some(line) = line else { return false };
    // What is written before a reset arrives goes nowhere.
    if tokio::io::AsyncWriteExt::write_all(line, reading("/notes").as_bytes())
        .await
        .is_err()
    {
        return false;
    }
    let heard = hear(line, Duration::from_millis(500)).await;
    let is_answered = heard.text().starts_with("HTTP/1.1 200 ");
    assert_eq!(heard.end == Some(End::Reset), !is_answered, "{heard:?}");
    is_answered
}

async fn refusals(by: By) {
    let reached = Reached::new(by, json!({"kind": "refuse", "nth": 2})).await;
    let mut served = Vec::new();
    if by == By::Pipe {
        // Only a pipe says whose it is, and a rule is about the middleware's.
        for _ in 0..2 {
            served.push(is_served(&mut reached.connect_as(Role::Staff).await).await);
        }
        assert_eq!(served, [true, true]);
        served.clear();
    }
    for _ in 0..3 {
        served.push(is_served(&mut reached.connect().await).await);
    }
    assert_eq!(served, [true, false, true]);
    assert_eq!(reached.world.report(), ["refuse connection before_apply 1"]);
}

async fn crowds(by: By) {
    let rule = json!({"kind": "connection_limit", "connections": 1, "nth": 2});
    let reached = Reached::new(by, rule).await;
    let mut lines = Vec::new();
    let mut answers = Vec::new();
    for _ in 0..3 {
        let mut line = reached.connect().await.unwrap();
        ask(&mut line, &reading("/notes")).await;
        let heard = hear(&mut line, Duration::from_millis(500)).await;
        assert_eq!(heard.end, None);
        answers.push(!heard.pieces.is_empty());
        lines.push(line);
    }
    assert_eq!(answers, [true, false, true]);
    let mut waiting = lines.swap_remove(1);
    drop(lines);
    let heard = hear(&mut waiting, Duration::from_millis(500)).await;
    assert!(heard.text().starts_with("HTTP/1.1 200 "), "{heard:?}");
    let report = ["connection_limit connection before_apply 1"];
    assert_eq!(reached.world.report(), report);
}

fn read(path: &str, client: &str) -> Request<Full<Bytes>> {
    let request = request("GET", path, client).header("host", "toy.test");
    request.body(Full::default()).unwrap()
}

async fn revocations(by: By) {
    let rule = json!({"kind": "token_revoked", "operation": "list_notes", "nth": 2});
    let reached = Reached::new(by, rule).await;
    let mut statuses = Vec::new();
    for (path, client) in [
        ("/notes", "hub"),
        ("/notes/1/count", "hub"),
        ("/notes", "staff"),
        ("/notes", "hub"),
        ("/notes/1/count", "hub"),
        ("/notes", "staff"),
    ] {
        statuses.push(reached.tell(read(path, client)).await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 401, 401, 200]);
    let report = ["token_revoked list_notes before_apply 1"];
    assert_eq!(reached.world.report(), report);
}

async fn skews(by: By) {
    let rule = json!({
        "kind": "clock_skew", "offset_ms": -90_000, "from": 1000, "until": 4000, "client": "any"
    });
    let reached = Reached::new(by, rule).await;
    let mut behind = Vec::new();
    for wait in [0, 1500, 3000] {
        pass(wait).await;
        let right = reached.world.mock.clock().world_now();
        let told = reached.tell(read("/open", "hub")).await.text();
        let said: Timestamp = told.parse().unwrap();
        behind.push(said < right - jiff::SignedDuration::from_secs(60));
    }
    assert_eq!(behind, [false, true, false]);
    assert_eq!(reached.world.report(), ["clock_skew open reply 1"]);
}
