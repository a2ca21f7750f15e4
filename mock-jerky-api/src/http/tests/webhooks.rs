use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use hmac::{Hmac, KeyInit, Mac};
use seams::Wire;
use sha2::Sha256;

use super::*;

type Inbox = Arc<Mutex<Vec<Request<Bytes>>>>;

/// A wire whose far end keeps every request and answers with these statuses in turn, the last for
/// ever.
fn wire(statuses: &'static [u16]) -> (Wire, Inbox) {
    let inbox = Inbox::default();
    let kept = Arc::clone(&inbox);
    let wire = Wire::new(move |request| {
        let mut kept = kept.lock().unwrap();
        let status = statuses[kept.len().min(statuses.len() - 1)];
        kept.push(request);
        async move { Ok(plain(status)) }
    });
    (wire, inbox)
}

async fn endpoint(shop: &Shop) -> (String, String) {
    let body = r#"{"url":"http://hub.test/hooks","event_types":["*"]}"#;
    let made = shop
        .write("POST", "/v1/webhook-endpoints", "hook", body)
        .await
        .ok(201);
    let text = |name: &str| made.body[name].as_str().unwrap().to_owned();
    (text("id"), text("secret"))
}

fn verifies(request: &Request<Bytes>, secret: &str) -> bool {
    let header = |name: &str| request.headers()[name].to_str().unwrap();
    let key = base64::Engine::decode(
        &base64::prelude::BASE64_STANDARD,
        secret.strip_prefix("whsec_").unwrap(),
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.unwrap()).unwrap();
    mac.update(format!("{}.{}.", header("webhook-id"), header("webhook-timestamp")).as_bytes());
    mac.update(request.body());
    let wanted = base64::Engine::encode(
        &base64::prelude::BASE64_STANDARD,
        mac.finalize().into_bytes(),
    );
    header("webhook-signature")
        .split(' ')
        .any(|one| one == format!("v1,{wanted}"))
}

#[tokio::test(start_paused = true)]
async fn an_event_is_posted_signed_over_its_exact_bytes() {
    let shop = shop().await;
    let (id, secret) = endpoint(&shop).await;
    let (wire, inbox) = wire(&[200]);
    let driver = tokio::spawn(shop.mock.run_webhooks(wire));
    shop.reserve("k", "4").await.ok(201);
    tokio::time::sleep(Duration::from_secs(1)).await;
    {
        let inbox = inbox.lock().unwrap();
        assert_eq!(inbox.len(), 1);
        assert!(verifies(&inbox[0], &secret));
        assert!(!verifies(&inbox[0], "whsec_AAAA"));
        let event: Value = serde_json::from_slice(inbox[0].body()).unwrap();
        assert_eq!(event["data"]["stock"]["reserved"], "4");
        assert_eq!(
            event["id"],
            inbox[0].headers()["webhook-id"].to_str().unwrap()
        );
    }
    let log = shop
        .get(&format!("/v1/webhook-endpoints/{id}/deliveries"))
        .await
        .ok(200)
        .body;
    assert_eq!(log["data"][0]["state"], "delivered");
    assert_eq!(log["data"][0]["attempts"][0]["status"], 200);
    driver.abort();
}

#[tokio::test(start_paused = true)]
async fn time_alone_sends_a_lapse() {
    let shop = shop().await;
    endpoint(&shop).await;
    let (wire, inbox) = wire(&[200]);
    let driver = tokio::spawn(shop.mock.run_webhooks(wire));
    shop.reserve("k", "4").await.ok(201);
    tokio::time::sleep(Duration::from_secs(601)).await;
    let last: Value = serde_json::from_slice(inbox.lock().unwrap().last().unwrap().body()).unwrap();
    assert_eq!(last["type"], "reservation.expired");
    assert_eq!(last["data"]["reservation"]["state"], "expired");
    driver.abort();
}

#[tokio::test(start_paused = true)]
async fn both_secrets_sign_while_a_rotation_overlaps() {
    let mut shop = shop().await;
    let (id, old) = endpoint(&shop).await;
    let rotate = format!("/v1/webhook-endpoints/{id}/rotate-secret");
    let new = shop.write("POST", &rotate, "r", "").await.ok(200).body["secret"].clone();
    let new = new.as_str().unwrap();
    let (wire, inbox) = wire(&[200]);
    let driver = tokio::spawn(shop.mock.run_webhooks(wire));
    shop.reserve("k", "1").await.ok(201);
    tokio::time::sleep(Duration::from_secs(1)).await;
    {
        let inbox = inbox.lock().unwrap();
        assert!(verifies(&inbox[0], &old) && verifies(&inbox[0], new));
    }
    tokio::time::sleep(Duration::from_secs(24 * 3600)).await;
    shop.token = shop.sign_in(Role::Middleware, "").await;
    shop.reserve("later", "1").await.ok(201);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let inbox = inbox.lock().unwrap();
    let last = inbox.last().unwrap();
    assert!(
        verifies(last, new) && !verifies(last, &old),
        "the lapse a day later"
    );
    drop(inbox);
    driver.abort();
}

#[tokio::test(start_paused = true)]
async fn a_failed_delivery_is_tried_again_and_gone_disables() {
    let shop = shop().await;
    let (id, _) = endpoint(&shop).await;
    let (wire, inbox) = wire(&[500, 200, 410]);
    let driver = tokio::spawn(shop.mock.run_webhooks(wire));
    shop.reserve("a", "1").await.ok(201);
    tokio::time::sleep(Duration::from_secs(6)).await;
    let deliveries = format!("/v1/webhook-endpoints/{id}/deliveries");
    let log = shop.get(&deliveries).await.ok(200).body;
    assert_eq!(log["data"][0]["attempts"].as_array().unwrap().len(), 2);
    let delivery = log["data"][0]["id"].as_str().unwrap();
    let again = format!("{deliveries}/{delivery}/redeliver");
    shop.write("POST", &again, "again", "").await.ok(202);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(inbox.lock().unwrap().len(), 3);
    let state = shop
        .get(&format!("/v1/webhook-endpoints/{id}"))
        .await
        .ok(200)
        .body;
    assert_eq!(state["status"], "disabled");
    assert_eq!(state.get("secret"), None);
    shop.write("POST", &again, "more", "")
        .await
        .refused(409, "endpoint-disabled");
    driver.abort();
}

#[tokio::test(start_paused = true)]
async fn endpoints_are_private_removable_and_kept_to_allowed_hosts() {
    let shop = shop().await;
    let (id, _) = endpoint(&shop).await;
    let body = r#"{"url":"http://169.254.169.254/","event_types":["*"]}"#;
    let refused = shop.write("POST", "/v1/webhook-endpoints", "x", body).await;
    refused.refused(400, "invalid-request");
    assert_eq!(refused.body["field"], "url");
    let list = shop.get("/v1/webhook-endpoints").await.ok(200).body;
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    let path = format!("/v1/webhook-endpoints/{id}");
    shop.write("DELETE", &path, "d", "").await.ok(204);
    shop.get(&path).await.refused(404, "endpoint-not-found");
}
