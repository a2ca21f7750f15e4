//! Keys: who is let in, for what, and how a key is replaced.

use axum::body::Body;
use http::{Request, StatusCode};
use mock_polish_api::Role;

use crate::shop::{Answer, Shop, order};

async fn products_with(shop: &Shop, key: Option<&str>) -> Answer {
    let mut request = Request::get("/products");
    if let Some(key) = key {
        request = request.header("x-api-key", key);
    }
    shop.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test(start_paused = true)]
async fn without_a_live_key_nobody_is_let_in() {
    let shop = Shop::open();
    let key = shop.key(Role::Staff);
    for wrong in [None, Some("pk_1_2"), Some(&key[1..])] {
        let answer = products_with(&shop, wrong).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.code(), "invalid_api_key");
    }
    assert_eq!(
        products_with(&shop, Some(&key)).await.status,
        StatusCode::OK
    );
}

#[tokio::test(start_paused = true)]
async fn a_role_does_its_own_work_only() {
    let shop = Shop::open();
    let body = "{\"available\":1}";
    let path = "/products/JERKY/availability";
    let request = shop.request(Role::Staff, http::Method::PUT, path, body);
    let answer = shop.send(request).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::FORBIDDEN, "forbidden")
    );
    let answer = shop.post(Role::Middleware, "/counts", "{}").await;
    assert_eq!(
        answer.status,
        StatusCode::FORBIDDEN,
        "refused before the body is read"
    );
    let answer = shop.get(Role::Storefront, "/holds").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let answer = shop
        .post(Role::Storefront, "/orders", &order(None, &[("POLISH", 1)]))
        .await;
    assert_eq!(answer.status, StatusCode::CREATED);
}

#[tokio::test(start_paused = true)]
async fn a_rotated_key_works_beside_the_old_one_until_that_is_revoked() {
    let shop = Shop::open();
    let old = shop.key(Role::Middleware);
    let answer = shop.post(Role::Middleware, "/keys/rotate", "").await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let fresh = answer.json()["api_key"].as_str().unwrap().to_owned();
    assert_eq!(answer.json()["live_keys"].as_array().unwrap().len(), 2);
    assert_eq!(
        products_with(&shop, Some(&fresh)).await.status,
        StatusCode::OK
    );
    assert_eq!(
        products_with(&shop, Some(&old)).await.status,
        StatusCode::OK
    );

    let id = old.rsplit_once('_').unwrap().0;
    let revoke = format!("{{\"credential\":\"{id}\"}}");
    let revoked = shop
        .post(Role::Middleware, "/__admin/revoke", &revoke)
        .await;
    assert_eq!(revoked.status, StatusCode::OK, "{revoked:?}");
    assert_eq!(
        products_with(&shop, Some(&old)).await.code(),
        "invalid_api_key"
    );
    assert_eq!(
        products_with(&shop, Some(&fresh)).await.status,
        StatusCode::OK
    );
}
