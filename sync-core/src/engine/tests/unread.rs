//! Products and orders that can never be read.

use jiff::{SignedDuration, Timestamp};

use super::{
    vendors::{jerky, order, polish},
    world::World,
};
use crate::{
    engine::{Observation, Swept},
    outbox::{Command, Outcome},
    quantity::Units,
    vendor::reading::Unreadable,
};

fn unreadable(what: &'static str, at: Timestamp) -> Unreadable {
    Unreadable {
        what,
        reason: "missing field `version`".to_owned(),
        raw: bytes::Bytes::new(),
        at,
    }
}

/// A sweep misses a product and its row can never be read. After five minutes something happens, and
/// five more pass.
fn never_read(sku: &str, before: impl FnOnce(&mut World)) -> World {
    let mut world = World::ready();
    sweep_without(&mut world, sku);
    answer_unreadably(&mut world, 300);
    before(&mut world);
    world.listen();
    answer_unreadably(&mut world, 300);
    world
}

fn sweep_without(world: &mut World, sku: &str) {
    let seen = world.vendors.products.keys().cloned();
    let seen = seen.filter(|known| known.as_str() != sku).collect();
    let swept = Observation::Swept(Swept::Products { seen });
    world.engine.observe(swept, world.now).unwrap();
}

/// Answers what is due for so many seconds, each reading of a product or an order with what nobody can
/// read.
fn answer_unreadably(world: &mut World, seconds: usize) {
    world.pass(
        seconds,
        SignedDuration::from_secs(1),
        |command, answer, now| {
            let bad = |what| Outcome::Unreadable(Box::new(unreadable(what, now)));
            match &command.command {
                Command::ReadProduct { .. } => bad("product"),
                Command::ReadOrder { .. } => bad("order"),
                _ => answer,
            }
        },
    );
}

#[test]
fn the_number_of_a_product_that_can_not_be_read_is_sent_all_the_same() {
    let world = never_read("GIFT", |world| {
        world
            .vendors
            .change(&jerky("JRK-2"), "damage", |stock| stock.on_hand -= 30);
    });
    assert_eq!(world.shows("GIFT"), 23);
}

#[test]
fn a_number_that_waited_for_a_reading_is_sent_when_that_is_given_up() {
    let mut world = World::ready();
    sweep_without(&mut world, "GIFT");
    world
        .vendors
        .change(&jerky("JRK-2"), "damage", |stock| stock.on_hand -= 30);
    world.listen();
    answer_unreadably(&mut world, 300);
    assert_eq!(world.shows("GIFT"), 23);
}

#[test]
fn a_number_waits_for_the_reading_of_a_newer_version() {
    let world = never_read("GIFT", |world| {
        world.vendors.change_product(&polish("GIFT"), |product| {
            product.held = Units::new(3);
        });
        world
            .vendors
            .change(&jerky("JRK-2"), "damage", |stock| stock.on_hand -= 30);
    });
    assert_eq!(world.shows("GIFT"), 33);
    assert!(
        !world
            .sent
            .iter()
            .any(|sent| sent.command.name() == "publish" && sent.key.contains("GIFT"))
    );
}

#[test]
fn what_can_never_be_read_is_tried_twice_by_each_later_sweep() {
    let mut world = never_read("GIFT", |_| ());
    let first = world.names().len();
    for _ in 0..3 {
        sweep_without(&mut world, "GIFT");
        answer_unreadably(&mut world, 300);
        assert_eq!(world.names(), ["read-product", "read-product"]);
    }
    assert_eq!(first, 6);
    sweep_without(&mut world, "GIFT");
    assert_eq!(world.step(), 1, "at once");
    world.run();
    assert_eq!(world.names(), ["read-product"]);
}

/// Listed under a product that nobody knows, and it can not be asked what is meant.
#[test]
fn an_order_is_not_confirmed_before_it_is_clear_what_it_asks_for() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.vendors.said.clear();
    let mut misspelt = world.vendors.orders[&order("ORD-1")].clone();
    misspelt.lines[0].sku = polish("snack");
    let listed = Observation::Orders {
        rows: vec![Ok(misspelt)],
        cursor: None,
    };
    world.engine.observe(listed, world.now).unwrap();
    answer_unreadably(&mut world, 300);
    assert_eq!(world.names(), ["read-order"; 6]);
    world.sweep();
    world.run();
    assert!(world.names().contains(&"confirm"));
    assert_eq!(world.vendors.items[&jerky("JRK-1")].reserved, 10);
}
