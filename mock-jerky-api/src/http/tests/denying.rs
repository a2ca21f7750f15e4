use serde_json::json;

use super::*;

async fn struck_by(rule: Value) -> Shop {
    let shop = shop().await;
    let rule = serde_json::from_value(rule).unwrap();
    shop.mock.faults().add(rule).unwrap();
    shop
}

#[tokio::test(start_paused = true)]
async fn what_a_fault_denies_is_denied_as_the_vendor_would() {
    let path = format!("/v1/stock/{SKU}");
    let shop = struck_by(json!({"kind": "forbidden", "limit": 1})).await;
    let denied = shop.get(&path).await;
    denied.refused(403, "forbidden");
    assert!(
        denied
            .header("www-authenticate")
            .contains("insufficient_scope")
    );
    shop.get(&path).await.ok(200);

    for (path, slug) in [
        (path.as_str(), "unknown-sku"),
        ("/v1/items/JRK-1/lots", "unknown-sku"),
        ("/v1/reservations/res_1", "reservation-not-found"),
        ("/v1/webhook-endpoints/we_1", "endpoint-not-found"),
        ("/v1/events", "not-found"),
    ] {
        let shop = struck_by(json!({"kind": "phantom_not_found"})).await;
        shop.get(path).await.refused(404, slug);
    }

    for (status, slug) in [(409, "conflict"), (412, "precondition-failed")] {
        let shop = struck_by(json!({"kind": "false_conflict", "status": status})).await;
        shop.get(&path).await.refused(status, slug);
    }
}
