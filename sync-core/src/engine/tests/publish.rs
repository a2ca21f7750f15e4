//! Numbers on their way to the shop.

use jiff::SignedDuration;

use super::{
    saga::{lost, until},
    vendors::{fault, jerky, polish},
    world::World,
};
use crate::{
    engine::Observation,
    outbox::{Aggregate, Command, Mode, Outcome, Reply},
    quantity::Units,
};

#[test]
fn a_shop_that_keeps_saying_that_it_shows_nothing_is_not_told_without_a_pause() {
    let mut world = World::ready();
    let gift = polish("GIFT");
    let truth = world.vendors.products[&gift].clone();
    world.vendors.products.get_mut(&gift).unwrap().available = Units::ZERO;
    world.sweep();
    let end = world.now + SignedDuration::from_secs(60);
    while world.now < end {
        world.engine.tick(world.now).unwrap();
        for command in world.due() {
            let outcome = match command.command {
                // The shop showed it before, so it is no new version.
                Command::Publish { .. } => Outcome::Applied(Reply::Product(truth.clone().into())),
                _ => world.answer(&command),
            };
            world.engine.settle(command.id, outcome, world.now).unwrap();
            world.sent.push(command);
        }
        world.wait(SignedDuration::from_millis(100));
    }
    let publishes = world.names().into_iter().filter(|name| *name == "publish");
    let count = publishes.count();
    assert!((2..30).contains(&count), "{count} in a minute");
}

#[test]
fn only_the_newest_number_of_a_listing_is_sent() {
    let mut world = World::ready();
    for _ in 0..5 {
        world
            .vendors
            .change(&jerky("JRK-1"), "receipt", |stock| stock.on_hand += 2);
    }
    world.listen();
    let publish = until(&mut world, "publish");
    let Command::Publish { available, .. } = &publish.command else {
        unreachable!()
    };
    assert_eq!(
        available.get(),
        if publish.key.contains("GIFT") { 33 } else { 55 }
    );
    world
        .vendors
        .change(&jerky("JRK-1"), "receipt", |stock| stock.on_hand += 2);
    let outcome = world.answer(&publish);
    world.engine.settle(publish.id, outcome, world.now).unwrap();
    world.run();
    assert_eq!(world.shows("SNACK"), 56);
}

#[test]
fn a_number_that_moved_on_is_read_before_it_is_overwritten() {
    let mut world = World::ready();
    world
        .vendors
        .change(&jerky("JRK-1"), "receipt", |stock| stock.on_hand += 20);
    let publish = until(&mut world, "publish");
    world.vendors.change_product(&polish("SNACK"), |product| {
        product.held = Units::new(3);
    });
    let outcome = world.answer(&publish);
    assert_eq!(outcome, fault("version_mismatch", 412));
    world.engine.settle(publish.id, outcome, world.now).unwrap();
    world.run();
    assert_eq!(world.shows("SNACK"), 60);
}

/// A publish is on its way, another version is read meanwhile, and the shop cannot be reached.
#[test]
fn a_publish_that_failed_is_not_followed_at_once_by_that_of_another_version() {
    another_version(true);
}

#[test]
fn nor_by_that_of_a_version_that_was_heard_of_after_it_had_failed() {
    another_version(false);
}

/// Another version is heard of while a publish is out, or has failed already.
fn another_version(is_out: bool) {
    let mut world = World::ready();
    world
        .vendors
        .change(&jerky("JRK-1"), "receipt", |stock| stock.on_hand += 20);
    let publish = until(&mut world, "publish");
    world.vendors.change_product(&polish("SNACK"), |product| {
        product.held = Units::new(3);
    });
    let newer = world.vendors.products[&polish("SNACK")].clone();
    let seen = Observation::Products {
        rows: vec![Ok(newer)],
        cursor: None,
    };
    let refused = Outcome::RetryAt {
        at: world.now,
        reason: "connection refused".to_owned(),
    };
    if is_out {
        world.engine.observe(seen, world.now).unwrap();
        world.engine.settle(publish.id, refused, world.now).unwrap();
    } else {
        world.engine.settle(publish.id, refused, world.now).unwrap();
        world.engine.observe(seen, world.now).unwrap();
    }
    assert_eq!(world.due(), [], "the shop is left alone for a while");
    world.wait(SignedDuration::from_secs(20));
    let next = until(&mut world, "publish");
    assert_ne!(next.key, publish.key, "it is of the other version");
    let outcome = world.answer(&next);
    world.engine.settle(next.id, outcome, world.now).unwrap();
    world.run();
    assert_eq!(world.shows("SNACK"), 60);
}

/// The first number of a listing is published, and the reply is lost.
fn first_reply_lost() -> World {
    let mut world = World::new();
    world.sweep();
    let auto = polish("AUTO");
    let mut is_lost = false;
    for _ in 0..20 {
        for command in world.due() {
            let outcome = world.answer(&command);
            let is_its = matches!(&command.command, Command::Publish { sku, .. } if *sku == auto);
            let loses = is_its && command.mode == Mode::Send && !is_lost;
            is_lost |= loses;
            let outcome = if loses { lost() } else { outcome };
            world.engine.settle(command.id, outcome, world.now).unwrap();
        }
        world.wait(SignedDuration::from_secs(1));
    }
    assert!(is_lost);
    world
}

#[test]
fn a_number_that_was_found_published_is_known_to_be_ours() {
    let mut world = first_reply_lost();
    assert_eq!(world.shows("AUTO"), 100);
    world.vendors.change_product(&polish("AUTO"), |product| {
        product.available = Units::new(97);
    });
    world.listen();
    world.step();
    let auto = Aggregate::Listing(polish("AUTO"));
    assert!(
        world.engine.waiting().contains(&auto),
        "for the order behind what the shop took: {:?}",
        world.due()
    );
}

/// The shop is asked what became of a publish against the greatest version that there can be.
#[test]
fn no_version_is_next_to_the_greatest() {
    let mut world = World::new();
    for product in world.vendors.products.values_mut() {
        product.version = u64::MAX;
    }
    world.sweep();
    let publish = until(&mut world, "publish");
    world.engine.settle(publish.id, lost(), world.now).unwrap();
    world.wait(SignedDuration::from_secs(1));
    let asked = until(&mut world, "publish");
    assert_eq!(asked.mode, Mode::Ask);
    let outcome = world.answer(&asked);
    world.engine.settle(asked.id, outcome, world.now).unwrap();
    assert!(
        !world.engine.pending(world.now).is_empty(),
        "it is sent again"
    );
}
