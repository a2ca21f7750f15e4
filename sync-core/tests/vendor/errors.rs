//! Both vendors' ways of saying no.

use serde_json::json;
use sync_core::{
    outbox::ReserveLine,
    quantity::{Quantity, Units},
    sku::{JerkySku, LineId, OrderId, PolishSku},
    unit::Unit,
    vendor::error::{Refusal, VendorError},
};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_json, header, method, path},
};

use crate::world::{grant, live_jerky, live_polish, problem};

fn line() -> ReserveLine {
    ReserveLine {
        line: LineId::parse("1").unwrap(),
        sku: JerkySku::parse("JRK-1").unwrap(),
        quantity: Quantity::new(1500),
        unit: Unit::Gram,
        lots: Vec::new(),
    }
}

#[tokio::test]
async fn a_problem_detail_names_each_shortfall() {
    let server = MockServer::start().await;
    grant(&server, "t", 900).await;
    let shortfall = json!({
        "line_id": "1", "sku": "JRK-1", "requested": "1.500", "available": "0.200",
    });
    let body = json!({
        "type": "https://jerky.example/problems/insufficient-stock",
        "title": "Insufficient stock", "status": 409, "detail": "line 1", "shortfalls": [shortfall],
    });
    let sent = json!({
        "reference": "ORD-000001", "ttl_seconds": 60,
        "lines": [{"line_id": "1", "sku": "JRK-1", "quantity": "1500", "unit": "GRM"}],
    });
    let reply =
        ResponseTemplate::new(409).set_body_raw(body.to_string(), "application/problem+json");
    Mock::given(method("POST"))
        .and(path("/v1/reservations"))
        .and(header("idempotency-key", "reserve:ORD-000001:0"))
        .and(body_json(sent))
        .respond_with(reply)
        .expect(1)
        .mount(&server)
        .await;
    let order = OrderId::parse("ORD-000001").unwrap();
    let jerky = live_jerky(&server);
    let error = jerky
        .reserve(&order, 60, &[line()], "reserve:ORD-000001:0")
        .await
        .unwrap_err();
    let Some(Refusal::Problem(problem)) = error.refusal() else {
        panic!("{error:?}");
    };
    assert_eq!(problem.slug, "insufficient-stock");
    assert_eq!(problem.shortfalls[0].available, "0.200");
}

#[tokio::test]
async fn a_key_in_flight_is_a_not_yet() {
    let server = MockServer::start().await;
    grant(&server, "t", 900).await;
    Mock::given(path("/v1/reservations"))
        .respond_with(problem(409, "idempotency-key-in-flight"))
        .mount(&server)
        .await;
    let order = OrderId::parse("ORD-000001").unwrap();
    let jerky = live_jerky(&server);
    let error = jerky.reserve(&order, 60, &[line()], "k").await.unwrap_err();
    assert!(matches!(error, VendorError::Retryable { .. }), "{error:?}");
}

#[tokio::test]
async fn the_shops_own_shape_tells_the_version_it_holds() {
    let server = MockServer::start().await;
    let body = json!({"errors": [{
        "code": "version_mismatch", "message": "moved on", "field": null, "current_version": 9,
    }]});
    Mock::given(method("PUT"))
        .and(path("/products/NP%2F1/availability"))
        .and(header("if-match", "\"7\""))
        .and(body_json(json!({"available": 12})))
        .respond_with(ResponseTemplate::new(412).set_body_json(body))
        .expect(1)
        .mount(&server)
        .await;
    let sku = PolishSku::parse("NP/1").unwrap();
    let polish = live_polish(&server);
    let error = polish
        .publish(&sku, Units::new(12), Some(7))
        .await
        .unwrap_err();
    let Some(Refusal::Polish { status, errors }) = error.refusal() else {
        panic!("{error:?}");
    };
    assert_eq!((*status, errors[0].current_version), (412, Some(9)));
}

#[tokio::test]
async fn a_refusal_that_says_nothing_is_still_a_refusal() {
    let server = MockServer::start().await;
    let page = ResponseTemplate::new(404).set_body_raw("<h1>Not found</h1>", "text/html");
    Mock::given(method("GET"))
        .respond_with(page)
        .mount(&server)
        .await;
    let sku = PolishSku::parse("NP-1").unwrap();
    let error = live_polish(&server).product(&sku).await.unwrap_err();
    assert_eq!(error.refusal(), Some(&Refusal::Bare { status: 404 }));
}
