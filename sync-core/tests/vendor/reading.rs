//! The reading rule: a bad row is kept with its reason and spoils nothing else.

use bytes::Bytes;
use http::Response;
use seams::{Clock, Wire};
use serde_json::{Value, json};
use sync_core::{
    quantity::Quantity,
    vendor::{
        error::VendorError,
        http::HttpPolicy,
        jerky::{JerkyClient, view::StockLevelView},
        polish::{Page, Step, view::OrderView},
        reading::Row,
    },
};

use crate::world::{jerky_at, json_reply, polish_at, vendor};

fn level(sku: &str) -> Value {
    json!({
        "sku": sku, "warehouse": "WH-1", "unit": "KGM", "on_hand": "12.500", "available": "10",
        "committed": "0", "reserved": "2.000", "damaged": "0", "safety_stock": "0.5",
        "quality_control": "0", "sequence": 3, "as_of": "2026-11-02T09:00:00Z",
        "lots": [{
            "lot": "L1", "location": "A-1", "status": "released", "expires_on": "2027-02-28",
            "on_hand": "12.500", "available": "10.500", "reserved": "2", "committed": "0",
            "damaged": "0", "quality_control": "0",
        }],
    })
}

fn with(mut row: Value, pointer: &str, value: Value) -> Value {
    *row.pointer_mut(pointer).unwrap() = value;
    row
}

fn clock() -> Clock {
    Clock::starting_at("2026-11-02T09:00:00Z".parse().unwrap())
}

fn jerky(wire: Wire) -> JerkyClient {
    jerky_at(
        "http://jerky.test".to_owned(),
        wire,
        clock(),
        HttpPolicy::default(),
    )
}

async fn read(page: &[u8]) -> Vec<Row<StockLevelView>> {
    let page = Bytes::copy_from_slice(page);
    let (wire, _) = vendor(move |_, _| {
        let page = page.clone();
        async move {
            let reply = Response::builder().header("content-type", "application/json");
            Ok(reply.body(page).unwrap())
        }
    });
    jerky(wire).stock(None).await.unwrap().rows
}

async fn read_rows(rows: &[Value]) -> Vec<Row<StockLevelView>> {
    let page = json!({"data": rows, "next_cursor": null});
    read(page.to_string().as_bytes()).await
}

