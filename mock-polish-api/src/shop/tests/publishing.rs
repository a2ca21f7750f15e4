//! Publishing numbers, singly and in bulk.

use super::fixture::*;
use crate::{Command, ErrorCode, Reply, Role, truth::Happening};

#[test]
fn a_published_number_replaces_the_old_one() {
    let mut day = Day::new();
    let product = day.publish(JERKY, 12).unwrap();
    assert_eq!((product.available, product.version), (12, 2));
    assert_eq!(product.updated_at.at, day.now);
}

#[test]
fn the_same_number_again_changes_no_version_and_tells_nobody() {
    let mut day = Day::new();
    day.publish(JERKY, 50).unwrap();
    assert_eq!(day.product(JERKY).version, 1);
    assert!(day.events.is_empty());
    let last = &day.shop.facts().last().unwrap().fact;
    assert!(
        matches!(last, Happening::AvailabilitySet { version: 1, .. }),
        "{last:?}"
    );
}

#[test]
fn own_stock_is_nobody_elses_to_set() {
    let mut day = Day::new();
    assert_eq!(code(day.publish(POLISH, 5)), ErrorCode::NotMirrored);
    assert_eq!(code(day.publish("NOWHERE", 5)), ErrorCode::NotFound);
    assert_eq!(code(day.publish(JERKY, -1)), ErrorCode::Invalid);
    assert_eq!(code(day.publish(JERKY, 1_000_000_001)), ErrorCode::Invalid);
}

#[test]
fn a_stale_version_is_refused_and_changes_nothing() {
    let mut day = Day::new();
    day.publish(JERKY, 12).unwrap();
    let stale = Command::PutAvailability {
        sku: JERKY.into(),
        available: 3,
        if_match: Some(1),
    };
    let refusal = day.ask(Role::Middleware, stale).unwrap_err();
    assert_eq!(
        (refusal.status(), refusal.0[0].current_version),
        (412, Some(2))
    );
    assert_eq!(day.product(JERKY).available, 12);
}

#[test]
fn each_row_of_a_bulk_stands_for_itself() {
    let mut day = Day::new();
    let rows = vec![
        row(JERKY, 7, Some(1)),
        row("NOWHERE", 1, None),
        row(POLISH, 1, None),
        row(JERKY, 9, Some(1)),
        row(GIFT, 3, None),
        row(AUTO_JERKY, -4, None),
    ];
    let Ok(Reply::Bulk(bulk)) = day.ask(Role::Middleware, Command::BulkAvailability(rows)) else {
        panic!()
    };
    let statuses: Vec<_> = bulk.results.iter().map(|result| result.status).collect();
    assert_eq!(statuses, [200, 404, 422, 412, 200, 422]);
    assert_eq!(bulk.results[0].version, Some(2));
    assert_eq!(
        bulk.results[3].error.as_ref().unwrap().current_version,
        Some(2)
    );
    assert_eq!(
        (day.product(JERKY).available, day.product(GIFT).available),
        (7, 3)
    );
}

#[test]
fn a_bulk_has_at_most_250_rows() {
    let mut day = Day::new();
    for rows in [vec![], vec![row(JERKY, 1, None); 251]] {
        let refused = day.ask(Role::Middleware, Command::BulkAvailability(rows));
        assert_eq!(code(refused), ErrorCode::Invalid);
    }
}
