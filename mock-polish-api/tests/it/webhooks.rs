//! Webhooks through a wire in this process.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{Method, Request, Response, StatusCode};
use mock_polish_api::Role;
use seams::Wire;
use serde_json::Value;
use sha2::Sha256;
use tokio::time::Instant;

use crate::shop::Shop;

/// What arrived, and after how many milliseconds.
type Arrivals = Arc<Mutex<Vec<(u128, Request<Bytes>)>>>;

/// Drives the mock's webhooks into a receiver that answers with `status`.
fn receiver(shop: &Shop, status: StatusCode) -> Arrivals {
    let arrivals = Arrivals::default();
    let (seen, began) = (Arc::clone(&arrivals), Instant::now());
    let wire = Wire::new(move |request| {
        seen.lock()
            .unwrap()
            .push((began.elapsed().as_millis(), request));
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = status;
        async move { Ok(response) }
    });
    tokio::spawn(shop.mock.run_webhooks(wire));
    arrivals
}

async fn register(shop: &Shop, topics: &str) -> Value {
    let body = format!("{{\"url\":\"http://hub.test/hooks\",\"topics\":[{topics}]}}");
    let answer = shop.post(Role::Middleware, "/webhooks", &body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.json()
}

#[tokio::test(start_paused = true)]
async fn a_webhook_is_thin_and_its_signature_covers_time_and_bytes() {
    let shop = Shop::open();
    let secret = register(&shop, "\"order.created\"").await["secret"]
        .as_str()
        .unwrap()
        .to_owned();
    let arrivals = receiver(&shop, StatusCode::OK);
    let id = shop.place(&[("POLISH", 1)]).await;
    tokio::time::sleep(Duration::from_secs(1)).await;

    let arrivals = arrivals.lock().unwrap();
    let [(after, request)] = arrivals.as_slice() else {
        panic!("{} arrived", arrivals.len())
    };
    assert!(*after <= 201, "{after} ms");
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    let mut names: Vec<_> = body
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["id", "occurred_at", "resource_id", "topic", "version"]
    );
    assert_eq!(
        (&body["resource_id"], &body["version"]),
        (&id.into(), &1.into())
    );

    let header = request.headers()["x-polish-signature"].to_str().unwrap();
    let (time, given) = header.split_once(",v1=").unwrap();
    let time = time.strip_prefix("t=").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{time}.").as_bytes());
    mac.update(request.body());
    let expected: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(given, expected);
    assert_eq!(time, crate::shop::start().as_second().to_string());
}

#[tokio::test(start_paused = true)]
async fn three_tries_and_then_silence() {
    let shop = Shop::open();
    register(&shop, "\"order.created\"").await;
    let arrivals = receiver(&shop, StatusCode::INTERNAL_SERVER_ERROR);
    shop.place(&[("POLISH", 1)]).await;
    tokio::time::sleep(Duration::from_secs(24 * 3600)).await;
    let times: Vec<u128> = arrivals
        .lock()
        .unwrap()
        .iter()
        .map(|(after, _)| *after)
        .collect();
    assert_eq!(times.len(), 3, "{times:?}");
    assert!(
        (9_000..=11_001).contains(&(times[1] - times[0])),
        "{times:?}"
    );
    assert!(
        (54_000..=66_001).contains(&(times[2] - times[1])),
        "{times:?}"
    );
    let bodies: Vec<_> = arrivals
        .lock()
        .unwrap()
        .iter()
        .map(|(_, request)| request.body().clone())
        .collect();
    assert!(
        bodies.windows(2).all(|pair| pair[0] == pair[1]),
        "a retry carries the same bytes"
    );
}

#[tokio::test(start_paused = true)]
async fn events_overtake_each_other() {
    let shop = Shop::open();
    register(&shop, "\"product.updated\"").await;
    let arrivals = receiver(&shop, StatusCode::OK);
    for available in 1..=20 {
        let body = format!("{{\"available\":{available}}}");
        shop.put("/products/JERKY/availability", &body, None).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let version = |request: &Request<Bytes>| {
        serde_json::from_slice::<Value>(request.body()).unwrap()["version"]
            .as_u64()
            .unwrap()
    };
    let arrivals = arrivals.lock().unwrap();
    let versions: Vec<u64> = arrivals
        .iter()
        .map(|(_, request)| version(request))
        .collect();
    let mut sorted = versions.clone();
    sorted.sort_unstable();
    assert!(sorted.iter().copied().eq(2..=21), "{versions:?}");
    assert_ne!(versions, sorted);
}

#[tokio::test(start_paused = true)]
async fn a_hold_that_ends_is_told_without_any_request() {
    let shop = Shop::open();
    register(&shop, "\"order.updated\"").await;
    let arrivals = receiver(&shop, StatusCode::OK);
    shop.place(&[("POLISH", 1)]).await;
    tokio::time::sleep(Duration::from_secs(31 * 60)).await;
    let arrivals = arrivals.lock().unwrap();
    let [(after, request)] = arrivals.as_slice() else {
        panic!("{} arrived", arrivals.len())
    };
    assert!((1_800_000..1_800_300).contains(after), "{after} ms");
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(body["occurred_at"], "2026-11-02T09:30:00-05:00");
}

#[tokio::test(start_paused = true)]
async fn webhooks_are_seen_and_deleted_by_their_owner() {
    let shop = Shop::open();
    let created = register(&shop, "\"order.created\",\"count.recorded\"").await;
    let listed = shop.get(Role::Middleware, "/webhooks").await.json();
    assert_eq!(listed["webhooks"][0]["id"], created["id"]);
    assert_eq!(
        listed["webhooks"][0]["secret"],
        Value::Null,
        "it is shown once"
    );
    let path = format!("/webhooks/{}", created["id"].as_str().unwrap());
    let delete = || shop.request(Role::Middleware, Method::DELETE, &path, "");
    assert_eq!(shop.send(delete()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(shop.send(delete()).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(start_paused = true)]
async fn webhooks_go_to_allowed_hosts_and_known_topics_only() {
    let shop = Shop::open();
    for (url, topics, field) in [
        ("http://169.254.169.254/", "\"order.created\"", "url"),
        ("file:///etc/passwd", "\"order.created\"", "url"),
        ("http://hub.test/", "", "topics"),
        (
            "http://hub.test/",
            "\"order.created\",\"order.created\"",
            "topics",
        ),
        ("http://hub.test/", "\"order.lost\"", "topics[0]"),
    ] {
        let body = format!("{{\"url\":\"{url}\",\"topics\":[{topics}]}}");
        let answer = shop.post(Role::Middleware, "/webhooks", &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{body}");
    }
}
