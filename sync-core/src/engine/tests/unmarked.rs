//! Branches that no campaign leads to, because vendors that keep their word do not.

use super::{saga::until, vendors::problem, world::World};
use crate::vendor::jerky::view::ReservationState;

#[test]
fn a_second_reservation_of_an_order_is_released() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    let reserve = until(&mut world, "reserve");
    let (command, now) = (&reserve.command, world.now);
    let first = world.vendors.carry_out(command, "somebody's", now);
    let second = world.vendors.carry_out(command, &reserve.key, now);
    for outcome in [first, second] {
        world.engine.settle(reserve.id, outcome, now).unwrap();
    }
    world.sweep();
    world.run();
    let states: Vec<_> = world
        .vendors
        .reservations
        .iter()
        .map(|row| row.state)
        .collect();
    let [kept, stray] = states[..] else {
        panic!("there are two: {states:?}")
    };
    assert_eq!(
        (kept, stray),
        (ReservationState::Pending, ReservationState::Released)
    );
}

#[test]
fn the_outcome_of_a_command_that_left_the_outbox_is_news() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    let reserve = until(&mut world, "reserve");
    let outcome = world.answer(&reserve);
    let refused = problem("insufficient-stock", 409);
    world.engine.settle(reserve.id, refused, world.now).unwrap();
    // The refusal was not the last word.
    world.engine.settle(reserve.id, outcome, world.now).unwrap();
    world.run();
    assert_eq!(world.vendors.reservations.len(), 1, "it is not made again");
}
