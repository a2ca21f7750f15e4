use super::*;

#[tokio::test(start_paused = true)]
async fn cursors_lead_through_the_whole_list() {
    let shop = shop().await;
    let mut path = "/v1/stock?limit=3".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = shop.get(&path).await.ok(200).body;
        seen.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["sku"].clone()),
        );
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/stock?limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, ["JRK-1", "JRK-2", "JRK-3", "POL-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_cursor_is_good_for_a_quarter_of_an_hour_and_for_its_own_list() {
    let shop = shop().await;
    let page = shop.get("/v1/items?limit=1").await.ok(200).body;
    let cursor = page["next_cursor"].as_str().unwrap();
    let stock = shop.get(&format!("/v1/stock?cursor={cursor}")).await;
    stock.refused(400, "invalid-request");
    let forged = cursor.replace(&cursor[4..6], "AA");
    shop.get(&format!("/v1/items?cursor={forged}"))
        .await
        .refused(400, "invalid-request");
    shop.wait(15 * 60);
    shop.get(&format!("/v1/items?cursor={cursor}"))
        .await
        .refused(401, "unauthorized");
    let mut shop = shop;
    shop.token = shop.sign_in(Role::Middleware, "").await;
    shop.get(&format!("/v1/items?cursor={cursor}"))
        .await
        .ok(200);
    shop.wait(1);
    shop.get(&format!("/v1/items?cursor={cursor}"))
        .await
        .refused(410, "cursor-expired");
}

#[tokio::test(start_paused = true)]
async fn limits_outside_the_document_are_refused() {
    let shop = shop().await;
    for query in [
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=x",
        "limit=",
        "sku=,",
    ] {
        let answer = shop.get(&format!("/v1/stock?{query}")).await;
        answer.refused(400, "invalid-request");
    }
}

#[tokio::test(start_paused = true)]
async fn who_has_the_state_already_is_told_so() {
    let shop = shop().await;
    for path in ["/v1/items/JRK-1", "/v1/stock/JRK-1"] {
        let tag = shop.get(path).await.ok(200).header("etag").to_owned();
        let tags = format!("\"other\", W/{tag}");
        let same = shop
            .get_with(path, &[("if-none-match", &tags)])
            .await
            .ok(304);
        assert_eq!(
            (same.header("etag"), &same.body),
            (tag.as_str(), &Value::Null)
        );
    }
    let tag = shop.get("/v1/stock/JRK-1").await.header("etag").to_owned();
    shop.reserve("k", "1").await.ok(201);
    shop.get_with("/v1/stock/JRK-1", &[("if-none-match", &tag)])
        .await
        .ok(200);
}

#[tokio::test(start_paused = true)]
async fn a_tag_changes_at_midnight_as_the_level_does() {
    let mut shop = shop().await;
    let tag = shop.get("/v1/stock/JRK-1").await.header("etag").to_owned();
    shop.wait(60 * 24 * 3600);
    shop.token = shop.sign_in(Role::Middleware, "").await;
    let answer = shop
        .get_with("/v1/stock/JRK-1", &[("if-none-match", &tag)])
        .await
        .ok(200);
    assert_eq!(answer.body["available"], "0");
}

#[tokio::test(start_paused = true)]
async fn the_deprecated_alias_says_when_it_ends() {
    let shop = shop().await;
    let old = shop.get("/v1/inventory/JRK-1").await.ok(200);
    assert_eq!(old.body, shop.get("/v1/stock/JRK-1").await.body);
    assert_eq!(old.header("deprecation"), "@1767225600");
    assert_eq!(old.header("sunset"), "Fri, 31 Dec 2027 23:59:59 GMT");
}

#[tokio::test(start_paused = true)]
async fn the_feed_forgets_and_says_so() {
    let shop = shop_with(|config| config.warehouse.feed_capacity = 2).await;
    for key in ["a", "b", "c"] {
        shop.reserve(key, "1").await.ok(201);
    }
    shop.get("/v1/events?after=0")
        .await
        .refused(410, "sequence-expired");
    let page = shop.get("/v1/events?after=1").await.ok(200).body;
    assert_eq!(
        (&page["last_position"], &page["oldest_position"]),
        (&3.into(), &2.into())
    );
    let event = &page["data"][0];
    assert_eq!(
        (&event["type"], &event["position"]),
        (&"stock.changed".into(), &2.into())
    );
    assert_eq!(event["cause"]["actor"], "lockstep-hub");
    assert_eq!(event["data"]["stock"]["reserved"], "2");
}

