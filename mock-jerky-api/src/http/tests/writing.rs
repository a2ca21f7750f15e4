use mock_kit::idempotency::{Begun, Fingerprint};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_key_has_four_outcomes() {
    let shop = shop().await;
    let headers = [("content-type", "application/json")];
    let missing = shop
        .call("POST", "/v1/reservations", &headers, &reservation("1"))
        .await;
    missing.refused(400, "idempotency-key-missing");

    let first = shop.reserve("k", "1").await.ok(201);
    let again = shop.reserve("k", "1").await.ok(201);
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(shop.get("/v1/stock/JRK-1").await.body["reserved"], "1");

    shop.reserve("k", "2")
        .await
        .refused(422, "idempotency-key-reused");

    let open = shop.mock.with(|state, now| {
        let (path, body) = ("/v1/reservations", reservation("1"));
        let print = Fingerprint::of(&http::Method::POST, path, body.as_bytes());
        state
            .idempotency
            .begin(&"lockstep-hub".into(), &"open".into(), print, now)
    });
    assert_eq!(open, Begun::Fresh);
    shop.reserve("open", "1")
        .await
        .refused(409, "idempotency-key-in-flight");
}

#[tokio::test(start_paused = true)]
async fn refusals_are_remembered_under_their_key_too() {
    let shop = shop().await;
    let short = shop.reserve("k", "11").await;
    short.refused(409, "insufficient-stock");
    assert_eq!(short.body["shortfalls"][0]["available"], "10");
    let again = shop.reserve("k", "11").await;
    assert_eq!(again.header("idempotent-replayed"), "true");
}

