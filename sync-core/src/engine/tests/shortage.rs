//! Stock that does not suffice.

use super::{
    saga::until,
    vendors::{Stock, jerky, order, problem},
    world::{World, open},
};
use crate::{
    engine::{item::Level, order::SeenLevel},
    outbox::Aggregate,
    quantity::Quantity,
    store::{Store, scratch::Scratch},
    unit::Unit,
    vendor::polish::view::OrderStatus,
};

/// What becomes of a pending order whose reservation is refused so many times, and what is reserved.
fn refused(times: usize) -> (OrderStatus, i64) {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    for _ in 0..times {
        let reserve = until(&mut world, "reserve");
        let refused = problem("insufficient-stock", 409);
        world.engine.settle(reserve.id, refused, world.now).unwrap();
    }
    world.run();
    let status = world.vendors.orders[&order("ORD-1")].status;
    (status, world.vendors.items[&jerky("JRK-1")].reserved)
}

#[test]
fn a_pending_order_is_tried_once_more_when_the_stock_is_there_after_all() {
    assert_eq!(refused(1), (OrderStatus::Confirmed, 10));
}

#[test]
fn one_that_is_refused_twice_is_rejected() {
    assert_eq!(refused(2), (OrderStatus::Rejected, 0));
}

#[test]
fn an_order_the_shop_confirmed_by_itself_waits_for_stock_it_lacks() {
    let mut world = World::ready();
    world
        .vendors
        .change(&jerky("JRK-2"), "count", |stock| stock.on_hand = 4);
    world.vendors.place("ORD-1", "AUTO", 6, world.now);
    world.run();
    assert!(!world.vendors.orders[&order("ORD-1")].ready_to_ship);
    let kinds: Vec<_> = world
        .engine
        .alerts(9)
        .unwrap()
        .into_iter()
        .map(|a| a.kind)
        .collect();
    assert_eq!(kinds, ["shortfall"]);
    world
        .vendors
        .change(&jerky("JRK-2"), "receipt", |stock| stock.on_hand += 10);
    world.run();
    assert!(world.vendors.orders[&order("ORD-1")].ready_to_ship);
    assert_eq!(world.shows("AUTO"), 8);
}

#[test]
fn what_waits_for_stock_goes_on_waiting_after_a_restart() {
    let file = Scratch::new();
    let store = || Store::open(file.path()).unwrap();
    let mut world = World::on(store());
    world.sweep();
    world.run();
    let few = |stock: &mut Stock| stock.on_hand = 4;
    world.vendors.change(&jerky("JRK-2"), "count", few);
    world.vendors.place("ORD-1", "AUTO", 6, world.now);
    world.run();
    let waiting = world.engine.waiting();
    assert!(waiting.contains(&Aggregate::Order(order("ORD-1"))));
    world.engine = open(store(), world.now);
    let is_in_hand = |waiting| world.engine.has_in_hand(waiting);
    assert!(waiting.iter().all(is_in_hand), "{waiting:?}");
    let enough = |stock: &mut Stock| stock.on_hand += 10;
    world.vendors.change(&jerky("JRK-2"), "receipt", enough);
    world.run();
    assert!(world.vendors.orders[&order("ORD-1")].ready_to_ship);
}

/// An order that waits for stock, of which enough has just arrived.
fn supplied() -> World {
    let mut world = World::ready();
    let few = |stock: &mut Stock| stock.on_hand = 4;
    world.vendors.change(&jerky("JRK-2"), "count", few);
    world.vendors.place("ORD-1", "AUTO", 6, world.now);
    world.run();
    let receipt = |stock: &mut Stock| stock.on_hand += 100;
    world.vendors.change(&jerky("JRK-2"), "receipt", receipt);
    world
}

/// The same, refused as often as it is tried while nothing moves.
fn refused_what_is_there() -> World {
    let mut world = supplied();
    for _ in 0..2 {
        let reserve = until(&mut world, "reserve");
        let refused = problem("insufficient-stock", 409);
        world.engine.settle(reserve.id, refused, world.now).unwrap();
    }
    world.run();
    assert_eq!(world.vendors.items[&jerky("JRK-2")].reserved, 0);
    world
}

#[test]
fn one_that_another_order_forestalled_takes_what_is_left() {
    let mut world = supplied();
    let reserve = until(&mut world, "reserve");
    let other = |stock: &mut Stock| stock.reserved += 4;
    world.vendors.change(&jerky("JRK-2"), "reservation", other);
    let refused = problem("insufficient-stock", 409);
    world.engine.settle(reserve.id, refused, world.now).unwrap();
    world.run();
    assert!(world.vendors.orders[&order("ORD-1")].ready_to_ship);
    assert_eq!(world.vendors.items[&jerky("JRK-2")].reserved, 10);
}

#[test]
fn one_that_is_refused_what_is_there_waits_for_the_stock_to_move() {
    let mut world = refused_what_is_there();
    let receipt = |stock: &mut Stock| stock.on_hand += 1;
    world.vendors.change(&jerky("JRK-2"), "receipt", receipt);
    world.run();
    assert_eq!(world.vendors.items[&jerky("JRK-2")].reserved, 6);
}

/// A vendor that counts badly: what moves keeps its sequence, and a second reading confirms it.
#[test]
fn stock_that_moves_under_its_old_sequence_moves_all_the_same() {
    let mut world = refused_what_is_there();
    let stock = world.vendors.items.get_mut(&jerky("JRK-2")).unwrap();
    stock.on_hand += 1;
    world.sweep();
    world.run();
    assert_eq!(world.vendors.items[&jerky("JRK-2")].reserved, 6);
}

#[test]
fn a_level_that_was_stored_before_its_lots_were_goes_by_its_sequence() {
    let seen: SeenLevel = serde_json::from_str(r#"["JRK-2",3]"#).unwrap();
    let moved = |sequence| {
        let level = Level {
            sequence,
            unit: Unit::Gram,
            stated_in: None,
            safety_stock: Quantity::ZERO,
            lots: Vec::new(),
        };
        seen.has_moved(|_| Some(&level))
    };
    assert_eq!([2, 3, 4].map(moved), [false, false, true]);
}
