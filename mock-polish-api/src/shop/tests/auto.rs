//! Orders that confirm themselves by the published number.

use super::fixture::*;
use crate::{ErrorCode, OrderStatus};

#[test]
fn an_order_of_auto_lines_only_confirms_itself_and_takes_at_once() {
    let mut day = Day::new();
    let order = day.place(&[(AUTO_JERKY, 5), (AUTO_GIFT, 2)]).unwrap();
    assert_eq!(order.status, OrderStatus::Confirmed);
    assert!(!order.ready_to_ship);
    assert_eq!(day.product(AUTO_JERKY).available, 35);
    assert_eq!(day.product(AUTO_GIFT).available, 13);
    assert_eq!(day.product(OTHER_POLISH).allocated, Some(2));
}

#[test]
fn one_manual_line_makes_the_whole_order_wait() {
    let mut day = Day::new();
    let order = day.place(&[(AUTO_JERKY, 5), (POLISH, 1)]).unwrap();
    assert_eq!(order.status, OrderStatus::Pending);
    assert_eq!(
        (
            day.product(AUTO_JERKY).available,
            day.product(AUTO_JERKY).held
        ),
        (40, 5)
    );
}

#[test]
fn it_ships_only_once_the_middleware_has_confirmed_it() {
    let mut day = Day::new();
    let id = day.place(&[(AUTO_JERKY, 5)]).unwrap().id;
    assert_eq!(code(day.ship(id, "s1", None)), ErrorCode::InvalidState);
    assert!(day.confirm(id).unwrap().ready_to_ship);
    day.ship(id, "s1", None).unwrap();
    assert_eq!(
        day.product(AUTO_JERKY).available,
        35,
        "it left the number at placement"
    );
}

#[test]
fn cancelled_before_a_newer_number_came_it_gives_back_what_it_took() {
    let mut day = Day::new();
    let id = day.place(&[(AUTO_JERKY, 5)]).unwrap().id;
    day.cancel(id, Some(&[(1, 2)])).unwrap();
    assert_eq!(day.product(AUTO_JERKY).available, 37);
}

#[test]
fn cancelled_after_a_newer_number_came_it_gives_nothing_back() {
    let mut day = Day::new();
    let id = day.place(&[(AUTO_JERKY, 5)]).unwrap().id;
    day.publish(AUTO_JERKY, 35).unwrap();
    day.cancel(id, None).unwrap();
    assert_eq!(
        day.product(AUTO_JERKY).available,
        35,
        "the middleware will say when it is back"
    );
}
