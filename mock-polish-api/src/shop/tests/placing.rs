//! Placing orders: what is refused, what is held, what is repeated.

use super::fixture::*;
use crate::{Command, ErrorCode, OrderStatus, Reply, Role, Topic};

#[test]
fn a_placed_order_waits_and_holds_its_goods() {
    let mut day = Day::new();
    let order = day.place(&[(POLISH, 10), (JERKY, 6)]).unwrap();
    assert_eq!(order.status, OrderStatus::Pending);
    assert!(!order.ready_to_ship);
    let end = order.hold_expires_at.unwrap().at;
    assert_eq!(end.duration_since(day.now).as_mins(), 30);
    let polish = day.product(POLISH);
    assert_eq!(
        (polish.available, polish.held, polish.sellable),
        (100, 10, 90)
    );
    let jerky = day.product(JERKY);
    assert_eq!((jerky.available, jerky.held, jerky.sellable), (50, 6, 44));
}

#[test]
fn a_gift_box_holds_its_own_polishes_too() {
    let mut day = Day::new();
    day.place(&[(GIFT, 4)]).unwrap();
    assert_eq!(day.product(GIFT).held, 4);
    assert_eq!(day.product(POLISH).held, 8);
    assert_eq!(
        day.product(JERKY).held,
        0,
        "the published number speaks for resale components"
    );
    let holds = match day.ask(
        Role::Staff,
        Command::ListHolds {
            sku: None,
            page: page(1, 50),
        },
    ) {
        Ok(Reply::Holds(holds)) => holds,
        other => panic!("{other:?}"),
    };
    assert_eq!(holds.total, 2);
    let of_polish = Command::ListHolds {
        sku: Some(POLISH.into()),
        page: page(1, 50),
    };
    let Ok(Reply::Holds(holds)) = day.ask(Role::Staff, of_polish) else {
        panic!()
    };
    assert_eq!((holds.rows.len(), holds.rows[0].quantity), (1, 8));
}

#[test]
fn a_gift_box_sells_no_further_than_its_polishes_reach() {
    let mut day = Day::new();
    day.place(&[(POLISH, 90)]).unwrap();
    assert_eq!(day.sellable(GIFT), 5);
    assert_eq!(
        code(day.place(&[(GIFT, 6)])),
        ErrorCode::InsufficientAvailability
    );
    day.place(&[(GIFT, 5)]).unwrap();
    assert_eq!(day.sellable(GIFT), 0);
}

#[test]
fn lines_of_one_order_compete_for_the_same_shelf() {
    let mut day = Day::new();
    let refusal = day.place(&[(GIFT, 30), (POLISH, 41)]).unwrap_err();
    let fields: Vec<_> = refusal
        .0
        .iter()
        .map(|wrong| wrong.field.clone().unwrap())
        .collect();
    assert_eq!(fields, ["lines[0].quantity", "lines[1].quantity"]);
    assert_eq!(day.product(POLISH).held, 0, "a refused order holds nothing");
    day.place(&[(GIFT, 30), (POLISH, 40)]).unwrap();
    assert_eq!(day.sellable(POLISH), 0);
}

#[test]
fn minimum_and_multiple_are_told_apart_line_by_line() {
    let mut day = Day::new();
    let lines = [(JERKY, 3), (JERKY, 7), ("NOWHERE", 1), (POLISH, 1)];
    let refusal = day.place(&lines).unwrap_err();
    let codes: Vec<_> = refusal.0.iter().map(|wrong| wrong.code).collect();
    let expected = [
        ErrorCode::MoqNotMet,
        ErrorCode::MultipleNotMet,
        ErrorCode::UnknownSku,
    ];
    assert_eq!(codes, expected);
    assert_eq!(refusal.status(), 422);
}

#[test]
fn a_sku_in_other_case_is_another_product() {
    let mut day = Day::new();
    assert_eq!(code(day.place(&[("own-red", 1)])), ErrorCode::UnknownSku);
}

#[test]
fn the_last_unit_is_sold_once() {
    let mut day = Day::new();
    day.place(&[(OTHER_POLISH, 19)]).unwrap();
    day.place(&[(OTHER_POLISH, 1)]).unwrap();
    assert_eq!(
        code(day.place(&[(OTHER_POLISH, 1)])),
        ErrorCode::InsufficientAvailability
    );
}

#[test]
fn an_external_id_makes_placing_repeatable() {
    let mut day = Day::new();
    let order = new_order(Some("cart-7"), &[(POLISH, 2)]);
    let first = day
        .ask(Role::Storefront, Command::CreateOrder(order.clone()))
        .unwrap();
    let again = day
        .ask(Role::Storefront, Command::CreateOrder(order))
        .unwrap();
    let (
        Reply::Done {
            repeated: false,
            order: first,
        },
        Reply::Done {
            repeated: true,
            order,
        },
    ) = (first, again)
    else {
        panic!("the second must be a repetition");
    };
    assert_eq!(first, order);
    assert_eq!(day.product(POLISH).held, 2);
    let other = new_order(Some("cart-7"), &[(POLISH, 3)]);
    let refused = day.ask(Role::Storefront, Command::CreateOrder(other));
    assert_eq!(code(refused), ErrorCode::ReferenceConflict);
}

#[test]
fn placing_tells_of_the_order_and_of_the_products_it_holds() {
    let mut day = Day::new();
    day.place(&[(GIFT, 1)]).unwrap();
    let told: Vec<_> = day
        .events
        .iter()
        .map(|event| (event.topic, event.resource.to_string(), event.version))
        .collect();
    let expected = [
        (Topic::OrderCreated, "ORD-000001".to_owned(), 1),
        (Topic::ProductUpdated, POLISH.to_owned(), 2),
        (Topic::ProductUpdated, GIFT.to_owned(), 2),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_hold_ends_at_its_own_time_however_late_anybody_looks() {
    let mut day = Day::new();
    let placed = day.place(&[(POLISH, 10)]).unwrap();
    let end = placed.hold_expires_at.unwrap().at;
    assert_eq!(day.shop.next_due(), Some(end));
    day.wait(3 * 3600);
    let Ok(Reply::Order(order)) = day.ask(Role::Staff, Command::GetOrder(placed.id)) else {
        panic!()
    };
    assert_eq!(order.status, OrderStatus::Cancelled);
    assert_eq!(order.reason.as_deref(), Some("hold_expired"));
    assert_eq!(order.updated_at.at, end);
    assert_eq!(order.lines[0].cancelled, 10);
    assert_eq!(day.sellable(POLISH), 100);
    assert_eq!(day.shop.facts().last().unwrap().at, end);
    assert_eq!(day.shop.next_due(), None);
}

#[test]
fn a_tick_ends_holds_without_any_request() {
    let mut day = Day::new();
    day.place(&[(POLISH, 10)]).unwrap();
    day.wait(30 * 60 - 1);
    assert!(day.shop.tick(day.now).is_empty());
    day.wait(1);
    assert_eq!(day.shop.tick(day.now).len(), 2, "the product and the order");
    assert!(day.shop.tick(day.now).is_empty());
}
