//! Pages, links and totals.

use mock_polish_api::{OpeningProduct, ProductKind, Role};

use crate::shop::{Shop, order};

fn products(count: usize) -> Vec<OpeningProduct> {
    let product = |number| {
        OpeningProduct::new(
            &format!("RES-{number:03}"),
            "Jerky",
            ProductKind::Resale,
            10,
        )
    };
    (0..count).map(product).collect()
}

#[tokio::test(start_paused = true)]
async fn links_lead_from_page_to_page_and_keep_the_filter() {
    let shop = Shop::with(products(5));
    let since = "updated_after=2026-11-02T09:00:00-05:00";
    let answer = shop
        .get(Role::Staff, &format!("/products?{since}&page=2&per_page=2"))
        .await;
    assert_eq!(answer.header("x-total-count"), "5");
    let link = |page, rel| {
        format!("<http://polish.test/products?{since}&page={page}&per_page=2>; rel=\"{rel}\"")
    };
    let expected = [
        link(1, "first"),
        link(1, "prev"),
        link(3, "next"),
        link(3, "last"),
    ];
    assert_eq!(answer.header("link"), expected.join(", "));
    let last = shop.get(Role::Staff, "/products?page=3&per_page=2").await;
    assert_eq!(last.json()["products"].as_array().unwrap().len(), 1);
    assert!(!last.header("link").contains("next"));
    let beyond = shop.get(Role::Staff, "/products?page=9&per_page=2").await;
    assert_eq!(beyond.json()["products"].as_array().unwrap().len(), 0);
    assert!(!beyond.header("link").contains("next"));
}

#[tokio::test(start_paused = true)]
async fn a_row_that_changes_moves_to_the_end_and_another_is_skipped() {
    let shop = Shop::with(products(4));
    let skus = |answer: crate::shop::Answer| -> Vec<String> {
        let body = answer.json();
        let rows = body["products"].as_array().unwrap().iter();
        rows.map(|row| row["sku"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = skus(shop.get(Role::Staff, "/products?page=1&per_page=2").await);
    tokio::time::advance(std::time::Duration::from_secs(1)).await;
    shop.put("/products/RES-000/availability", "{\"available\":3}", None)
        .await;
    let second = skus(shop.get(Role::Staff, "/products?page=2&per_page=2").await);
    assert_eq!(first, ["RES-000", "RES-001"]);
    assert_eq!(second, ["RES-003", "RES-000"], "RES-002 was never seen");
}

#[tokio::test(start_paused = true)]
async fn timestamps_carry_the_shops_offset() {
    let shop = Shop::open();
    let product = shop.get(Role::Staff, "/products/POLISH").await.json();
    assert_eq!(product["updated_at"], "2026-11-02T09:00:00-05:00");
}

#[tokio::test(start_paused = true)]
async fn holds_and_counts_are_listed() {
    let shop = Shop::open();
    let order = shop
        .post(Role::Storefront, "/orders", &order(None, &[("GIFT", 2)]))
        .await;
    let holds = shop.get(Role::Staff, "/holds?sku=POLISH").await;
    assert_eq!(holds.header("x-total-count"), "1");
    let hold = &holds.json()["holds"][0];
    assert_eq!(
        (&hold["order_id"], &hold["quantity"]),
        (&order.json()["id"], &4.into())
    );
    assert_eq!(hold["expires_at"], "2026-11-02T09:30:00-05:00");

    for number in 1..=3 {
        let body =
            format!("{{\"reference\":\"c{number}\",\"sku\":\"JERKY\",\"counted\":{number}}}");
        let answer = shop.post(Role::Staff, "/counts", &body).await;
        assert_eq!(answer.status.as_u16(), 201, "{answer:?}");
    }
    let counts = shop
        .get(Role::Middleware, "/counts?after=CNT-000001&per_page=1")
        .await;
    assert_eq!(counts.json()["counts"][0]["id"], "CNT-000002");
    let next = "<http://polish.test/counts?per_page=1&after=CNT-000002>; rel=\"next\"";
    assert_eq!(counts.header("link"), next);
    assert_eq!(counts.header("x-total-count"), "2");
}
