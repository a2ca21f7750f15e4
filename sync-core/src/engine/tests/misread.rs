//! Reservations that are told wrongly, or not at all: misread replies, lists that are behind, rows that
//! can never be read.

use jiff::{SignedDuration, Timestamp};

use super::{
    saga::{lost, until},
    vendors::{jerky, order, problem},
    world::World,
};
use crate::{
    engine::{Observation, Swept},
    outbox::{Command, Mode, OutboxCommand, Outcome, Reply},
    quantity::Quantity,
    unit::Unit,
    vendor::{
        jerky::view::{ReservationLineView, ReservationView},
        polish::view::OrderStatus,
        reading::Unreadable,
    },
};

/// A reservation is asked for, and no reply comes.
fn unanswered(is_made: bool) -> (World, OutboxCommand) {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    let reserve = until(&mut world, "reserve");
    if is_made {
        world.answer(&reserve);
    }
    world.engine.settle(reserve.id, lost(), world.now).unwrap();
    (world, reserve)
}

/// The order has no reservation.
fn nothing() -> Outcome {
    Outcome::Found(Reply::Reservations(Vec::new()))
}

/// In a wrong unit, what was made looks like a thousand times what is wanted.
#[test]
fn a_reservation_that_is_stated_otherwise_than_it_was_asked_for_is_read_again() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    let reserve = until(&mut world, "reserve");
    let mut outcome = world.answer(&reserve);
    let Outcome::Applied(Reply::Reservation(view)) = &mut outcome else {
        panic!("{outcome:?}")
    };
    let line = &mut view.lines[0];
    line.quantity = Quantity::new(line.quantity.get() * 1000);
    line.allocations[0].quantity = line.quantity;
    world.engine.settle(reserve.id, outcome, world.now).unwrap();
    world.run();
    assert!(!world.names().contains(&"release"), "{:?}", world.names());
    assert_eq!(world.vendors.items[&jerky("JRK-1")].reserved, 10);
    let order = &world.vendors.orders[&order("ORD-1")];
    assert_eq!(order.status, OrderStatus::Confirmed);
}

#[test]
fn a_reservation_of_another_unit_or_item_is_read_again() {
    let unit = |line: &mut ReservationLineView| {
        line.unit = Unit::Kilogram;
        line.quantity = Quantity::new(1000 * line.quantity.get());
    };
    let item = |line: &mut ReservationLineView| line.sku = jerky("NO-SUCH");
    read_again(unit);
    read_again(item);
}

fn read_again(garble: impl Fn(&mut ReservationLineView)) {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    let reserve = until(&mut world, "reserve");
    let mut outcome = world.answer(&reserve);
    if let Outcome::Applied(Reply::Reservation(view)) = &mut outcome {
        garble(&mut view.lines[0]);
    }
    world.engine.settle(reserve.id, outcome, world.now).unwrap();
    world.wait(SignedDuration::from_secs(1));
    let asked = until(&mut world, "reserve");
    assert_eq!(asked.mode, Mode::Ask);
    let outcome = world.answer(&asked);
    world.engine.settle(asked.id, outcome, world.now).unwrap();
    world.run();
    assert_eq!(world.vendors.reservations.len(), 1);
    assert_eq!(world.vendors.items[&jerky("JRK-1")].reserved, 10);
    assert!(world.engine.pending(world.now).is_empty());
}

/// The reply states another unit, and the list is a minute behind.
#[test]
fn a_reservation_that_was_misread_and_is_not_listed_yet_is_asked_for_in_the_same_words() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    let mut reserve = until(&mut world, "reserve");
    let first = (reserve.key.clone(), reserve.command.clone());
    for _ in 0..3 {
        let mut outcome = world.answer(&reserve);
        if let Outcome::Applied(Reply::Reservation(view)) = &mut outcome {
            let line = &mut view.lines[0];
            line.quantity = Quantity::new(1000 * line.quantity.get());
        }
        world.engine.settle(reserve.id, outcome, world.now).unwrap();
        world.wait(SignedDuration::from_secs(20));
        let asked = until(&mut world, "reserve");
        assert_eq!(asked.mode, Mode::Ask);
        world.engine.settle(asked.id, nothing(), world.now).unwrap();
        reserve = until(&mut world, "reserve");
        assert_eq!(reserve.mode, Mode::Send);
        assert_eq!((reserve.key.clone(), reserve.command.clone()), first);
    }
    let outcome = world.answer(&reserve);
    world.engine.settle(reserve.id, outcome, world.now).unwrap();
    world.run();
    assert_eq!(world.vendors.reservations.len(), 1);
    assert!(world.engine.pending(world.now).is_empty());
}

