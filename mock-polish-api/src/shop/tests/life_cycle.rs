//! Confirming, rejecting, shipping and cancelling.

use super::fixture::*;
use crate::{Command, ErrorCode, LineReason, OrderStatus, Rejection, Role, ShipRequest};

#[test]
fn confirming_ends_the_hold_and_leaves_the_published_number_alone() {
    let mut day = Day::new();
    let order = day.place(&[(POLISH, 10), (JERKY, 6)]).unwrap();
    day.publish(JERKY, 44).unwrap();
    let order = day.confirm(order.id).unwrap();
    assert_eq!(order.status, OrderStatus::Confirmed);
    assert!(order.ready_to_ship && order.hold_expires_at.is_none());
    let polish = day.product(POLISH);
    assert_eq!(
        (polish.on_hand, polish.allocated, polish.held),
        (Some(100), Some(10), 0)
    );
    assert_eq!((polish.available, polish.sellable), (90, 90));
    let jerky = day.product(JERKY);
    assert_eq!((jerky.available, jerky.held, jerky.sellable), (44, 0, 44));
}

#[test]
fn confirming_again_changes_nothing_until_something_ships() {
    let mut day = Day::new();
    let id = day.place(&[(POLISH, 2)]).unwrap().id;
    let first = day.confirm(id).unwrap();
    assert_eq!(day.confirm(id).unwrap(), first);
    day.ship(id, "s1", Some(&[(1, 1)])).unwrap();
    assert_eq!(code(day.confirm(id)), ErrorCode::InvalidState);
}

#[test]
fn an_expired_order_cannot_be_confirmed() {
    let mut day = Day::new();
    let id = day.place(&[(POLISH, 2)]).unwrap().id;
    day.wait(30 * 60);
    assert_eq!(code(day.confirm(id)), ErrorCode::InvalidState);
}

#[test]
fn a_rejection_names_its_lines() {
    let mut day = Day::new();
    let id = day.place(&[(POLISH, 2), (JERKY, 6)]).unwrap().id;
    let body = Rejection {
        reason: "short".into(),
        lines: vec![LineReason {
            line_id: "2".into(),
            reason: "no jerky".into(),
        }],
    };
    let order = day.reject(id, body.clone()).unwrap();
    assert_eq!(order.status, OrderStatus::Rejected);
    assert_eq!(order.reason.as_deref(), Some("short"));
    assert_eq!(order.lines[1].reason.as_deref(), Some("no jerky"));
    assert_eq!((order.lines[0].cancelled, order.lines[1].cancelled), (2, 6));
    assert_eq!((day.sellable(POLISH), day.sellable(JERKY)), (100, 50));
    assert_eq!(code(day.reject(id, body)), ErrorCode::InvalidState);
}

#[test]
fn a_pending_order_cannot_be_shipped() {
    let mut day = Day::new();
    let id = day.place(&[(POLISH, 2)]).unwrap().id;
    assert_eq!(code(day.ship(id, "s1", None)), ErrorCode::InvalidState);
}

#[test]
fn parts_ship_one_after_the_other() {
    let mut day = Day::new();
    let id = day.place(&[(POLISH, 10), (GIFT, 3)]).unwrap().id;
    day.confirm(id).unwrap();
    let order = day.ship(id, "s1", Some(&[(1, 4), (2, 3)])).unwrap();
    assert_eq!(order.status, OrderStatus::PartiallyFulfilled);
    let polish = day.product(POLISH);
    assert_eq!((polish.on_hand, polish.allocated), (Some(90), Some(6)));
    let order = day.ship(id, "s2", None).unwrap();
    assert_eq!(order.status, OrderStatus::Fulfilled);
    assert_eq!(order.shipments.len(), 2);
    assert_eq!(day.product(POLISH).on_hand, Some(84));
    assert_eq!(code(day.ship(id, "s3", None)), ErrorCode::InvalidState);
}

#[test]
fn shipping_under_a_known_reference_ships_once() {
    let mut day = Day::new();
    let id = day.place(&[(POLISH, 10)]).unwrap().id;
    day.confirm(id).unwrap();
    day.ship(id, "s1", None).unwrap();
    assert_eq!(day.ship(id, "s1", None).unwrap().shipments.len(), 1);
    let other = day.ship(id, "s1", Some(&[(1, 1)]));
    assert_eq!(code(other), ErrorCode::ReferenceConflict);
}

