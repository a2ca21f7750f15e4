//! The document in the repository is the one that the code makes.

use mock_kit::openapi;

use crate::Jerky;

/// `UPDATE_GOLDEN=1 cargo test -p mock-jerky-api golden` writes the file anew.
#[test]
fn the_golden_document_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let made = openapi::golden::<Jerky>();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        made == kept,
        "openapi.json is out of date; run: UPDATE_GOLDEN=1 cargo test -p mock-jerky-api golden"
    );
}

#[test]
fn every_operation_has_its_stable_id() {
    let document = openapi::document::<Jerky>();
    let ids: Vec<&str> = (document.paths.paths.values())
        .flat_map(|item| [&item.get, &item.put, &item.post, &item.delete])
        .flatten()
        .filter_map(|operation| operation.operation_id.as_deref())
        .collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    assert_eq!(
        sorted,
        [
            "adjust_batch",
            "commit_reservation",
            "create_reservation",
            "create_webhook_endpoint",
            "delete_webhook_endpoint",
            "extend_reservation",
            "get_inventory_deprecated",
            "get_item",
            "get_mirror",
            "get_reservation",
            "get_stock",
            "get_webhook_endpoint",
            "issue_token",
            "list_deliveries",
            "list_events",
            "list_item_lots",
            "list_items",
            "list_reservations",
            "list_stock",
            "list_webhook_endpoints",
            "redeliver",
            "release_reservation",
            "rotate_secret",
            "set_mirror_availability",
        ]
    );
}
