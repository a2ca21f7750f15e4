//! The access token: one fetch at a time, early, and once for each that was revoked.

use std::time::Duration;

use futures_util::future::join_all;
use seams::Clock;
use serde_json::json;
use sync_core::vendor::{error::VendorError, http::HttpPolicy};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, method, path},
};

use crate::world::{
    CLIENT_SECRET, empty_page, grant, granted, jerky_at, json_reply, live_jerky, problem, vendor,
};

#[tokio::test]
async fn many_calls_at_once_fetch_one_token() {
    let server = MockServer::start().await;
    let slow = ResponseTemplate::new(200)
        .set_body_json(granted("t", 900))
        .set_delay(Duration::from_millis(50));
    Mock::given(method("POST"))
        .and(path("/oauth/token"))
        .respond_with(slow)
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(path("/v1/stock"))
        .and(header("authorization", "Bearer t"))
        .respond_with(ResponseTemplate::new(200).set_body_json(empty_page()))
        .expect(20)
        .mount(&server)
        .await;
    let jerky = live_jerky(&server);
    for result in join_all((0..20).map(|_| jerky.stock(None))).await {
        result.unwrap();
    }
}

#[tokio::test]
async fn a_revoked_token_is_renewed_once_for_all_who_met_it() {
    let server = MockServer::start().await;
    let grants = Mock::given(method("POST")).and(path("/oauth/token"));
    grants
        .respond_with(ResponseTemplate::new(200).set_body_json(granted("revoked", 900)))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    grant(&server, "fresh", 900).await;
    Mock::given(header("authorization", "Bearer revoked"))
        .respond_with(problem(401, "unauthorized").set_delay(Duration::from_millis(20)))
        .mount(&server)
        .await;
    Mock::given(header("authorization", "Bearer fresh"))
        .respond_with(ResponseTemplate::new(200).set_body_json(empty_page()))
        .mount(&server)
        .await;
    let jerky = live_jerky(&server);
    for result in join_all((0..10).map(|_| jerky.stock(None))).await {
        result.unwrap();
    }
    let requests = server.received_requests().await.unwrap();
    let fetched = requests.iter().filter(|r| r.url.path() == "/oauth/token");
    assert_eq!(
        fetched.count(),
        2,
        "one at the start, one after the revocation"
    );
}

#[tokio::test]
async fn a_refused_client_is_told_without_its_secret() {
    let server = MockServer::start().await;
    let body = json!({"error": "invalid_client"});
    Mock::given(path("/oauth/token"))
        .respond_with(ResponseTemplate::new(401).set_body_json(body))
        .mount(&server)
        .await;
    let jerky = live_jerky(&server);
    let error = jerky.stock(None).await.unwrap_err();
    assert!(
        matches!(error, VendorError::Unauthorized { .. }),
        "{error:?}"
    );
    let shown = format!("{error} {error:?} {jerky:?}");
    assert!(!shown.contains(CLIENT_SECRET), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_it_ends() {
    let (wire, log) = vendor(|_, _| async { Ok(json_reply(200, &[], &empty_page())) });
    let clock = Clock::starting_at("2026-11-02T09:00:00Z".parse().unwrap());
    let base = "http://jerky.test".to_owned();
    let jerky = jerky_at(base, wire, clock, HttpPolicy::default());
    for (seconds, tokens) in [(0, 1), (800, 1), (60, 2)] {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        jerky.stock(None).await.unwrap();
        assert_eq!(log.tokens(), tokens);
    }
}

#[tokio::test(start_paused = true)]
async fn who_waited_for_a_fetch_that_failed_does_not_fetch_again() {
    let (wire, log) = vendor(|_, _| async { Ok(json_reply(200, &[], &empty_page())) });
    let broken = seams::Wire::new(move |request| {
        let wire = wire.clone();
        async move {
            let answer = wire.send(request).await?;
            let is_token = answer.body().starts_with(b"{\"access_token\"");
            let denied = json_reply(401, &[], &json!({"error": "invalid_client"}));
            Ok(if is_token { denied } else { answer })
        }
    });
    let clock = Clock::starting_at("2026-11-02T09:00:00Z".parse().unwrap());
    let base = "http://jerky.test".to_owned();
    let jerky = jerky_at(base, broken, clock, HttpPolicy::default());
    for result in join_all((0..10).map(|_| jerky.stock(None))).await {
        assert!(result.is_err());
    }
    assert_eq!(log.tokens(), 1);
}
