//! Whatever refuses, and why ever: one error shape.

use http::{Method, StatusCode};
use mock_polish_api::Role;

use crate::shop::{Shop, order};

#[tokio::test(start_paused = true)]
async fn a_body_that_is_no_json_is_told_from_one_of_another_shape() {
    let shop = Shop::open();
    let answer = shop.post(Role::Storefront, "/orders", "{\"lines\":[").await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (400, "malformed_json")
    );
    let body = order(None, &[("POLISH", 1)]).replace(":1,", ":\"1\",");
    let answer = shop.post(Role::Storefront, "/orders", &body).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (422, "invalid")
    );
    assert_eq!(answer.json()["errors"][0]["field"], "lines[0].quantity");
}

#[tokio::test(start_paused = true)]
async fn unknown_paths_and_methods_are_refused_in_the_shops_own_shape() {
    let shop = Shop::open();
    let answer = shop.get(Role::Staff, "/prodcuts").await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (404, "not_found")
    );
    assert!(answer.text.contains("GET /products"), "{}", answer.text);
    let request = shop.request(Role::Staff, Method::PATCH, "/orders", "");
    let answer = shop.send(request).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (405, "method_not_allowed")
    );
    let mut allowed: Vec<_> = answer.header("allow").split(", ").collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "POST"]);
}

#[tokio::test(start_paused = true)]
async fn another_content_type_and_too_large_a_body_are_refused() {
    let shop = Shop::open();
    let mut request = shop.request(Role::Storefront, Method::POST, "/orders", "{}");
    request
        .headers_mut()
        .insert("content-type", "text/plain".parse().unwrap());
    let answer = shop.send(request).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (415, "unsupported_media_type")
    );
    let huge = format!("{{\"x\":\"{}\"}}", "y".repeat(1 << 20));
    let answer = shop.post(Role::Storefront, "/orders", &huge).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (413, "payload_too_large")
    );
}

#[tokio::test(start_paused = true)]
async fn parameters_out_of_range_are_named() {
    let shop = Shop::open();
    for (query, field) in [
        ("page=0", "page"),
        ("per_page=251", "per_page"),
        ("page=x", "page"),
        ("updated_after=2026-11-02T09:30:00", "updated_after"),
        ("updated_after=yesterday", "updated_after"),
    ] {
        let answer = shop.get(Role::Staff, &format!("/products?{query}")).await;
        let seen = (answer.status.as_u16(), answer.code());
        assert_eq!(seen, (400, "invalid_parameter".to_owned()), "{query}");
        assert_eq!(
            answer.json()["errors"][0]["field"],
            field,
            "{query}: {}",
            answer.text
        );
    }
    let answer = shop.get(Role::Staff, "/orders?status=lost").await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (400, "invalid_parameter")
    );
    let answer = shop.get(Role::Staff, "/products/%FF").await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (400, "invalid_parameter")
    );
    let answer = shop
        .put(
            "/products/JERKY/availability",
            "{\"available\":1}",
            Some("1"),
        )
        .await;
    assert_eq!(answer.json()["errors"][0]["field"], "If-Match");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_not_found() {
    let shop = Shop::open();
    for path in [
        "/products/NOWHERE",
        "/orders/ORD-000009",
        "/orders/9",
        "/orders/ORD-9",
    ] {
        let answer = shop.get(Role::Staff, path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.code(), "not_found");
    }
}
