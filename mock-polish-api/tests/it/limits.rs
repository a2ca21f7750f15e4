//! The leaky bucket.

use std::time::Duration;

use http::StatusCode;
use mock_polish_api::Role;

use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn a_full_bucket_names_the_time_to_come_again() {
    let shop = Shop::open();
    for used in 1..=40 {
        let answer = shop.get(Role::Middleware, "/products").await;
        assert_eq!(answer.header("x-shop-api-call-limit"), format!("{used}/40"));
    }
    let answer = shop.get(Role::Middleware, "/products").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.code(), "rate_limited");
    assert_eq!(answer.header("x-shop-api-call-limit"), "40/40");
    // One drop leaks in 50 ms; an HTTP date has whole seconds and must not be early.
    assert_eq!(
        answer.header("retry-after"),
        "Mon, 02 Nov 2026 14:00:01 GMT"
    );

    tokio::time::advance(Duration::from_millis(50)).await;
    let answer = shop.get(Role::Middleware, "/products").await;
    assert_eq!(answer.status, StatusCode::OK);
    tokio::time::advance(Duration::from_secs(1)).await;
    let answer = shop.get(Role::Middleware, "/products").await;
    assert_eq!(answer.header("x-shop-api-call-limit"), "21/40");
}

#[tokio::test(start_paused = true)]
async fn each_key_has_a_bucket_of_its_own_and_traffic_a_large_one() {
    let shop = Shop::open();
    for _ in 0..40 {
        shop.get(Role::Middleware, "/products").await;
    }
    let answer = shop.get(Role::Storefront, "/products").await;
    assert_eq!(answer.header("x-shop-api-call-limit"), "1/4000");
    let second = shop.mock.credentials(Role::Middleware).keys[1].clone();
    let mut request = shop.request(Role::Middleware, http::Method::GET, "/products", "");
    request
        .headers_mut()
        .insert("x-api-key", second.parse().unwrap());
    assert_eq!(shop.send(request).await.status, StatusCode::OK);
}