#[test]
fn a_repetition_is_known_although_the_version_has_moved_on() {
    let mut day = Day::new();
    let id = day.place(&[(POLISH, 10)]).unwrap().id;
    let version = day.confirm(id).unwrap().version;
    let ship = Command::ShipOrder {
        id,
        if_match: Some(version),
        body: ShipRequest {
            reference: "s1".into(),
            lines: None,
        },
    };
    day.ask(Role::Staff, ship.clone()).unwrap();
    day.ask(Role::Staff, ship).unwrap();
}

#[test]
fn more_than_open_cannot_ship_and_unknown_lines_are_named() {
    let mut day = Day::new();
    let id = day.place(&[(POLISH, 10)]).unwrap().id;
    day.confirm(id).unwrap();
    assert_eq!(
        code(day.ship(id, "s1", Some(&[(1, 11)]))),
        ErrorCode::InvalidState
    );
    assert_eq!(
        code(day.ship(id, "s1", Some(&[(2, 1)]))),
        ErrorCode::UnknownLine
    );
    assert_eq!(
        code(day.ship(id, "s1", Some(&[(1, 1), (1, 1)]))),
        ErrorCode::Invalid
    );
    assert_eq!(day.product(POLISH).on_hand, Some(100));
}

#[test]
fn what_a_count_did_not_find_cannot_ship() {
    let mut day = Day::new();
    let id = day.place(&[(POLISH, 10)]).unwrap().id;
    day.confirm(id).unwrap();
    day.count("c1", POLISH, 4).unwrap();
    assert_eq!(day.product(POLISH).available, -6);
    assert_eq!(day.sellable(POLISH), 0);
    assert_eq!(
        code(day.ship(id, "s1", None)),
        ErrorCode::InsufficientOnHand
    );
    day.ship(id, "s1", Some(&[(1, 4)])).unwrap();
}

#[test]
fn cancelling_after_a_part_has_shipped_leaves_what_shipped_fulfilled() {
    let mut day = Day::new();
    let id = day.place(&[(POLISH, 10)]).unwrap().id;
    day.confirm(id).unwrap();
    day.ship(id, "s1", Some(&[(1, 4)])).unwrap();
    let order = day.cancel(id, None).unwrap();
    assert_eq!(order.status, OrderStatus::Fulfilled);
    assert_eq!((order.lines[0].fulfilled, order.lines[0].cancelled), (4, 6));
    assert_eq!(day.sellable(POLISH), 96);
    assert_eq!(code(day.cancel(id, None)), ErrorCode::InvalidState);
}

#[test]
fn cancelling_part_of_a_pending_order_shrinks_its_hold() {
    let mut day = Day::new();
    let id = day.place(&[(POLISH, 10), (GIFT, 2)]).unwrap().id;
    let order = day.cancel(id, Some(&[(1, 3), (2, 1)])).unwrap();
    assert_eq!(order.status, OrderStatus::Pending);
    assert_eq!((day.product(POLISH).held, day.product(GIFT).held), (9, 1));
    let order = day.cancel(id, None).unwrap();
    assert_eq!(order.status, OrderStatus::Cancelled);
    assert_eq!((day.product(POLISH).held, day.product(GIFT).held), (0, 0));
    assert_eq!(order.cancellations.len(), 2);
    day.wait(3600);
    assert!(day.shop.tick(day.now).is_empty(), "its hold is gone");
}

#[test]
fn a_version_read_too_long_ago_is_refused_with_the_current_one() {
    let mut day = Day::new();
    let order = day.place(&[(POLISH, 10)]).unwrap();
    day.confirm(order.id).unwrap();
    let stale = Command::ConfirmOrder {
        id: order.id,
        if_match: Some(order.version),
    };
    let refusal = day.ask(Role::Middleware, stale).unwrap_err();
    assert_eq!(refusal.code(), ErrorCode::VersionMismatch);
    assert_eq!(refusal.0[0].current_version, Some(2));
}
