//! Outcomes that are unknown, refused, late or worse.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{
    vendors::{fault, jerky, order, problem},
    world::{World, open},
};
use crate::{
    engine::{Observation, Swept},
    outbox::{Command, Mode, OutboxCommand, Outcome},
    store::{AfterCommit, Refusal, Store, StoreError, scratch::Scratch},
    vendor::polish::view::OrderStatus,
};

/// What is told of a command whose reply never came.
pub(super) fn lost() -> Outcome {
    Outcome::Unknown {
        reason: "no reply".into(),
    }
}

/// Until a command of this name is due; it is then not yet settled.
pub(super) fn until(world: &mut World, name: &str) -> OutboxCommand {
    for _ in 0..50 {
        world.listen();
        world.engine.tick(world.now).unwrap();
        for command in world.due() {
            if command.command.name() == name {
                return command;
            }
            let outcome = world.answer(&command);
            world.engine.settle(command.id, outcome, world.now).unwrap();
        }
    }
    panic!("no {name} in sight");
}

#[test]
fn a_reservation_whose_reply_was_lost_is_found_and_not_made_twice() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    let reserve = until(&mut world, "reserve");
    world.answer(&reserve);
    world.engine.settle(reserve.id, lost(), world.now).unwrap();
    assert!(
        world.due().iter().all(|command| command.id != reserve.id),
        "it is not asked at once"
    );
    world.wait(SignedDuration::from_secs(1));
    let asked = until(&mut world, "reserve");
    assert_eq!((asked.mode, &asked.key), (Mode::Ask, &reserve.key));
    let found = world.answer(&asked);
    world.engine.settle(asked.id, found, world.now).unwrap();
    world.run();
    assert_eq!(world.vendors.reservations.len(), 1);
    assert_eq!(
        world.vendors.orders[&order("ORD-1")].status,
        OrderStatus::Confirmed
    );
}

/// The reply to the first attempt to reserve was lost; asked about, it is not there.
fn asked_in_vain(world: &mut World) -> OutboxCommand {
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    let first = until(world, "reserve");
    world.engine.settle(first.id, lost(), world.now).unwrap();
    world.wait(SignedDuration::from_secs(5));
    let asked = until(world, "reserve");
    assert_eq!(asked.mode, Mode::Ask);
    let nothing = world.answer(&asked);
    world.engine.settle(asked.id, nothing, world.now).unwrap();
    first
}

#[test]
fn a_reservation_that_was_never_made_is_sent_again_with_key_and_payload_unchanged() {
    let mut world = World::ready();
    let first = asked_in_vain(&mut world);
    let again = until(&mut world, "reserve");
    assert_eq!(
        (again.mode, again.key, again.command),
        (Mode::Send, first.key, first.command)
    );
}

#[test]
fn a_reservation_under_way_is_sent_as_it_was_whatever_becomes_of_its_order() {
    let mut world = World::ready();
    let reserve = asked_in_vain(&mut world);
    let again = until(&mut world, "reserve");
    let in_flight = Outcome::RetryAt {
        at: world.now + SignedDuration::from_secs(5),
        reason: "in flight".into(),
    };
    world.engine.settle(again.id, in_flight, world.now).unwrap();
    world.vendors.cancel("ORD-1");
    world.listen();
    world.wait(SignedDuration::from_secs(10));
    let last = until(&mut world, "reserve");
    assert_eq!((&last.key, &last.command), (&reserve.key, &reserve.command));
    world.run();
    assert_eq!(world.vendors.items[&jerky("JRK-1")].reserved, 0);
}

#[test]
fn a_commit_whose_reply_was_lost_is_not_made_twice() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.run();
    world.vendors.ship("ORD-1", 2, world.now);
    let commit = until(&mut world, "commit");
    world.answer(&commit);
    world.engine.settle(commit.id, lost(), world.now).unwrap();
    world.run();
    let stock = &world.vendors.items[&jerky("JRK-1")];
    assert_eq!((stock.on_hand, stock.reserved), (96, 6));
}

/// It is under way when it is asked about, and part of the order ships.
#[test]
fn what_was_called_off_is_given_back_once_however_late() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.run();
    world.vendors.call_off("ORD-1", 1);
    let late = until(&mut world, "release");
    world.engine.settle(late.id, lost(), world.now).unwrap();
    world.wait(SignedDuration::from_secs(5));
    let asked = until(&mut world, "release");
    let nothing = world.answer(&asked);
    world.engine.settle(asked.id, nothing, world.now).unwrap();
    world.vendors.ship("ORD-1", 2, world.now);
    let again = until(&mut world, "release");
    assert_eq!((again.mode, &again.key), (Mode::Send, &late.key));
    world.vendors.carry_out(&late.command, &late.key, world.now);
    world.run();
    let stock = &world.vendors.items[&jerky("JRK-1")];
    assert_eq!((stock.on_hand, stock.reserved), (96, 4));
}