#[test]
fn a_reservation_that_was_misread_is_what_the_next_reading_says() {
    let mut world = unanswered(true).0;
    world.wait(SignedDuration::from_secs(1));
    let asked = until(&mut world, "reserve");
    let mut outcome = world.answer(&asked);
    // As when item and reservation are stated in the same wrong unit.
    if let Outcome::Found(Reply::Reservations(rows)) = &mut outcome {
        let line = &mut rows[0].as_mut().unwrap().lines[0];
        line.quantity = Quantity::new(1000 * line.quantity.get());
        line.allocations[0].quantity = line.quantity;
    }
    world.engine.settle(asked.id, outcome, world.now).unwrap();
    let misled = until(&mut world, "release");
    let refused = problem("quantity-exceeds-open", 422);
    world.engine.settle(misled.id, refused, world.now).unwrap();
    world.run();
    assert!(!world.names().contains(&"release"));
    assert_eq!(
        world.vendors.orders[&order("ORD-1")].status,
        OrderStatus::Confirmed
    );
    world.vendors.cancel("ORD-1");
    world.run();
    assert_eq!(world.vendors.items[&jerky("JRK-1")].reserved, 0);
    let mut sent = world.sent.iter();
    let release = sent.rfind(|sent| sent.command.name() == "release");
    assert_ne!(
        release.unwrap().key,
        misled.key,
        "a refused key would only be refused again"
    );
}

#[test]
fn a_reservation_that_is_listed_and_not_believed_is_not_asked_for_again() {
    let mut world = unanswered(true).0;
    for _ in 0..3 {
        world.wait(SignedDuration::from_secs(20));
        let asked = until(&mut world, "reserve");
        assert_eq!(asked.mode, Mode::Ask);
        let mut outcome = world.answer(&asked);
        if let Outcome::Found(Reply::Reservations(rows)) = &mut outcome {
            rows[0].as_mut().unwrap().lines[0].sku = jerky("NO-SUCH");
        }
        world.engine.settle(asked.id, outcome, world.now).unwrap();
    }
    world.wait(SignedDuration::from_secs(60));
    world.run();
    assert_eq!(world.vendors.reservations.len(), 1);
    assert!(world.engine.pending(world.now).is_empty());
}

/// The first request is under way for minutes, and is refused as often as it is repeated meanwhile.
#[test]
fn a_reservation_that_may_still_arrive_is_asked_for_under_no_other_key() {
    for (slug, status) in [
        ("not-found", 404),
        ("forbidden", 403),
        ("method-not-allowed", 405),
    ] {
        let (mut world, first) = unanswered(false);
        for _ in 0..8 {
            let again = repeated(&mut world, problem(slug, status));
            assert_eq!(again.key, first.key, "{status}");
        }
        world.answer(&first);
        world.run();
        assert_eq!(world.vendors.reservations.len(), 1, "{status}");
        assert!(world.engine.pending(world.now).is_empty());
    }
}

#[test]
fn a_reservation_that_was_looked_at_and_refused_is_asked_for_under_another_key() {
    let (mut world, first) = unanswered(false);
    repeated(&mut world, problem("invalid-request", 400));
    world.run();
    let sent = world.sent.iter();
    let mut keys = sent
        .filter(|sent| sent.command.name() == "reserve")
        .map(|sent| &sent.key);
    assert!(keys.all(|key| *key != first.key));
    assert_eq!(world.vendors.reservations.len(), 1);
}

/// Asks what became of a reservation, finds nothing, and is refused when it is asked for again.
fn repeated(world: &mut World, refused: Outcome) -> OutboxCommand {
    world.wait(SignedDuration::from_secs(60));
    let asked = until(world, "reserve");
    assert_eq!(asked.mode, Mode::Ask);
    world.engine.settle(asked.id, nothing(), world.now).unwrap();
    let again = until(world, "reserve");
    assert_eq!(again.mode, Mode::Send);
    world.engine.settle(again.id, refused, world.now).unwrap();
    again
}

#[test]
fn a_reservation_that_is_refused_for_good_is_asked_for_under_another_key_at_last() {
    let (mut world, first) = unanswered(false);
    let mut sent = Vec::new();
    for _ in 0..60 {
        world.wait(SignedDuration::from_secs(60));
        for next in world.due() {
            let outcome = match (&next.command, next.mode) {
                (Command::Reserve { .. }, Mode::Ask) => nothing(),
                (Command::Reserve { .. }, Mode::Send) => problem("not-found", 404),
                _ => world.answer(&next),
            };
            world.engine.settle(next.id, outcome, world.now).unwrap();
            let is_sent = next.command.name() == "reserve" && next.mode == Mode::Send;
            sent.extend(is_sent.then_some(next.key));
        }
    }
    let under_the_first = sent.iter().take_while(|key| **key == first.key).count();
    assert!((8..20).contains(&under_the_first), "{sent:?}");
    assert!(sent.len() > under_the_first, "{sent:?}");
}

