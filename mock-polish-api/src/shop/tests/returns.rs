//! Goods that come back.

use super::fixture::*;
use crate::{ErrorCode, OrderId, OrderStatus};

fn shipped(day: &mut Day) -> OrderId {
    let id = day.place(&[(POLISH, 10), (GIFT, 2)]).unwrap().id;
    day.confirm(id).unwrap();
    day.ship(id, "s1", None).unwrap();
    id
}

#[test]
fn only_what_is_restocked_can_be_sold_again() {
    let mut day = Day::new();
    let id = shipped(&mut day);
    assert_eq!(day.product(POLISH).on_hand, Some(86));
    let order = day
        .take_back(id, "r1", &[(1, 3, true), (2, 1, false)])
        .unwrap();
    assert_eq!(order.status, OrderStatus::Fulfilled);
    assert_eq!((order.lines[0].returned, order.lines[0].restocked), (3, 3));
    assert_eq!((order.lines[1].returned, order.lines[1].restocked), (1, 0));
    assert_eq!(day.product(POLISH).on_hand, Some(89));
}

#[test]
fn a_restocked_gift_box_gives_its_own_polishes_back() {
    let mut day = Day::new();
    let id = shipped(&mut day);
    day.take_back(id, "r1", &[(2, 2, true)]).unwrap();
    assert_eq!(day.product(POLISH).on_hand, Some(90));
    assert_eq!(
        day.product(GIFT).available,
        30,
        "its number is the middleware's"
    );
}

#[test]
fn an_order_is_returned_when_everything_that_shipped_is_back() {
    let mut day = Day::new();
    let id = shipped(&mut day);
    day.take_back(id, "r1", &[(1, 10, false)]).unwrap();
    let order = day.take_back(id, "r2", &[(2, 2, false)]).unwrap();
    assert_eq!(order.status, OrderStatus::Returned);
}

#[test]
fn no_more_comes_back_than_went_out() {
    let mut day = Day::new();
    let id = shipped(&mut day);
    day.take_back(id, "r1", &[(1, 6, false)]).unwrap();
    assert_eq!(
        code(day.take_back(id, "r2", &[(1, 5, false)])),
        ErrorCode::InvalidState
    );
    day.take_back(id, "r2", &[(1, 4, false)]).unwrap();
}

#[test]
fn a_return_under_a_known_reference_restocks_once() {
    let mut day = Day::new();
    let id = shipped(&mut day);
    day.take_back(id, "r1", &[(1, 3, true)]).unwrap();
    day.take_back(id, "r1", &[(1, 3, true)]).unwrap();
    assert_eq!(day.product(POLISH).on_hand, Some(89));
    let other = day.take_back(id, "r1", &[(1, 3, false)]);
    assert_eq!(code(other), ErrorCode::ReferenceConflict);
}

#[test]
fn nothing_comes_back_from_an_order_that_never_shipped() {
    let mut day = Day::new();
    let id = day.place(&[(POLISH, 10)]).unwrap().id;
    assert_eq!(
        code(day.take_back(id, "r1", &[(1, 1, true)])),
        ErrorCode::InvalidState
    );
}
