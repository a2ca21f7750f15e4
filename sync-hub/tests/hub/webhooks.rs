//! Webhooks: believed only if signed, and then taken in at once.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use serde_json::json;
use sha2::Sha256;
use sync_core::store::Refusal;

use crate::world::{Running, World};

fn sign(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

async fn jerky_event(world: &World, hub: &Running, key: &[u8], body: &str) -> StatusCode {
    let at = world.clock.now().as_second().to_string();
    let signature = STANDARD.encode(sign(key, &format!("evt_x.{at}.{body}")));
    let headers = [
        ("webhook-id", "evt_x"),
        ("webhook-timestamp", &at),
        ("webhook-signature", &format!("v1,{signature}")),
    ];
    hub.post("/webhooks/jerky", &headers, body).await
}

async fn polish_event(world: &World, hub: &Running, key: &str, order: &str) -> StatusCode {
    let now = world.clock.now();
    let body = json!({
        "id": "whk_9", "topic": "order.created", "resource_id": order, "version": 1,
        "occurred_at": now,
    })
    .to_string();
    let at = now.as_second();
    let mac = sign(key.as_bytes(), &format!("{at}.{body}"));
    let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    let header = format!("t={at},v1={hex}");
    let headers = [("x-polish-signature", header.as_str())];
    hub.post("/webhooks/polish", &headers, &body).await
}

/// A receipt the feed has not told of yet, as a webhook's body.
fn receipt(world: &World) -> String {
    let mut jerky = world.jerky();
    jerky.receive(5_000, world.clock.now());
    jerky.events.last().unwrap().to_string()
}

#[tokio::test(start_paused = true)]
async fn a_signed_event_is_taken_in_at_once() {
    let world = World::with(10_000);
    let hub = world.start();
    hub.settled().await;
    let secret = STANDARD.decode("c2VjcmV0LXNlY3JldC1zZWNyZXQ=").unwrap();
    let body = receipt(&world);
    let status = jerky_event(&world, &hub, &secret, &body).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(world.polish().available, 300);
}

#[tokio::test(start_paused = true)]
async fn a_forged_event_has_no_effect() {
    let world = World::with(10_000);
    let hub = world.start();
    hub.settled().await;
    let commits = hub.hub.status().commits;
    let body = receipt(&world);
    let status = jerky_event(&world, &hub, b"guessed", &body).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let status = hub.post("/webhooks/jerky", &[], &body).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let status = polish_event(&world, &hub, "guessed", "ORD-1").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(hub.hub.status().commits, commits);
}

#[tokio::test(start_paused = true)]
async fn a_thin_event_makes_the_hub_read_the_order() {
    let world = World::with(10_000);
    let hub = world.start();
    hub.settled().await;
    let id = world.polish().place(2, world.clock.now());
    let status = polish_event(&world, &hub, "polish-secret", &id).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(world.polish().order(&id)["status"], "confirmed");
}

#[tokio::test(start_paused = true)]
async fn a_signed_event_that_cannot_be_read_is_acknowledged_and_quarantined() {
    let world = World::with(10_000);
    let hub = world.start();
    hub.settled().await;
    let secret = STANDARD.decode("c2VjcmV0LXNlY3JldC1zZWNyZXQ=").unwrap();
    let status = jerky_event(&world, &hub, &secret, "{\"half\":").await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(hub.hub.status().quarantined, 1);
}

#[tokio::test(start_paused = true)]
async fn a_body_without_end_is_refused() {
    let world = World::with(10_000);
    let hub = world.start();
    let body = "x".repeat(300 * 1024);
    let status = hub.post("/webhooks/jerky", &[], &body).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test(start_paused = true)]
async fn what_a_full_disk_did_not_take_is_not_acknowledged_and_the_hub_goes_on() {
    let world = World::with(10_000);
    let hub = world.start();
    hub.settled().await;
    let secret = STANDARD.decode("c2VjcmV0LXNlY3JldC1zZWNyZXQ=").unwrap();
    let body = receipt(&world);
    hub.hub
        .with_engine(|engine| engine.store_mut().on_write(|| Some(Refusal::Full)));
    let status = jerky_event(&world, &hub, &secret, &body).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    // Polls, sweeps and the feed find the same disk; nobody dies of it and nothing is lost.
    hub.after(40 * 60).await;
    assert_eq!(world.polish().available, 200);
    hub.hub
        .with_engine(|engine| engine.store_mut().on_write(|| None));
    hub.settled().await;
    assert_eq!(world.polish().available, 300);
    let status = jerky_event(&world, &hub, &secret, &body).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    hub.shut_down().await.unwrap();
}