/// For half an hour no list is to be had, by turns because it is not there and for want of a reply.
#[test]
fn a_reservation_that_can_not_be_asked_about_is_not_asked_for_again() {
    let mut world = unanswered(true).0;
    let mut asked = 0;
    for _ in 0..1800 {
        world.wait(SignedDuration::from_secs(1));
        for command in world.due() {
            assert_eq!(command.mode, Mode::Ask, "{command:?}");
            asked += 1;
            let nowhere = match asked % 2 {
                0 => problem("not-found", 404),
                _ => lost(),
            };
            world.engine.settle(command.id, nowhere, world.now).unwrap();
        }
    }
    let alerts = world.engine.alerts(20).unwrap();
    assert!(alerts.iter().any(|alert| alert.kind == "asked-in-vain"));
    world.run();
    assert_eq!(world.vendors.reservations.len(), 1);
}

/// A row of the list that can never be read.
pub(super) fn unreadable(at: Timestamp) -> Unreadable {
    Unreadable {
        what: "reservation",
        reason: "missing field `lines`".to_owned(),
        raw: bytes::Bytes::new(),
        at,
    }
}

/// A reservation is known, a sweep misses it, and its row in the list can never be read. Forty minutes
/// pass.
fn never_listed(before: impl FnOnce(&mut World)) -> World {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.run();
    world.wait(SignedDuration::from_secs(1));
    let swept = Swept::Reservations {
        seen: [].into(),
        began: world.now,
    };
    let swept = Observation::Swept(swept);
    world.engine.observe(swept, world.now).unwrap();
    before(&mut world);
    world.listen();
    world.pass(
        40,
        SignedDuration::from_secs(60),
        |command, answer, now| match &command.command {
            Command::ReadReservations { .. } => {
                let rows = vec![Err(unreadable(now))];
                Outcome::Applied(Reply::Reservations(rows))
            }
            _ => answer,
        },
    );
    let alerts = world.engine.alerts(20).unwrap();
    assert!(alerts.iter().any(|alert| alert.kind == "dead-command"));
    world
}

#[test]
fn what_is_known_to_be_held_is_committed_although_it_can_not_be_listed() {
    let world = never_listed(|world| world.vendors.ship("ORD-1", 5, world.now));
    let stock = &world.vendors.items[&jerky("JRK-1")];
    assert_eq!((stock.on_hand, stock.reserved), (90, 0));
}

/// The commit of a part is carried out, and its reply names an item that nobody knows, as the list does.
#[test]
fn what_was_committed_and_is_not_believed_is_not_committed_again() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.run();
    world.vendors.ship("ORD-1", 2, world.now);
    let misspell = |view: &mut ReservationView| view.lines[0].sku = jerky("jrk-1");
    world.listen();
    world.sent.clear();
    world.pass(300, SignedDuration::from_secs(1), |_, mut answer, _| {
        match &mut answer {
            Outcome::Applied(Reply::Reservation(view)) => misspell(view),
            Outcome::Applied(Reply::Reservations(rows)) => {
                rows.iter_mut().flatten().for_each(misspell);
            }
            _ => {}
        }
        answer
    });
    let names = world.names();
    let sent = |name: &str| names.iter().filter(|sent| **sent == name).count();
    assert_eq!((sent("commit"), sent("read-reservations")), (1, 6));
    world.sweep();
    world.run();
    let stock = &world.vendors.items[&jerky("JRK-1")];
    assert_eq!((stock.on_hand, stock.reserved), (96, 6));
}

#[test]
fn what_is_known_to_be_held_is_extended_although_it_can_not_be_listed() {
    let world = never_listed(|_| ());
    let sent = |name: &str| {
        let sent = world.sent.iter().map(|sent| sent.command.name());
        sent.filter(|sent| *sent == name).count()
    };
    assert_eq!((sent("reserve"), sent("extend")), (1, 1));
}

#[test]
fn an_answer_with_an_unreadable_row_does_not_say_that_nothing_was_reserved() {
    let mut world = unanswered(true).0;
    for _ in 0..2 {
        world.now = world.engine.next_wake().unwrap_or(world.now).max(world.now);
        let asked = until(&mut world, "reserve");
        assert_eq!(asked.mode, Mode::Ask);
        let rows = vec![Err(unreadable(world.now))];
        let found = Outcome::Found(Reply::Reservations(rows));
        world.engine.settle(asked.id, found, world.now).unwrap();
    }
    world.run();
    assert_eq!(world.vendors.reservations.len(), 1);
}