#[tokio::test(start_paused = true)]
async fn a_vendor_that_skips_or_repeats_pages_does_so_by_its_cursors() {
    for (kind, second) in [("page_skipped", "JRK-3"), ("page_repeated", "JRK-1")] {
        let shop = shop().await;
        let rule = format!(r#"{{"kind":"{kind}","operation":"list_stock","nth":1}}"#);
        let headers = [("content-type", "application/json")];
        shop.call("POST", "/__admin/faults", &headers, &rule)
            .await
            .ok(201);
        let page = shop.get("/v1/stock?limit=1").await.ok(200).body;
        assert_eq!(page["data"][0]["sku"], "JRK-1");
        let cursor = page["next_cursor"].as_str().unwrap();
        let next = shop
            .get(&format!("/v1/stock?limit=1&cursor={cursor}"))
            .await
            .ok(200)
            .body;
        assert_eq!(next["data"][0]["sku"], second, "{kind}");
        let report = shop.get("/__admin/faults/report").await.ok(200).body;
        assert_eq!(report[0]["kind"], kind);
    }
}

async fn strike(shop: &Shop, rule: &str) {
    let headers = [("content-type", "application/json")];
    let added = shop.call("POST", "/__admin/faults", &headers, rule).await;
    added.ok(201);
}

async fn report(shop: &Shop) -> Vec<String> {
    let report = shop.get("/__admin/faults/report").await.ok(200).body;
    let line = |count: &Value| {
        let text = |name: &str| count[name].as_str().unwrap_or_default().to_owned();
        format!("{} {} {}", text("kind"), text("operation"), count["count"])
    };
    report.as_array().unwrap().iter().map(line).collect()
}

#[tokio::test(start_paused = true)]
async fn a_looping_page_hands_out_the_cursor_it_was_asked_with() {
    let shop = shop().await;
    let cursor = |answer: &Answer| answer.body["next_cursor"].as_str().unwrap().to_owned();
    let second = cursor(&shop.get("/v1/stock?limit=1").await);
    strike(
        &shop,
        r#"{"kind":"page_looping","operation":"list_stock","limit":2}"#,
    )
    .await;
    let page = format!("/v1/stock?limit=1&cursor={second}");
    // A cursor made a moment later would be another one.
    shop.wait(1);
    let looping = shop.get(&page).await.ok(200);
    assert_eq!(looping.body["data"][0]["sku"], "JRK-2");
    assert_eq!(cursor(&looping), second);
    let first = cursor(&shop.get("/v1/stock?limit=1").await);
    let again = shop.get(&format!("/v1/stock?limit=1&cursor={first}")).await;
    assert_eq!(again.body["data"][0]["sku"], "JRK-1");
    let on = cursor(&shop.get(&page).await);
    assert_ne!(on, second);
    shop.get("/v1/events?after=0").await.ok(200);
    assert_eq!(report(&shop).await, ["page_looping list_stock 2"]);
}

#[tokio::test(start_paused = true)]
async fn a_fresh_cursor_and_a_kept_position_can_be_refused_as_expired() {
    let shop = shop().await;
    shop.reserve("a", "1").await.ok(201);
    shop.reserve("b", "1").await.ok(201);
    let page = shop.get("/v1/stock?limit=1").await.ok(200).body;
    let cursor = page["next_cursor"].as_str().unwrap();
    let second = format!("/v1/stock?limit=1&cursor={cursor}");
    strike(&shop, r#"{"kind":"cursor_expired"}"#).await;
    shop.get("/v1/stock?limit=1").await.ok(200);
    shop.get(&second).await.refused(410, "cursor-expired");
    shop.get("/v1/events?after=1")
        .await
        .refused(410, "sequence-expired");
    // The end of the feed is never too old.
    shop.get("/v1/events?after=2").await.ok(200);
    shop.call("DELETE", "/__admin/faults", &[], "").await;
    shop.get(&second).await.ok(200);
    shop.get("/v1/events?after=1").await.ok(200);
    assert_eq!(
        report(&shop).await,
        [
            "cursor_expired list_events 1",
            "cursor_expired list_stock 1"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn positions_can_be_gone_for_good() {
    let shop = shop().await;
    shop.reserve("a", "1").await.ok(201);
    shop.reserve("b", "1").await.ok(201);
    strike(
        &shop,
        r#"{"kind":"cursor_expired","for_ever":true,"limit":1}"#,
    )
    .await;
    for _ in 0..2 {
        let refused = shop.get("/v1/events?after=1").await;
        refused.refused(410, "sequence-expired");
    }
    shop.reserve("c", "1").await.ok(201);
    let page = shop.get("/v1/events?after=2").await.ok(200).body;
    assert_eq!(
        (&page["oldest_position"], &page["last_position"]),
        (&3.into(), &3.into())
    );
    assert_eq!(report(&shop).await, ["cursor_expired list_events 1"]);
}

async fn positions(shop: &Shop, after: u64) -> Vec<u64> {
    let page = shop.get(&format!("/v1/events?after={after}")).await.ok(200);
    let rows = page.body["data"].as_array().unwrap().clone();
    rows.iter()
        .map(|row| row["position"].as_u64().unwrap())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_gap_in_the_feed_closes_or_stays_and_the_vendors_own_records_have_none() {
    for (for_ever, left) in [(false, 6), (true, 4)] {
        let shop = shop().await;
        for key in ["a", "b", "c", "d", "e", "f"] {
            shop.reserve(key, "1").await.ok(201);
        }
        strike(
            &shop,
            &format!(r#"{{"kind":"sequence_gap","count":2,"for_ever":{for_ever},"nth":2}}"#),
        )
        .await;
        assert_eq!(positions(&shop, 0).await.len(), 6);
        let holed = positions(&shop, 0).await;
        assert_eq!(holed.len(), 4);
        let later = positions(&shop, 0).await;
        assert_eq!(later.len(), left);
        assert_eq!(later == holed, for_ever);
        let snapshot = shop.mock.snapshot().unwrap();
        shop.mock.restore(&snapshot).unwrap();
        assert_eq!(positions(&shop, 0).await, later);
        let kept = shop
            .mock
            .warehouse(|warehouse| warehouse.truth().entries().len());
        assert!(kept >= 6, "{kept}");
        assert_eq!(report(&shop).await, ["sequence_gap list_events 1"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reused_sequence_stands_for_two_levels_and_two_events() {
    let shop = shop().await;
    let sequence = |answer: &Answer| answer.body["stock"][0]["sequence"].as_u64().unwrap();
    let first = shop.reserve("a", "1").await.ok(201);
    strike(&shop, r#"{"kind":"sequence_reused","nth":2}"#).await;
    // A refused write changes nothing, so there is nothing to strike.
    shop.reserve("x", "1000")
        .await
        .refused(409, "insufficient-stock");
    let second = shop.reserve("b", "2").await.ok(201);
    let third = shop.reserve("c", "1").await.ok(201);
    assert_eq!(sequence(&second), sequence(&first));
    assert_eq!(sequence(&third), sequence(&first) + 1);
    assert_ne!(first.body["stock"][0], second.body["stock"][0]);
    let events = shop.get("/v1/events?after=0").await.body["data"].clone();
    let told = |index: usize, field: &str| events[index][field].as_u64().unwrap();
    assert_eq!([0, 1, 2].map(|index| told(index, "position")), [1, 2, 3]);
    assert_eq!(told(0, "sequence"), told(1, "sequence"));
    assert_ne!(events[0]["data"], events[1]["data"]);
    assert_eq!(
        report(&shop).await,
        ["sequence_reused create_reservation 1"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_refused_write_is_no_strike_of_a_reused_sequence() {
    let shop = shop().await;
    strike(&shop, r#"{"kind":"sequence_reused"}"#).await;
    shop.reserve("x", "1000")
        .await
        .refused(409, "insufficient-stock");
    shop.get("/v1/stock").await.ok(200);
    assert!(report(&shop).await.is_empty());
}