#[tokio::test(start_paused = true)]
async fn a_batch_has_a_result_for_each_change() {
    let shop = shop().await;
    let batch = r#"{"changes":[
        {"change_id":"1","kind":"receipt","sku":"JRK-1","lot":"B","quantity":"5","expires_on":"2027-02-00"},
        {"change_id":"2","kind":"damage","sku":"JRK-1","lot":"B","quantity":"6"},
        {"change_id":"1","kind":"receipt","sku":"JRK-1","lot":"B","quantity":"5","expires_on":"2027-02-00"}
    ]}"#;
    let answer = shop
        .write("POST", "/v1/adjustments:batch", "k", batch)
        .await
        .ok(207);
    let results = &answer.body["results"];
    assert_eq!(results[0]["stock"]["lots"][1]["expires_on"], "2027-02-28");
    assert_eq!(results[1]["problem"]["status"], 409);
    assert_eq!(results[2]["replayed"], true);
    assert_eq!(shop.get("/v1/stock/JRK-1").await.body["on_hand"], "15");
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_fails_in_part_leaves_the_failed_changes_unapplied() {
    let shop = shop().await;
    let rule = r#"{"kind":"partial_batch","operation":"adjust_batch"}"#;
    let headers = [("content-type", "application/json")];
    shop.call("POST", "/__admin/faults", &headers, rule)
        .await
        .ok(201);
    let change = |n: u32| {
        format!(
            r#"{{"change_id":"{n}","kind":"adjustment","sku":"JRK-1","lot":"A","quantity":"1"}}"#
        )
    };
    let changes: Vec<String> = (0..20).map(change).collect();
    let batch = format!(r#"{{"changes":[{}]}}"#, changes.join(","));
    let answer = shop
        .write("POST", "/v1/adjustments:batch", "k", &batch)
        .await
        .ok(207);
    let results = answer.body["results"].as_array().unwrap();
    let applied = results
        .iter()
        .filter(|result| result["status"] == 200)
        .count();
    assert!(applied < 20);
    let ids = results
        .iter()
        .map(|result| result["change_id"].as_str().unwrap());
    assert!(
        ids.eq((0..20).map(|n| n.to_string())),
        "each result at its change's place"
    );
    let level = shop.get("/v1/stock/JRK-1").await.body;
    assert_eq!(level["on_hand"], (10 + applied).to_string());
}

#[tokio::test(start_paused = true)]
async fn a_reservation_lives_over_http() {
    let shop = shop().await;
    let held = shop.reserve("1", "4").await.ok(201);
    let id = held.body["id"].as_str().unwrap().to_owned();
    assert_eq!(held.header("location"), format!("/v1/reservations/{id}"));
    assert_eq!(held.body["stock"][0]["reserved"], "4");
    let path = |verb: &str| format!("/v1/reservations/{id}/{verb}");
    let part = r#"{"reference":"SHP-1","lines":[{"line_id":"1","quantity":"3"}]}"#;
    let after = shop.write("POST", &path("commit"), "2", part).await.ok(200);
    assert_eq!(
        after.body["commits"][0]["lines"][0]["allocations"][0]["lot"],
        "A"
    );
    let longer = r#"{"ttl_seconds":3600}"#;
    let after = shop
        .write("POST", &path("extend"), "3", longer)
        .await
        .ok(200);
    assert_eq!(after.body["expires_at"], "2026-11-02T13:00:00Z");
    let after = shop
        .write("POST", &path("release"), "4", "{}")
        .await
        .ok(200);
    assert_eq!(after.body["state"], "committed");
    let read = shop.get(&format!("/v1/reservations/{id}")).await.ok(200);
    assert_eq!(read.body.get("stock"), None, "levels come with writes only");
    let list = shop
        .get("/v1/reservations?reference=ORD-1&state=committed")
        .await
        .ok(200);
    assert_eq!(list.body["data"][0]["id"], id.as_str());
    shop.get("/v1/reservations/res_0")
        .await
        .refused(404, "reservation-not-found");
}

#[tokio::test(start_paused = true)]
async fn a_mirror_follows_its_owner() {
    let shop = shop().await;
    let tell = r#"{"quantity":"7","unit":"H87","source_sequence":3}"#;
    let path = "/v1/mirrors/POL-1/availability";
    shop.write("PUT", path, "1", tell).await.ok(200);
    assert_eq!(shop.get("/v1/stock/POL-1").await.body["available"], "7");
    let older = r#"{"quantity":"9","unit":"H87","source_sequence":3}"#;
    let stale = shop.write("PUT", path, "2", older).await;
    stale.refused(409, "stale-sequence");
    assert_eq!(stale.body["current"], "3");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_names_its_field() {
    let shop = shop().await;
    let body = reservation("1").replace("\"1\",\"unit\"", "1,\"unit\"");
    let answer = shop.write("POST", "/v1/reservations", "1", &body).await;
    answer.refused(400, "invalid-request");
    assert_eq!(answer.body["field"], "lines[0].quantity");
    let headers = [("idempotency-key", "2"), ("content-type", "text/plain")];
    let answer = shop
        .call("POST", "/v1/reservations", &headers, &reservation("1"))
        .await;
    answer.refused(415, "unsupported-media-type");
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_brings_everything_back_and_another_version_is_refused() {
    let shop = shop().await;
    let held = shop.reserve("k", "4").await.ok(201);
    let saved = shop.mock.snapshot().unwrap();
    let id = held.body["id"].as_str().unwrap().to_owned();
    let release = format!("/v1/reservations/{id}/release");
    shop.write("POST", &release, "r", "{}").await.ok(200);
    shop.mock.restore(&saved).unwrap();
    let again = shop.get(&format!("/v1/reservations/{id}")).await.ok(200);
    assert_eq!(again.body["state"], "pending");
    assert_eq!(
        shop.reserve("k", "4").await.header("idempotent-replayed"),
        "true"
    );
    let other = String::from_utf8(saved)
        .unwrap()
        .replacen("\"version\":1", "\"version\":99", 1);
    let refused = shop.mock.restore(other.as_bytes()).unwrap_err();
    assert!(refused.to_string().contains("version 99"), "{refused}");
    shop.call("POST", "/__admin/reset", &[], "").await.ok(204);
    let token = shop.sign_in(Role::Middleware, "").await;
    let mut shop = shop;
    shop.token = token;
    assert_eq!(shop.get("/v1/stock/JRK-1").await.body["reserved"], "0");
}

#[tokio::test(start_paused = true)]
async fn the_ledger_tells_who_did_what_under_which_key() {
    let shop = shop().await;
    shop.reserve("k", "4").await.ok(201);
    let ledger = shop.get("/__admin/ledger").await.ok(200).body.to_string();
    assert!(
        ledger.contains(r#""fact":"reservation_opened""#),
        "{ledger}"
    );
    assert!(ledger.contains(r#""key":"k""#), "{ledger}");
}
