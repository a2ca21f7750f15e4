//! What is repeated, when, and what is not.

use serde_json::json;
use sync_core::{sku::OrderId, vendor::error::VendorError};
use tokio::time::{Duration, Instant};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, method, path},
};

use crate::world::{API_KEY, empty_page, grant, live_jerky, live_polish};

fn order() -> OrderId {
    OrderId::parse("ORD-000001").unwrap()
}

/// A polish server that answers `first` once and then an order that is not there.
async fn polish_after(first: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(first)
        .up_to_n_times(1)
        .mount(&server)
        .await;
    let gone = json!({"errors": [{"code": "not_found", "message": "no", "field": null}]});
    Mock::given(method("GET"))
        .and(path("/orders/ORD-000001"))
        .and(header("x-api-key", API_KEY))
        .respond_with(ResponseTemplate::new(404).set_body_json(gone))
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn a_read_is_repeated_until_it_is_served() {
    for status in [500, 502, 503, 504] {
        let server = polish_after(ResponseTemplate::new(status)).await;
        let error = live_polish(&server).order(&order()).await.unwrap_err();
        assert!(error.is_code("not_found"), "{error}");
        assert_eq!(server.received_requests().await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_read_is_given_up_in_the_end() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(500))
        .expect(4)
        .mount(&server)
        .await;
    let error = live_polish(&server).order(&order()).await.unwrap_err();
    assert!(matches!(error, VendorError::Retryable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_write_is_one_attempt_and_its_outcome_unknown() {
    for status in [500, 502, 503, 504] {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .respond_with(ResponseTemplate::new(status))
            .expect(1)
            .mount(&server)
            .await;
        let error = live_polish(&server).confirm(&order()).await.unwrap_err();
        assert!(matches!(error, VendorError::Unknown { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_write_that_takes_too_long_is_unknown_and_a_read_is_not() {
    let server = MockServer::start().await;
    Mock::given(path("/orders/ORD-000001/confirm"))
        .respond_with(ResponseTemplate::new(200).set_delay(Duration::from_secs(5)))
        .mount(&server)
        .await;
    let error = live_polish(&server).confirm(&order()).await.unwrap_err();
    assert!(matches!(error, VendorError::Unknown { .. }), "{error:?}");
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(5));
    let server = polish_after(slow).await;
    let error = live_polish(&server).order(&order()).await.unwrap_err();
    assert!(error.is_code("not_found"), "{error}");
}

#[tokio::test]
async fn a_write_that_reached_nobody_may_be_sent_again() {
    let server = MockServer::start().await;
    let polish = live_polish(&server);
    drop(server);
    let error = polish.confirm(&order()).await.unwrap_err();
    // The pool of servers may keep the port open and answer 404; no connection is the usual case.
    let harmless = matches!(error, VendorError::Retryable { .. }) || error.is_status(404);
    assert!(harmless, "{error:?}");
}

#[tokio::test]
async fn retry_after_in_seconds_is_waited_for() {
    let first = ResponseTemplate::new(429).insert_header("retry-after", "1");
    let server = polish_after(first).await;
    let began = Instant::now();
    let error = live_polish(&server).order(&order()).await.unwrap_err();
    assert!(error.is_code("not_found"), "{error}");
    assert!(began.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn retry_after_as_a_date_is_taken_by_the_vendors_own_clock() {
    // The vendor lives in another year; only the difference counts.
    let first = ResponseTemplate::new(503)
        .insert_header("date", "Wed, 06 Nov 2030 10:00:00 GMT")
        .insert_header("retry-after", "Wed, 06 Nov 2030 10:00:01 GMT");
    let server = polish_after(first).await;
    let began = Instant::now();
    let error = live_polish(&server).order(&order()).await.unwrap_err();
    assert!(error.is_code("not_found"), "{error}");
    let took = began.elapsed();
    assert!(
        took >= Duration::from_secs(1) && took < Duration::from_secs(5),
        "{took:?}"
    );
}

#[tokio::test]
async fn what_the_headers_allow_is_what_is_sent() {
    let server = MockServer::start().await;
    grant(&server, "t", 900).await;
    // Ten a second, and none left.
    Mock::given(path("/v1/stock"))
        .respond_with(
            ResponseTemplate::new(200)
                .insert_header("ratelimit-policy", "\"default\";q=10;w=1")
                .insert_header("ratelimit", "\"default\";r=0;t=1")
                .set_body_json(empty_page()),
        )
        .mount(&server)
        .await;
    let jerky = live_jerky(&server);
    let began = Instant::now();
    for _ in 0..3 {
        jerky.stock(None).await.unwrap();
    }
    assert!(
        began.elapsed() >= Duration::from_millis(400),
        "{:?}",
        began.elapsed()
    );
}