#[tokio::test(start_paused = true)]
async fn quantities_arrive_in_base_units() {
    let rows = read_rows(&[level("JRK-1")]).await;
    let level = rows[0].as_ref().unwrap();
    assert_eq!(level.on_hand, Quantity::new(12_500));
    assert_eq!(level.lots[0].available, Quantity::new(10_500));
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_bad_row_is_set_aside_alone() {
    let bad = [
        ("/on_hand", json!("-12.500")),
        ("/on_hand", json!("99999999999999999999")),
        ("/on_hand", json!(12.5)),
        ("/on_hand", json!(null)),
        ("/on_hand", json!("13.000")),
        ("/lots/0/on_hand", json!("11.000")),
        ("/sequence", json!("3")),
        ("/sequence", json!(3.5)),
        ("/unit", json!("LBR")),
        ("/sku", json!(" JRK-2")),
        ("/sku", json!("J".repeat(4000))),
        ("/lots/0/status", json!("perhaps")),
        ("/lots/0/expires_on", json!("2027-02-30")),
        ("/as_of", json!("2026-11-02T09:00:00")),
    ];
    for (pointer, value) in bad {
        let bad = with(level("JRK-2"), pointer, value.clone());
        let rows = read_rows(&[level("JRK-1"), bad.clone(), level("JRK-3")]).await;
        let unreadable = rows[1].as_ref().unwrap_err();
        assert_eq!(
            unreadable.raw,
            bad.to_string().as_bytes(),
            "{pointer} {value}"
        );
        assert!(rows[0].is_ok() && rows[2].is_ok(), "{pointer} {value}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_field_is_named_and_an_extra_one_is_no_matter() {
    let mut missing = level("JRK-1");
    missing.as_object_mut().unwrap().remove("reserved");
    let mut extra = level("JRK-2");
    extra["colour"] = json!("red");
    let rows = read_rows(&[missing, extra]).await;
    let reason = &rows[0].as_ref().unwrap_err().reason;
    assert!(reason.contains("reserved"), "{reason}");
    assert!(rows[1].is_ok());
}

#[tokio::test(start_paused = true)]
async fn bytes_that_are_not_utf8_cost_their_row_only() {
    let page = json!({"data": [level("JRK-1"), level("J@@")], "next_cursor": null});
    let text = page.to_string();
    let (before, after) = text.split_once("@@").unwrap();
    let page = [before.as_bytes(), b"\xff\xfe", after.as_bytes()].concat();
    let rows = read(&page).await;
    assert!(rows[0].is_ok());
    assert!(rows[1].as_ref().unwrap_err().reason.contains("UTF-8"));
}

#[tokio::test(start_paused = true)]
async fn a_page_without_its_cursor_is_not_taken_for_the_last() {
    let (wire, _) = vendor(|_, _| async { Ok(json_reply(200, &[], &json!({"data": []}))) });
    let error = jerky(wire).stock(None).await.unwrap_err();
    assert!(matches!(error, VendorError::Garbled { .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_feed_page_other_than_the_one_asked_for_is_refused() {
    let event = |position: u64| {
        json!({
            "id": format!("evt_{position}"), "type": "stock.changed", "position": position,
            "sku": "JRK-1", "sequence": 3, "occurred_at": "2026-11-02T09:00:00Z",
            "cause": {"kind": "receipt", "actor": "warehouse-staff"},
            "data": {"stock": level("JRK-1")},
        })
    };
    let (wire, _) = vendor(move |_, request| async move {
        let asked = request.uri().query().unwrap().contains("after=4&");
        let rows = if asked {
            [event(5), json!({"half": 1})]
        } else {
            [event(5), event(6)]
        };
        Ok(json_reply(
            200,
            &[],
            &json!({"data": rows, "last_position": 6, "oldest_position": 1}),
        ))
    });
    let jerky = jerky(wire);
    let page = jerky.events(4).await.unwrap();
    assert_eq!(page.up_to, 6, "an unreadable row has a place all the same");
    assert!(page.rows[0].is_ok() && page.rows[1].is_err());
    let error = jerky.events(7).await.unwrap_err();
    assert!(matches!(error, VendorError::Garbled { .. }), "{error:?}");
}

fn order(fulfilled: i64, shipped: i64) -> Value {
    json!({
        "id": "ORD-000001", "status": "partially_fulfilled", "ready_to_ship": true,
        "lines": [{
            "line_id": "1", "sku": "NP-1", "quantity": 4, "fulfilled": fulfilled, "cancelled": 1,
            "returned": 0, "restocked": 0, "reason": null,
        }],
        "shipments": [{
            "id": "SHP-1", "reference": "s-1", "shipped_at": "2026-11-02T04:00:00-05:00",
            "lines": [{"line_id": "1", "quantity": shipped}],
        }],
        "returns": [], "cancellations": [], "version": 3,
        "created_at": "2026-11-02T03:00:00-05:00", "updated_at": "2026-11-02T04:00:00-05:00",
    })
}

async fn orders(body: Value, total: &'static str) -> Result<Page<OrderView>, VendorError> {
    let (wire, _) = vendor(move |_, _| {
        let reply = json_reply(200, &[("x-total-count", total)], &body);
        async move { Ok(reply) }
    });
    let base = "http://polish.test".to_owned();
    let polish = polish_at(base, wire, clock(), HttpPolicy::default());
    let first = Step {
        updated_after: None,
        page: 1,
    };
    polish.orders(None, first).await
}

#[tokio::test(start_paused = true)]
async fn shop_time_becomes_an_instant() {
    let page = orders(json!({"orders": [order(2, 2)]}), "1").await.unwrap();
    let order = page.rows[0].as_ref().unwrap();
    assert_eq!(order.updated_at.to_string(), "2026-11-02T09:00:00Z");
}

#[tokio::test(start_paused = true)]
async fn an_order_whose_sums_contradict_is_set_aside() {
    for (fulfilled, shipped) in [(2, 1), (4, 4), (-1, -1), (0, 0)] {
        let page = orders(json!({"orders": [order(fulfilled, shipped)]}), "1").await;
        assert!(page.unwrap().rows[0].is_err(), "{fulfilled} {shipped}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_shorter_than_the_total_says_is_refused() {
    let error = orders(json!({"orders": [order(2, 2)]}), "2")
        .await
        .unwrap_err();
    assert!(matches!(error, VendorError::Garbled { .. }), "{error:?}");
}
