use base64::{Engine, prelude::BASE64_STANDARD};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_client_signs_in_by_header_or_by_form() {
    let shop = shop().await;
    let client = shop.mock.credentials(Role::Middleware).unwrap();
    let pair = format!("{}:{}", client.client_id, client.client_secret);
    let request = Request::post("/oauth/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .header(
            "authorization",
            format!("Basic {}", BASE64_STANDARD.encode(pair)),
        )
        .body(Body::from("grant_type=client_credentials&scope=stock:read"))
        .unwrap();
    let answer = shop.send(request).await.ok(200);
    assert_eq!(answer.body["token_type"], "Bearer");
    assert_eq!(answer.body["expires_in"], 900);
    assert_eq!(answer.body["scope"], "stock:read");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test(start_paused = true)]
async fn sign_in_errors_are_those_of_rfc_6749() {
    let shop = shop().await;
    let client = shop.mock.credentials(Role::Middleware).unwrap();
    let form = |grant: &str, secret: &str, scope: &str| {
        let id = &client.client_id;
        format!("grant_type={grant}&client_id={id}&client_secret={secret}&scope={scope}")
    };
    let secret = &client.client_secret;
    for (form, status, error) in [
        (form("password", secret, ""), 400, "unsupported_grant_type"),
        (
            form("client_credentials", secret, "stock:read all"),
            400,
            "invalid_scope",
        ),
        (
            form("client_credentials", "wrong", ""),
            401,
            "invalid_client",
        ),
        ("scope=stock:read".to_owned(), 400, "invalid_request"),
    ] {
        let answer = shop.post_form(&form).await.ok(status);
        assert_eq!(answer.body["error"], error);
        assert_eq!(answer.header("www-authenticate").is_empty(), status != 401);
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_a_wrong_and_an_old_token_are_told_apart_as_rfc_6750_asks() {
    let shop = shop().await;
    let none = shop.get_with("/v1/items", &[("authorization", "")]).await;
    none.refused(401, "unauthorized");
    assert_eq!(none.header("www-authenticate"), "Bearer realm=\"jerky\"");
    let wrong = shop
        .get_with("/v1/items", &[("authorization", "Bearer nonsense")])
        .await;
    assert!(
        wrong
            .header("www-authenticate")
            .contains("error=\"invalid_token\"")
    );
    shop.wait(899);
    shop.get("/v1/items").await.ok(200);
    shop.wait(1);
    shop.get("/v1/items").await.refused(401, "unauthorized");
}

#[tokio::test(start_paused = true)]
async fn a_token_does_only_what_its_scope_says() {
    let mut shop = shop().await;
    shop.token = shop.sign_in(Role::Middleware, "stock:read").await;
    shop.get("/v1/stock/JRK-1").await.ok(200);
    let answer = shop.reserve("k", "1").await;
    answer.refused(403, "forbidden");
    assert!(
        answer
            .header("www-authenticate")
            .contains("scope=\"reservations:write\"")
    );
}

#[tokio::test(start_paused = true)]
async fn a_revoked_token_is_dead_at_once() {
    let shop = shop().await;
    let body = r#"{"principal":"lockstep-hub"}"#;
    let headers = [("content-type", "application/json")];
    let answer = shop
        .call("POST", "/__admin/revoke", &headers, body)
        .await
        .ok(200);
    assert_eq!(answer.body["revoked"], 1);
    shop.get("/v1/items").await.refused(401, "unauthorized");
}

#[tokio::test(start_paused = true)]
async fn the_bucket_tells_where_it_stands_and_refuses_in_seconds() {
    let shop = shop_with(|config| {
        config.middleware_rate.quota = 2;
        config.middleware_rate.window_seconds = 4;
    })
    .await;
    let first = shop.get("/v1/stock/JRK-1").await.ok(200);
    assert_eq!(first.header("ratelimit-policy"), "\"default\";q=2;w=4");
    assert_eq!(first.header("ratelimit"), "\"default\";r=1;t=2");
    shop.get("/v1/stock/JRK-1").await.ok(200);
    let refused = shop.get("/v1/stock/JRK-1").await;
    refused.refused(429, "rate-limited");
    assert_eq!(refused.header("retry-after"), "2");
    assert_eq!(refused.header("ratelimit"), "\"default\";r=0;t=4");
    shop.wait(2);
    shop.get("/v1/stock/JRK-1").await.ok(200);
}

#[tokio::test(start_paused = true)]
async fn unknown_paths_and_methods_name_their_neighbours() {
    let shop = shop().await;
    let path = shop.get("/v1/itms").await;
    path.refused(404, "not-found");
    assert_eq!(path.body["nearest"][0], "GET /v1/items");
    let method = shop.call("PUT", "/v1/items", &[], "").await;
    method.refused(405, "method-not-allowed");
    assert_eq!(method.header("allow"), "GET");
}
