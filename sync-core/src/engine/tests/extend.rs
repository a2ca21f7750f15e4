//! Reservations and time: extended before they end, whatever the clocks say and whenever they were
//! found.

use jiff::SignedDuration;

use super::{
    misread::unreadable,
    saga::{lost, until},
    vendors::{jerky, problem},
    world::{World, open_with},
};
use crate::{
    engine::EnginePolicy,
    outbox::{Command, Mode, Outcome},
    store::Store,
};

#[test]
fn a_confirmed_order_keeps_its_reservation_until_it_ships() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.run();
    for _ in 0..60 {
        world.wait(SignedDuration::from_mins(10));
        world.vendors.expire(world.now);
        world.run();
    }
    assert_eq!(world.vendors.reservations.len(), 1);
    assert!(world.names().contains(&"extend"));
    assert_eq!(world.vendors.items[&jerky("JRK-1")].reserved, 10);
}

#[test]
fn a_reservation_that_ended_while_its_order_lives_is_made_anew() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.run();
    world.wait(SignedDuration::from_hours(30));
    world.vendors.expire(world.now);
    world.run();
    assert_eq!(world.vendors.reservations.len(), 2);
    assert_eq!(world.vendors.items[&jerky("JRK-1")].reserved, 10);
}

/// A reservation is made, the hub is dead for `outage` and finds it then; whether it is the one that
/// still stands ten minutes after it would have ended.
fn lives_on_after(outage: SignedDuration) -> bool {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    let reserve = until(&mut world, "reserve");
    world.answer(&reserve);
    world.engine.settle(reserve.id, lost(), world.now).unwrap();
    world.wait(outage);
    let end = world.vendors.reservations[0].expires_at + SignedDuration::from_mins(10);
    while world.now < end {
        world.run();
        world.wait(SignedDuration::from_mins(1));
        world.vendors.expire(world.now);
    }
    world.run();
    world.vendors.reservations.len() == 1
}

#[test]
fn a_reservation_that_is_found_late_is_extended_before_it_ends() {
    for minutes in [0, 5, 15, 25] {
        let outage = SignedDuration::from_mins(minutes);
        assert!(lives_on_after(outage), "after {minutes} minutes");
    }
}

/// It lasts as long as a hold, and the extension that comes too early asks for less.
#[test]
fn a_reservation_that_was_asked_for_long_before_it_was_made_is_extended_before_it_ends() {
    let policy = EnginePolicy {
        confirmed_ttl: SignedDuration::from_mins(6),
        extend_before: SignedDuration::from_mins(2),
        ..EnginePolicy::default()
    };
    let mut world = World::new();
    world.engine = open_with(Store::in_memory().unwrap(), policy, world.now);
    world.sweep();
    world.run();
    world.sent.clear();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    let reserve = until(&mut world, "reserve");
    world.engine.settle(reserve.id, lost(), world.now).unwrap();
    world.wait(SignedDuration::from_mins(9));
    for _ in 0..120 {
        world.run();
        world.wait(SignedDuration::from_secs(30));
        world.vendors.expire(world.now);
    }
    assert_eq!(world.vendors.reservations.len(), 1);
    let extensions = world.names().into_iter().filter(|name| *name == "extend");
    assert!(extensions.count() < 20, "each is one step further");
}

#[test]
fn a_reservation_is_extended_once_wherever_the_vendors_clock_stands() {
    for hours in [-3, 0, 3] {
        let mut world = World::ready();
        world.vendors.ahead = SignedDuration::from_hours(hours);
        world.vendors.place("ORD-1", "SNACK", 5, world.now);
        world.run();
        world.sent.clear();
        for _ in 0..30 {
            world.wait(SignedDuration::from_mins(10));
            world.vendors.expire(world.now);
            world.run();
        }
        let extensions = world.names().into_iter().filter(|name| *name == "extend");
        assert_eq!(extensions.count(), 1, "{hours} hours ahead");
        assert_eq!(world.vendors.reservations.len(), 1, "{hours} hours ahead");
    }
}

/// Part of an order has shipped, and for forty minutes `spoil` decides what is told.
fn extensions_while(
    happens: impl FnOnce(&mut World),
    spoil: impl Fn(&Command) -> Option<Outcome>,
) -> usize {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.run();
    world.vendors.ship("ORD-1", 2, world.now);
    world.run();
    happens(&mut world);
    world.listen();
    world.sent.clear();
    world.pass(240, SignedDuration::from_secs(10), |command, answer, _| {
        spoil(&command.command).unwrap_or(answer)
    });
    let names = world.names();
    names.iter().filter(|name| **name == "extend").count()
}

#[test]
fn a_reservation_is_extended_although_its_order_can_not_be_read() {
    let happens = |world: &mut World| world.vendors.ship("ORD-1", 1, world.now);
    let spoil = |command: &Command| {
        let is_spoiled = matches!(command, Command::ReadOrder { .. });
        is_spoiled.then(|| problem("forbidden", 403))
    };
    assert_eq!(extensions_while(happens, spoil), 1);
}

#[test]
fn a_reservation_is_extended_although_a_return_is_never_answered() {
    let happens = |world: &mut World| world.vendors.take_back("ORD-1", 1, world.now);
    let spoil = |command: &Command| matches!(command, Command::Adjust { .. }).then(lost);
    assert_eq!(extensions_while(happens, spoil), 1);
}

/// Part of an order has shipped. The first command of this name never reaches the vendor, and for
/// twenty hours what the vendor says of its reservations can not be read.
fn while_unreadable(name: &str) -> World {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.run();
    world.vendors.ship("ORD-1", 2, world.now);
    world.listen();
    let mut is_lost = false;
    for _ in 0..240 {
        world.wait(SignedDuration::from_mins(5));
        world.vendors.expire(world.now);
        world.engine.tick(world.now).unwrap();
        for command in world.due() {
            let lists = matches!(command.command, Command::ReadReservations { .. });
            let is_first = command.command.name() == name && !is_lost;
            let outcome = match command.mode {
                Mode::Send if is_first => {
                    is_lost = true;
                    lost()
                }
                Mode::Send if !lists => world.answer(&command),
                _ => Outcome::Unreadable(Box::new(unreadable(world.now))),
            };
            world.engine.settle(command.id, outcome, world.now).unwrap();
        }
    }
    assert!(is_lost);
    world
}

#[test]
fn an_extension_that_was_lost_is_sent_again_although_nothing_can_be_read() {
    let world = while_unreadable("extend");
    assert_eq!(world.vendors.reservations.len(), 1);
    assert_eq!(world.vendors.items[&jerky("JRK-1")].reserved, 6);
}

#[test]
fn a_commit_that_was_lost_and_can_not_be_asked_about_holds_up_no_extension() {
    let mut world = while_unreadable("commit");
    assert_eq!(world.vendors.reservations.len(), 1);
    assert_eq!(world.vendors.items[&jerky("JRK-1")].reserved, 10);
    world.sweep();
    world.run();
    let stock = &world.vendors.items[&jerky("JRK-1")];
    assert_eq!((stock.on_hand, stock.reserved), (96, 6));
}