/// A vendor that says of a reservation that it is not there, and lists it when it is asked.
#[test]
fn a_release_that_is_refused_is_tried_ever_more_slowly() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.run();
    world.vendors.call_off("ORD-1", 1);
    let mut keys = BTreeSet::new();
    for _ in 0..100 {
        world.wait(SignedDuration::from_millis(10));
        world.listen();
        world.engine.tick(world.now).unwrap();
        for command in world.due() {
            let outcome = if command.command.name() == "release" {
                keys.insert(command.key.clone());
                problem("not-found", 404)
            } else {
                world.answer(&command)
            };
            world.engine.settle(command.id, outcome, world.now).unwrap();
        }
    }
    assert!((2..6).contains(&keys.len()), "in a second: {keys:?}");
    for _ in 0..10 {
        world.wait(SignedDuration::from_secs(1));
        world.run();
    }
    assert_eq!(world.vendors.items[&jerky("JRK-1")].reserved, 8);
}

#[test]
fn a_refused_confirmation_gives_the_stock_back() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    let confirm = until(&mut world, "confirm");
    world.vendors.cancel("ORD-1");
    let refused = fault("invalid_state", 409);
    world.engine.settle(confirm.id, refused, world.now).unwrap();
    world.run();
    assert_eq!(world.vendors.items[&jerky("JRK-1")].reserved, 0);
    assert_eq!(world.shows("SNACK"), 50);
}

#[test]
fn a_kit_that_lacks_two_parts_is_rejected_by_naming_its_line_once() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "GIFT", 5, world.now);
    for item in ["JRK-1", "JRK-2"] {
        world
            .vendors
            .change(&jerky(item), "damage", |stock| stock.on_hand = 0);
    }
    let reject = until(&mut world, "reject").command;
    let Command::Reject { lines, .. } = &reject else {
        panic!("{reject:?}")
    };
    assert_eq!(lines.len(), 1, "{lines:?}");
}

#[test]
fn a_poisonous_command_dies_alone_and_lives_again_after_a_sweep() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.vendors.place("ORD-2", "SNACK", 5, world.now);
    for _ in 0..400 {
        world.listen();
        world.engine.tick(world.now).unwrap();
        for command in world.due() {
            let poisoned =
                matches!(&command.command, Command::Confirm { order: id } if *id == order("ORD-1"));
            let outcome = if poisoned {
                fault("teapot", 418)
            } else {
                world.answer(&command)
            };
            world.engine.settle(command.id, outcome, world.now).unwrap();
        }
        world.wait(SignedDuration::from_secs(1));
    }
    assert_eq!(
        world.vendors.orders[&order("ORD-2")].status,
        OrderStatus::Confirmed
    );
    assert_eq!(
        world.vendors.orders[&order("ORD-1")].status,
        OrderStatus::Pending
    );
    let alerts = world.engine.alerts(9).unwrap();
    assert!(
        alerts.iter().any(|alert| alert.kind == "dead-command"),
        "{alerts:?}"
    );
    assert!(world.due().is_empty(), "the dead one is left alone");
    let seen = world.vendors.orders.keys().cloned().collect();
    let swept = Swept::OpenOrders {
        seen,
        began: world.now,
    };
    world
        .engine
        .observe(Observation::Swept(swept), world.now)
        .unwrap();
    world.run();
    assert_eq!(
        world.vendors.orders[&order("ORD-1")].status,
        OrderStatus::Confirmed
    );
}

#[test]
fn a_time_the_vendor_set_is_kept() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    let reserve = until(&mut world, "reserve");
    let at = world.now + SignedDuration::from_secs(90);
    let wait = Outcome::RetryAt {
        at,
        reason: "429".into(),
    };
    world.engine.settle(reserve.id, wait, world.now).unwrap();
    world.wait(SignedDuration::from_secs(89));
    assert!(world.due().is_empty());
    world.wait(SignedDuration::from_secs(1));
    assert_eq!(world.due()[0].id, reserve.id);
}

#[test]
fn an_order_for_what_nobody_knows_is_read_twice_and_rejected() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "snack ".trim(), 5, world.now);
    world.run();
    assert_eq!(world.names(), ["read-order", "read-order", "reject"]);
    let entry = &world.engine.quarantine(1).unwrap()[0].quarantined;
    assert!(
        entry.reason.contains("probably SNACK is meant"),
        "{}",
        entry.reason
    );
}

#[test]
fn a_second_reservation_for_one_order_is_given_back() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    let reserve = until(&mut world, "reserve");
    world
        .vendors
        .carry_out(&reserve.command, "a key the vendor forgot", world.now);
    let outcome = world.answer(&reserve);
    world.engine.settle(reserve.id, outcome, world.now).unwrap();
    world.sweep();
    world.run();
    assert_eq!(world.vendors.items[&jerky("JRK-1")].reserved, 10);
    assert!(world.engine.pending(world.now).is_empty());
}

