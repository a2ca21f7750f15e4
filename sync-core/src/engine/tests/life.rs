//! Lives of orders, told from the outside.

use jiff::SignedDuration;

use super::{
    saga::until,
    vendors::{jerky, order, polish},
    world::{World, open},
};
use crate::{
    outbox::{Aggregate, ChangeKind, Command, Outcome, Reply},
    quantity::Units,
    store::{Store, scratch::Scratch},
    vendor::{error::Problem, jerky::view::BatchResultView, polish::view::OrderStatus},
};

#[test]
fn at_the_start_the_right_numbers_are_published_and_then_nothing_more() {
    let mut world = World::ready();
    assert_eq!(
        [
            world.shows("SNACK"),
            world.shows("GIFT"),
            world.shows("AUTO")
        ],
        [50, 33, 100]
    );
    assert_eq!(world.vendors.mirrors["JRK-NAIL"].quantity.get(), 7);
    world.sweep();
    world.run();
    assert!(
        world.names().is_empty(),
        "a sweep of equal state writes nothing"
    );
}

#[test]
fn an_order_is_reserved_shown_confirmed_shipped_and_committed() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.run();
    let names = world.names();
    let at = |name| names.iter().position(|sent| *sent == name).unwrap();
    assert!(
        at("reserve") < at("publish") && at("publish") < at("confirm"),
        "{names:?}"
    );
    assert_eq!(world.shows("SNACK"), 45);
    world.vendors.ship("ORD-1", 2, world.now);
    world.run();
    world.vendors.ship("ORD-1", 3, world.now);
    world.run();
    let names = world.names();
    assert_eq!(names.iter().filter(|name| **name == "commit").count(), 2);
    let stock = &world.vendors.items[&jerky("JRK-1")];
    assert_eq!((stock.on_hand, stock.reserved), (90, 0));
}

#[test]
fn a_kit_reserves_all_its_parts() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "GIFT", 4, world.now);
    world.run();
    let reserved = |sku| world.vendors.items[&jerky(sku)].reserved;
    assert_eq!((reserved("JRK-1"), reserved("JRK-2")), (4, 12));
    assert_eq!(
        [
            world.shows("SNACK"),
            world.shows("GIFT"),
            world.shows("AUTO")
        ],
        [48, 29, 88]
    );
}

#[test]
fn what_is_cancelled_after_a_part_was_shipped_goes_back() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.run();
    world.vendors.ship("ORD-1", 2, world.now);
    world.vendors.cancel("ORD-1");
    world.run();
    let stock = &world.vendors.items[&jerky("JRK-1")];
    assert_eq!((stock.on_hand, stock.reserved), (96, 0));
    assert_eq!(world.shows("SNACK"), 48);
}

#[test]
fn an_order_cancelled_while_it_is_being_reserved_gives_everything_back() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.listen();
    world.step();
    let reserve = world.due();
    world.vendors.cancel("ORD-1");
    world.listen();
    for command in reserve {
        let outcome = world.answer(&command);
        world.engine.settle(command.id, outcome, world.now).unwrap();
    }
    world.run();
    assert_eq!(world.vendors.items[&jerky("JRK-1")].reserved, 0);
    assert!(!world.names().contains(&"confirm"));
}

#[test]
fn more_than_there_is_is_rejected_after_one_more_look() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 51, world.now);
    world.run();
    assert_eq!(
        world.names(),
        ["read-order", "reserve", "read-stock", "reject"]
    );
    assert_eq!(
        world.vendors.orders[&order("ORD-1")].status,
        OrderStatus::Rejected
    );
    assert_eq!(world.engine.alerts(9).unwrap()[0].kind, "order-rejected");
}

#[test]
fn the_shops_own_sale_is_not_put_back_on_sale_while_its_order_is_on_the_way() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "AUTO", 6, world.now);
    world.run();
    assert_eq!(world.shows("AUTO"), 94);
    let published: Vec<_> = world.names();
    assert!(
        !published.contains(&"publish") || world.shows("GIFT") < 33,
        "{published:?}"
    );
}

#[test]
fn a_number_that_is_right_for_another_reason_still_waits_for_the_order_behind_it() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "AUTO", 6, world.now);
    let told_later = world.vendors.said.pop().unwrap();
    world
        .vendors
        .change(&jerky("JRK-2"), "count", |stock| stock.on_hand -= 6);
    world.run();
    // What the shop shows is right until the other reason is gone.
    world
        .vendors
        .change(&jerky("JRK-2"), "count", |stock| stock.on_hand += 6);
    for _ in 0..9 {
        world.listen();
        world.step();
    }
    assert_eq!(world.shows("AUTO"), 94);
    world.vendors.said.push(told_later);
    world.run();
    assert_eq!(world.shows("AUTO"), 94);
    let mut published = world.sent.iter().filter_map(|sent| match &sent.command {
        Command::Publish { sku, .. } => Some(sku.as_str()),
        _ => None,
    });
    assert!(published.all(|sku| sku != "AUTO"));
}

