//! The faults that only this vendor's handlers can play, and those that speak in its words.

use mock_polish_api::{OpeningProduct, ProductKind, Role};
use serde_json::{Value, json};

use crate::shop::Shop;

fn strike(shop: &Shop, rule: Value) {
    shop.mock
        .faults()
        .add(serde_json::from_value(rule).unwrap())
        .unwrap();
}

fn counted(shop: &Shop) -> u64 {
    shop.mock
        .faults()
        .report()
        .iter()
        .map(|line| line.count)
        .sum()
}

fn four() -> Shop {
    let product =
        |number| OpeningProduct::new(&format!("RES-{number}"), "Jerky", ProductKind::Resale, 10);
    Shop::with((1..=4).map(product).collect())
}

async fn page(shop: &Shop, number: u32) -> Vec<String> {
    let path = format!("/products?page={number}&per_page=1");
    let body = shop.get(Role::Middleware, &path).await.json();
    let rows = body["products"].as_array().unwrap().iter();
    rows.map(|row| row["sku"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_page_can_come_twice() {
    let shop = four();
    strike(
        &shop,
        json!({ "kind": "page_repeated", "operation": "list_products" }),
    );
    assert_eq!(
        page(&shop, 1).await,
        ["RES-1"],
        "there is none before the first"
    );
    assert_eq!(counted(&shop), 0);
    assert_eq!(page(&shop, 3).await, ["RES-2"]);
    assert_eq!(counted(&shop), 1);
}

#[tokio::test(start_paused = true)]
async fn a_page_can_be_left_out() {
    let shop = four();
    strike(
        &shop,
        json!({ "kind": "page_skipped", "operation": "list_products" }),
    );
    assert_eq!(page(&shop, 1).await, ["RES-2"]);
    assert_eq!(counted(&shop), 1);
}

#[tokio::test(start_paused = true)]
async fn part_of_a_bulk_can_fail_unapplied() {
    let shop = four();
    strike(
        &shop,
        json!({ "kind": "partial_batch", "operation": "bulk_availability" }),
    );
    let row = |number: u64| json!({ "sku": format!("RES-{number}"), "available": 90 + number });
    let rows = json!({ "rows": [row(1), row(2), row(3), row(4)] });
    let answer = shop
        .post(Role::Middleware, "/availability/bulk", &rows.to_string())
        .await;
    let results = answer.json()["results"].as_array().unwrap().clone();
    assert_eq!(results.len(), 4);
    let failed = results
        .iter()
        .filter(|result| result["status"] == 503)
        .count();
    assert!((1..=4).contains(&failed), "{results:?}");
    for (number, result) in (1..).zip(&results) {
        let product = shop
            .mock
            .shop(|shop, _| shop.product(&format!("RES-{number}")).unwrap());
        let applied = result["status"] == 200;
        assert_eq!(product.available == 90 + number, applied, "{result}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_revoked_key_leaves_the_second_one_alive() {
    let shop = four();
    strike(&shop, json!({ "kind": "token_revoked", "nth": 1 }));
    let answer = shop.get(Role::Middleware, "/products").await;
    assert_eq!(answer.code(), "invalid_api_key");
    assert_eq!(shop.mock.credentials(Role::Middleware).keys.len(), 1);
    assert_eq!(
        page(&shop, 1).await,
        ["RES-1"],
        "sent with the key that is left"
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_fault_denies_is_denied_as_the_shop_would() {
    for (rule, status, code) in [
        (json!({ "kind": "forbidden" }), 403, "forbidden"),
        (json!({ "kind": "phantom_not_found" }), 404, "not_found"),
        (json!({ "kind": "false_conflict" }), 409, "invalid_state"),
        (
            json!({ "kind": "false_conflict", "status": 412 }),
            412,
            "version_mismatch",
        ),
    ] {
        let shop = four();
        strike(&shop, rule);
        let denied = shop.get(Role::Middleware, "/products/RES-1").await;
        assert_eq!(
            (denied.status.as_u16(), denied.code().as_str()),
            (status, code)
        );
        assert_eq!(counted(&shop), 1);
        let staff = shop.get(Role::Staff, "/products/RES-1").await;
        assert_eq!(staff.status, 200, "only the middleware is struck");
    }
}

#[tokio::test(start_paused = true)]
async fn a_looping_page_links_to_itself_and_one_without_rows_to_nothing() {
    let shop = four();
    strike(&shop, json!({ "kind": "page_looping" }));
    let next = |path: &'static str| {
        let shop = &shop;
        async move {
            let answer = shop.get(Role::Middleware, path).await;
            let links = answer.header("link").to_owned();
            let next = links.split(", ").find(|link| link.contains("rel=\"next\""));
            next.map(|link| link.split(['<', '>']).nth(1).unwrap_or_default().to_owned())
        }
    };
    for (path, expected) in [
        (
            "/products?page=2&per_page=1",
            Some("/products?page=2&per_page=1"),
        ),
        (
            "/products?page=4&per_page=1",
            Some("/products?page=4&per_page=1"),
        ),
        ("/products?page=5&per_page=1", None),
        ("/orders", None),
        ("/holds", None),
        ("/counts?per_page=1", None),
    ] {
        let expected = expected.map(|link| format!("http://polish.test{link}"));
        assert_eq!(next(path).await, expected, "{path}");
    }
    assert_eq!(counted(&shop), 2);
}