#[test]
fn a_command_that_was_lost_on_the_way_is_asked_about() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    let reserve = until(&mut world, "reserve");
    let held = BTreeSet::from([reserve.id]);
    assert!(world.engine.due(world.now, 9, &held).is_empty());
    assert_eq!(world.due()[0].mode, Mode::Ask);
}

#[test]
fn what_was_under_way_at_a_crash_is_asked_about_after_it() {
    let file = Scratch::new();
    let mut world = World::on(Store::open(file.path()).unwrap());
    world.sweep();
    world.run();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    let reserve = until(&mut world, "reserve");
    world.answer(&reserve);
    world.engine.store_mut().crash();
    let dead = world.engine.settle(reserve.id, lost(), world.now);
    assert!(dead.is_err());
    world.engine = open(Store::open(file.path()).unwrap(), world.now);
    assert_eq!(world.due()[0].mode, Mode::Ask);
    world.run();
    assert_eq!(world.vendors.reservations.len(), 1);
}

#[test]
fn after_a_crash_nothing_can_be_observed_any_more() {
    let mut world = World::ready();
    let commits = world.engine.store().commits();
    world.engine.store_mut().on_commit(move |_, commit| {
        if commit > commits {
            AfterCommit::Crash
        } else {
            AfterCommit::Continue
        }
    });
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    let seen = world.vendors.said.pop().unwrap();
    let crashed = world.engine.observe(seen, world.now);
    assert!(crashed.is_err_and(|error| !error.is_retryable()));
    assert!(matches!(
        world.engine.alerts(1),
        Err(crate::engine::EngineError::Store(StoreError::Crashed))
    ));
}

#[test]
fn a_full_disk_changes_nothing_and_the_same_call_succeeds_later() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    let seen = world.vendors.said.pop().unwrap();
    for writes in 0..3 {
        world.engine.store_mut().refuse_after(writes, Refusal::Full);
        let refused = world.engine.observe(seen.clone(), world.now);
        assert!(refused.is_err_and(|error| error.is_retryable()));
        assert!(world.engine.pending(world.now).is_empty());
    }
    world.engine.observe(seen, world.now).unwrap();
    world.run();
    assert_eq!(
        world.vendors.orders[&order("ORD-1")].status,
        OrderStatus::Confirmed
    );
}

#[test]
fn an_unexpected_refusal_is_told_to_people() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.run();
    world.vendors.ship("ORD-1", 5, world.now);
    let commit = until(&mut world, "commit");
    let refused = problem("quantity-exceeds-open", 409);
    world.engine.settle(commit.id, refused, world.now).unwrap();
    assert_eq!(world.engine.alerts(1).unwrap()[0].kind, "refused");
    world.run();
    assert_eq!(world.vendors.items[&jerky("JRK-1")].on_hand, 90);
}

#[test]
fn a_shipped_gift_box_whose_lot_may_not_leave_is_booked_whole_when_stock_arrives() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "GIFT", 4, world.now);
    world.run();
    world.vendors.ship("ORD-1", 4, world.now);
    let first = until(&mut world, "commit");
    let refused = problem("lot-not-eligible", 409);
    world.engine.settle(first.id, refused, world.now).unwrap();
    world.run();
    let stock = |world: &World, sku| {
        let stock = &world.vendors.items[&jerky(sku)];
        (stock.on_hand, stock.reserved)
    };
    assert_eq!(stock(&world, "JRK-1"), (100, 4), "it stays reserved");
    assert_eq!(stock(&world, "JRK-2"), (100, 12), "a kit moves whole");
    let receipt = |stock: &mut super::vendors::Stock| stock.on_hand += 20;
    world.vendors.change(&jerky("JRK-1"), "receipt", receipt);
    world.run();
    assert_eq!(stock(&world, "JRK-1"), (116, 0));
    assert_eq!(stock(&world, "JRK-2"), (88, 0));
    let again = world
        .sent
        .iter()
        .rfind(|sent| sent.command.name() == "commit");
    assert_ne!(
        again.unwrap().key,
        first.key,
        "a refused key would only be refused again"
    );
}

#[test]
fn a_reservation_refused_for_no_shortage_is_tried_ever_more_slowly() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    let mut waits = Vec::new();
    for attempt in 0..4 {
        let since = world.now;
        if attempt > 0 {
            world.now = world.engine.next_wake().unwrap_or(world.now).max(world.now);
        }
        let reserve = until(&mut world, "reserve");
        waits.push(world.now.duration_since(since).as_millis());
        let refused = problem("idempotency-key-reused", 422);
        world.engine.settle(reserve.id, refused, world.now).unwrap();
        let list = until(&mut world, "read-reservations");
        let outcome = world.answer(&list);
        world.engine.settle(list.id, outcome, world.now).unwrap();
    }
    assert_eq!(waits[0], 0);
    assert!(waits[3] > 2 * waits[1].max(100), "{waits:?}");
}