/// Five were shipped, and two came back of which nobody has heard yet.
fn taken_back() -> World {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.run();
    world.vendors.ship("ORD-1", 5, world.now);
    world.run();
    world.vendors.take_back("ORD-1", 2, world.now);
    world
}

#[test]
fn a_return_is_brought_in_once_and_put_back_on_the_shelf() {
    let mut world = taken_back();
    world.run();
    world.sweep();
    world.run();
    let stock = &world.vendors.items[&jerky("JRK-1")];
    assert_eq!((stock.on_hand, stock.quality_control), (94, 0));
    assert_eq!(
        world
            .names()
            .iter()
            .filter(|name| **name == "adjust")
            .count(),
        2,
        "booked in, and put on the shelf"
    );
}

/// A vendor remembers a refusal for ever: what cannot be put on the shelf yet is not asked for.
#[test]
fn a_return_that_could_not_be_booked_in_is_put_nowhere() {
    let mut world = taken_back();
    let adjust = until(&mut world, "adjust");
    let Command::Adjust { changes } = &adjust.command else {
        panic!("{adjust:?}");
    };
    assert_eq!(changes.len(), 1, "{changes:?}");
    let results = changes.iter().map(|change| {
        Ok(BatchResultView {
            change_id: change.change_id.clone(),
            status: 503,
            replayed: false,
            sequence: None,
            stock: None,
            problem: None,
        })
    });
    let failed = Outcome::Applied(Reply::Batch(results.collect()));
    world.engine.settle(adjust.id, failed, world.now).unwrap();
    world.run();
    let stock = &world.vendors.items[&jerky("JRK-1")];
    assert_eq!((stock.on_hand, stock.quality_control), (94, 0));
}

const NOT_ELIGIBLE: &[u8] = br#"{"type":"https://jerky.example/problems/lot-not-eligible"}"#;
const SPOILED: &[u8] = br#"{"type":"https://jerky.example/problems/limbo"}"#;

/// What came back waits in quality control, and the vendor lets none of its lot, which expires on
/// that day, back on the shelf.
fn not_restocked(expires_on: &str) -> World {
    refused_for(expires_on, &[NOT_ELIGIBLE])
}

/// The same, and for each batch the reason it is told.
fn refused_for(expires_on: &str, reasons: &[&[u8]]) -> World {
    let mut world = World::ready();
    world.vendors.change(&jerky("JRK-1"), "lot", |stock| {
        stock.expires_on = Some(expires_on.parse().unwrap());
    });
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.run();
    world.vendors.ship("ORD-1", 5, world.now);
    world.run();
    world.vendors.take_back("ORD-1", 2, world.now);
    let booked = until(&mut world, "adjust");
    let outcome = world.answer(&booked);
    world.engine.settle(booked.id, outcome, world.now).unwrap();
    for reason in reasons {
        let restock = until(&mut world, "adjust");
        let Command::Adjust { changes } = &restock.command else {
            panic!("{restock:?}");
        };
        let results = changes.iter().map(|change| {
            assert_eq!(change.kind, ChangeKind::Restock);
            Ok(BatchResultView {
                change_id: change.change_id.clone(),
                status: 409,
                replayed: false,
                sequence: None,
                stock: None,
                problem: Some(Problem::read(409, reason)),
            })
        });
        let refused = Outcome::Applied(Reply::Batch(results.collect()));
        world.engine.settle(restock.id, refused, world.now).unwrap();
        world.now = world.engine.next_wake().unwrap_or(world.now).max(world.now);
    }
    world.run();
    world
}

/// The vendor's clock is ahead of ours.
#[test]
fn what_expired_at_the_vendors_midnight_is_disposed_of() {
    let world = not_restocked("2026-11-02");
    let stock = &world.vendors.items[&jerky("JRK-1")];
    assert_eq!((stock.on_hand, stock.quality_control), (90, 0));
}

#[test]
fn a_refusal_that_nobody_understands_is_asked_for_again() {
    let world = refused_for("2026-11-02", &[SPOILED, NOT_ELIGIBLE]);
    let stock = &world.vendors.items[&jerky("JRK-1")];
    assert_eq!((stock.on_hand, stock.quality_control), (90, 0));
}

