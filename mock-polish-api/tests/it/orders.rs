//! Orders and published numbers over the wire: statuses, versions, repetitions.

use http::StatusCode;
use mock_polish_api::Role;
use serde_json::json;

use crate::shop::{Shop, order};

#[tokio::test(start_paused = true)]
async fn an_order_lives_from_placing_to_return() {
    let shop = Shop::open();
    let id = shop.place(&[("POLISH", 4), ("JERKY", 6)]).await;
    let confirmed = shop
        .post(Role::Middleware, &format!("/orders/{id}/confirm"), "{}")
        .await;
    assert_eq!(confirmed.header("etag"), "\"2\"");
    let ship = json!({ "reference": "s1", "lines": [{ "line_id": "1", "quantity": 4 }] });
    let path = format!("/orders/{id}/ship");
    let shipped = shop.post(Role::Staff, &path, &ship.to_string()).await;
    assert_eq!(shipped.status, StatusCode::CREATED);
    assert_eq!(shipped.json()["status"], "partially_fulfilled");
    let again = shop.post(Role::Staff, &path, &ship.to_string()).await;
    assert_eq!(
        (again.status, again.json()),
        (StatusCode::OK, shipped.json())
    );
    let other = shop
        .post(Role::Staff, &path, "{\"reference\":\"s1\"}")
        .await;
    assert_eq!(
        (other.status.as_u16(), other.code().as_str()),
        (409, "reference_conflict")
    );

    let cancel = format!("/orders/{id}/cancel");
    let cancelled = shop
        .post(Role::Storefront, &cancel, "{\"reason\":\"too slow\"}")
        .await;
    assert_eq!(cancelled.json()["status"], "fulfilled");
    let line = json!({ "line_id": "1", "quantity": 4, "restock": true, "reason": "chipped" });
    let back = json!({ "reference": "r1", "lines": [line] }).to_string();
    let returned = shop
        .post(Role::Staff, &format!("/orders/{id}/return"), &back)
        .await;
    assert_eq!(returned.status, StatusCode::CREATED);
    assert_eq!(returned.json()["status"], "returned");
    assert_eq!(returned.json()["lines"][0]["restocked"], 4);
}

#[tokio::test(start_paused = true)]
async fn an_external_id_places_once() {
    let shop = Shop::open();
    let body = order(Some("cart-1"), &[("POLISH", 1)]);
    let first = shop.post(Role::Storefront, "/orders", &body).await;
    let again = shop.post(Role::Storefront, "/orders", &body).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 200));
    assert_eq!(first.json(), again.json());
}

#[tokio::test(start_paused = true)]
async fn refusals_of_an_order_name_every_line() {
    let shop = Shop::open();
    let lines = [("JERKY", 4), ("GIFT", 1), ("NOWHERE", 1)];
    let answer = shop
        .post(Role::Storefront, "/orders", &order(None, &lines))
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields: Vec<_> = answer.json()["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["code"].clone(), error["field"].clone()))
        .collect();
    let expected = [
        (json!("moq_not_met"), json!("lines[0].quantity")),
        (json!("unknown_sku"), json!("lines[2].sku")),
    ];
    assert_eq!(fields, expected);
}

#[tokio::test(start_paused = true)]
async fn a_stale_version_is_refused_with_the_current_one() {
    let shop = Shop::open();
    let path = "/products/JERKY/availability";
    let first = shop.put(path, "{\"available\":9}", Some("\"1\"")).await;
    assert_eq!(
        (first.status, first.header("etag")),
        (StatusCode::OK, "\"2\"")
    );
    let stale = shop.put(path, "{\"available\":8}", Some("\"1\"")).await;
    assert_eq!(
        (stale.status.as_u16(), stale.code().as_str()),
        (412, "version_mismatch")
    );
    assert_eq!(stale.json()["errors"][0]["current_version"], 2);
    let own = shop
        .put("/products/POLISH/availability", "{\"available\":8}", None)
        .await;
    assert_eq!(
        (own.status.as_u16(), own.code().as_str()),
        (422, "not_mirrored")
    );
}

#[tokio::test(start_paused = true)]
async fn a_bulk_answers_row_by_row() {
    let shop = Shop::open();
    let rows = json!({ "rows": [
        { "sku": "JERKY", "available": 5, "version": 1 },
        { "sku": "NOWHERE", "available": 5 },
        { "sku": "JERKY", "available": 6, "version": 1 },
    ]});
    let answer = shop
        .post(Role::Middleware, "/availability/bulk", &rows.to_string())
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    let results = &answer.json()["results"];
    assert_eq!(
        results[0],
        json!({ "sku": "JERKY", "status": 200, "version": 2 })
    );
    assert_eq!(results[1]["error"]["code"], "not_found");
    assert_eq!(results[2]["status"], 412);
}
