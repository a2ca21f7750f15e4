//! The OpenAPI document, kept in the repository so that every change of the API shows in a diff.

use std::path::PathBuf;

use http::StatusCode;
use mock_kit::openapi;
use mock_polish_api::{Operation, PolishVendor, Role};
use serde_json::Value;

use crate::shop::Shop;

/// After a wanted change of the API:
/// `UPDATE_OPENAPI=1 cargo test -p mock-polish-api the_document_is_the_one_in_the_repository`
#[test]
fn the_document_is_the_one_in_the_repository() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let made = openapi::golden::<PolishVendor>();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        made == kept,
        "the API is no longer what {} says; if that is wanted, run this test with UPDATE_OPENAPI=1",
        path.display()
    );
}

#[test]
fn every_operation_is_documented_with_what_the_pipeline_answers() {
    let document: Value = serde_json::from_str(&openapi::golden::<PolishVendor>()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let items = document["paths"].as_object().unwrap().values();
    let operations = items.flat_map(|item| item.as_object().unwrap().values());
    let mut ids: Vec<&str> = Vec::new();
    for operation in operations.filter(|operation| operation.get("operationId").is_some()) {
        ids.push(operation["operationId"].as_str().unwrap());
        for status in ["400", "401", "403", "429"] {
            assert!(
                operation["responses"].get(status).is_some(),
                "{status} of {:?}",
                ids.last()
            );
        }
    }
    ids.sort_unstable();
    let mut expected: Vec<_> = Operation::ALL
        .iter()
        .map(|operation| operation.id())
        .collect();
    expected.sort_unstable();
    assert_eq!(ids, expected);
}

#[tokio::test(start_paused = true)]
async fn the_document_and_its_pages_are_served() {
    let shop = Shop::open();
    let served = shop.get(Role::Staff, "/openapi.json").await;
    assert_eq!(served.text, openapi::golden::<PolishVendor>());
    let docs = shop.get(Role::Staff, "/docs/").await;
    assert_eq!(docs.status, StatusCode::OK);
    assert_eq!(
        shop.get(Role::Staff, "/healthz").await.status,
        StatusCode::OK
    );
}