#[test]
fn what_may_not_leave_for_another_reason_is_left_to_people() {
    let world = not_restocked("2026-11-20");
    let stock = &world.vendors.items[&jerky("JRK-1")];
    assert_eq!(stock.quality_control, 4);
}

#[test]
fn a_return_of_an_expired_lot_is_disposed_of() {
    let mut world = World::ready();
    world.vendors.change(&jerky("JRK-1"), "lot", |stock| {
        stock.expires_on = Some("2026-11-03".parse().unwrap());
    });
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.run();
    world.vendors.ship("ORD-1", 5, world.now);
    world.run();
    world.wait(SignedDuration::from_hours(48));
    world.vendors.take_back("ORD-1", 2, world.now);
    world.run();
    let stock = &world.vendors.items[&jerky("JRK-1")];
    assert_eq!((stock.on_hand, stock.quality_control), (90, 0));
}

#[test]
fn at_midnight_in_the_warehouse_numbers_fall_without_any_event() {
    let mut world = World::ready();
    world.vendors.change(&jerky("JRK-1"), "lot", |stock| {
        stock.expires_on = Some("2026-11-02".parse().unwrap());
    });
    world.run();
    assert_eq!(world.shows("SNACK"), 50);
    world.now = "2026-11-03T05:59:59Z".parse().unwrap();
    world.run();
    assert_eq!(world.shows("SNACK"), 50, "it is still the 2nd in Chicago");
    world.now = "2026-11-03T06:00:00Z".parse().unwrap();
    world.run();
    assert_eq!(world.shows("SNACK"), 0);
}

/// A clock that is ahead passes midnight, and is set right.
#[test]
fn midnight_comes_again_after_a_clock_was_set_back() {
    let mut world = World::ready();
    world.vendors.change(&jerky("JRK-1"), "lot", |stock| {
        stock.expires_on = Some("2026-11-02".parse().unwrap());
    });
    world.run();
    world.now = "2026-11-03T06:00:30Z".parse().unwrap();
    world.run();
    assert_eq!(world.shows("SNACK"), 0);
    world.now = "2026-11-03T05:59:00Z".parse().unwrap();
    world
        .vendors
        .change(&jerky("JRK-1"), "damage", |stock| stock.on_hand -= 10);
    world.run();
    assert_eq!(world.shows("SNACK"), 45);
    world.now = "2026-11-03T06:00:00Z".parse().unwrap();
    world.run();
    assert_eq!(world.shows("SNACK"), 0);
}

/// The shop lowers a number by itself, for which a cause is awaited, and the hub dies.
fn restarted_after_the_shops_own_change(
    file: &Scratch,
    available: i64,
    at: &str,
) -> (World, Aggregate) {
    let store = || Store::open(file.path()).unwrap();
    let mut world = World::on(store());
    world.sweep();
    world.vendors.change(&jerky("JRK-1"), "lot", |stock| {
        stock.expires_on = Some("2026-11-02".parse().unwrap());
    });
    world.run();
    world.now = "2026-11-03T05:59:59Z".parse().unwrap();
    world.vendors.change_product(&polish("SNACK"), |product| {
        product.available = Units::new(available);
    });
    world.listen();
    world.step();
    let snack = Aggregate::Listing(polish("SNACK"));
    assert!(world.engine.waiting().contains(&snack));
    world.now = at.parse().unwrap();
    world.engine = open(store(), world.now);
    (world, snack)
}

#[test]
fn a_number_that_midnight_made_true_while_the_hub_was_dead_needs_nothing_more() {
    let after = restarted_after_the_shops_own_change;
    for (available, at, waits) in [
        (0, "2026-11-03T06:00:01Z", false),
        (0, "2026-11-03T05:59:59Z", true),
    ] {
        let file = Scratch::new();
        let (world, snack) = after(&file, available, at);
        assert_eq!(world.engine.waiting().contains(&snack), waits, "{at}");
        assert!(world.engine.has_in_hand(&snack), "{at}");
    }
    let file = Scratch::new();
    let (mut world, snack) = after(&file, 1, "2026-11-03T06:00:01Z");
    let lower = until(&mut world, "publish");
    assert!(world.engine.has_in_hand(&snack), "{lower:?}");
}

#[test]
fn a_shop_whose_clock_is_hours_behind_is_served_all_the_same() {
    let mut world = World::ready();
    let behind = world.now - SignedDuration::from_hours(3);
    world.vendors.place("ORD-1", "SNACK", 5, behind);
    world.listen();
    while world.step() > 0 {}
    assert_eq!(
        world.vendors.orders[&order("ORD-1")].status,
        OrderStatus::Confirmed
    );
}
