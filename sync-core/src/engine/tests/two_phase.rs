//! Reservations in the ledger: pending, then posted, voided or timed out, each part once.

use jiff::SignedDuration;

use super::{
    vendors::{jerky, order},
    world::{World, open},
};
use crate::{
    engine::Observation,
    ledger::{Account, Held, Transfer, TransferId},
    quantity::Quantity,
    sku::{Location, LotId},
    store::{Store, scratch::Scratch},
    vendor::jerky::view::{AllocationView, ReservationView},
};

impl World {
    /// One with an order of 5 that is reserved and confirmed: 10 of 100.
    fn reserved() -> Self {
        let mut world = Self::ready();
        world.place_five();
        world
    }

    fn place_five(&mut self) {
        self.vendors.place("ORD-1", "SNACK", 5, self.now);
        self.run();
    }

    fn read_reservation(&mut self, view: &ReservationView) {
        let seen = Observation::Reservations(vec![Ok(view.clone())]);
        self.engine.observe(seen, self.now).unwrap();
    }

    fn held(&self) -> Held {
        self.held_as(&pending_id(&self.vendors.reservations[0], "L1"))
    }

    fn held_as(&self, id: &TransferId) -> Held {
        self.engine.state.ledger.held(id).unwrap()
    }

    fn balances(&self) -> [i64; 4] {
        let sums = self.engine.state.ledger.item_balances(&jerky("JRK-1"));
        assert_eq!(sums.sum(), 0);
        use Account::{Committed, OnHand, Reserved, Sold};
        [OnHand, Reserved, Committed, Sold].map(|account| sums.of(account).get())
    }

    /// The phases and causes of the entries that made an account what it is, oldest first.
    fn lineage(&self, account: Account) -> Vec<(&'static str, String)> {
        let (sku, lot) = (jerky("JRK-1"), lot("L1"));
        let told = |entry: &Transfer| (entry.phase.name(), entry.cause.to_string());
        let ledger = &self.engine.state.ledger;
        let mut lineage: Vec<_> = ledger.lineage(&sku, &lot, account).map(told).collect();
        lineage.reverse();
        lineage
    }

    fn phases(&self, account: Account) -> Vec<&'static str> {
        let lineage = self.lineage(account).into_iter();
        lineage.map(|(phase, _)| phase).collect()
    }
}

fn lot(name: &str) -> LotId {
    LotId::parse(name).unwrap()
}

fn pending_id(view: &ReservationView, lot: &str) -> TransferId {
    TransferId::new(format!("{}:{}:{lot}", view.id, view.lines[0].line_id))
}

fn parts(held: Held) -> [i64; 4] {
    [held.open, held.posted, held.voided, held.timed_out].map(Quantity::get)
}

#[test]
fn a_reservation_is_pending_and_its_shipments_post_it() {
    let mut world = World::reserved();
    let reserved = ("pending", "reservation res_1 of ORD-1".to_owned());
    assert_eq!(world.lineage(Account::Reserved), [reserved]);
    assert_eq!(parts(world.held()), [10, 0, 0, 0]);
    assert_eq!(world.balances(), [90, 10, 0, 0]);
    world.vendors.ship("ORD-1", 2, world.now);
    world.run();
    assert_eq!(parts(world.held()), [6, 4, 0, 0]);
    world.vendors.ship("ORD-1", 3, world.now);
    world.run();
    assert_eq!(parts(world.held()), [0, 10, 0, 0]);
    assert_eq!(world.balances(), [90, 0, 0, 10]);
    let shipments = &world.vendors.orders[&order("ORD-1")].shipments;
    let reserved = world.lineage(Account::Reserved);
    for (shipment, (phase, cause)) in shipments.iter().zip(&reserved[1..]) {
        let reference = &shipment.reference;
        assert_eq!(*phase, "post");
        assert_eq!(
            *cause,
            format!("shipment {reference}, reservation res_1 of ORD-1")
        );
    }
    assert_eq!(reserved.len(), 3);
}

#[test]
fn what_is_released_is_voided() {
    let mut world = World::reserved();
    world.vendors.ship("ORD-1", 2, world.now);
    world.vendors.cancel("ORD-1");
    world.run();
    assert_eq!(parts(world.held()), [0, 4, 6, 0]);
    assert_eq!(world.phases(Account::Reserved), ["pending", "post", "void"]);
    assert_eq!(world.balances(), [96, 0, 0, 4]);
}

#[test]
fn what_ends_by_itself_is_timed_out_even_by_a_clock_that_is_behind() {
    let mut world = World::reserved();
    world.vendors.ship("ORD-1", 2, world.now);
    world.run();
    world
        .vendors
        .expire(world.now + SignedDuration::from_hours(999));
    // The level tells first, of goods that are free, and cannot tell why.
    world.listen();
    assert_eq!(world.balances(), [90, 6, 0, 4]);
    let view = world.vendors.reservations[0].clone();
    world.read_reservation(&view);
    assert_eq!(parts(world.held()), [0, 4, 0, 6]);
    assert_eq!(world.balances(), [96, 0, 0, 4]);
    let phases = world.phases(Account::Reserved);
    assert_eq!(phases, ["pending", "post", "time_out"]);
}

#[test]
fn readings_that_repeat_or_come_late_resolve_nothing_twice() {
    let mut world = World::reserved();
    let mut readings = vec![world.vendors.reservations[0].clone()];
    for quantity in [2, 1] {
        world.vendors.ship("ORD-1", quantity, world.now);
        world.run();
        readings.push(world.vendors.reservations[0].clone());
    }
    world.vendors.cancel("ORD-1");
    world.run();
    readings.push(world.vendors.reservations[0].clone());
    let before: Vec<_> = world.engine.state.ledger.transfers().cloned().collect();
    for view in readings.iter().rev().chain(&readings) {
        world.read_reservation(view);
    }
    let after: Vec<_> = world.engine.state.ledger.transfers().cloned().collect();
    assert_eq!(after, before);
    assert_eq!(parts(world.held()), [0, 6, 4, 0]);
}

#[test]
fn a_reading_that_skips_others_resolves_what_they_would_have() {
    let mut world = World::reserved();
    let mut told = World::reserved();
    for quantity in [2, 1] {
        told.vendors.ship("ORD-1", quantity, told.now);
        told.run();
    }
    let view = told.vendors.reservations[0].clone();
    world.read_reservation(&view);
    assert_eq!(parts(world.held()), parts(told.held()));
}

#[test]
fn a_level_that_comes_before_its_reservation_is_claimed_by_it() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.listen();
    while world.vendors.reservations.is_empty() {
        for command in world.due() {
            let outcome = world.answer(&command);
            world.listen();
            world.engine.settle(command.id, outcome, world.now).unwrap();
        }
    }
    assert_eq!(world.balances(), [90, 10, 0, 0]);
    assert_eq!(parts(world.held()), [10, 0, 0, 0]);
    let phases = world.phases(Account::Reserved);
    assert_eq!(phases, ["direct", "direct", "pending"]);
}

#[test]
fn a_commit_whose_level_came_first_is_posted_and_left() {
    let mut world = World::reserved();
    world.vendors.ship("ORD-1", 5, world.now);
    while world.vendors.reservations[0].commits.is_empty() {
        world.listen();
        for command in world.due() {
            let outcome = world.answer(&command);
            world.listen();
            world.engine.settle(command.id, outcome, world.now).unwrap();
        }
    }
    assert_eq!(parts(world.held()), [0, 10, 0, 0]);
    assert_eq!(world.balances(), [90, 0, 0, 10]);
}

#[test]
fn lots_that_the_vendor_changes_are_voided_and_held_anew() {
    let mut world = World::reserved();
    let mut level = world.vendors.level(&jerky("JRK-1"));
    let mut other = level.lots[0].clone();
    other.lot = lot("L2");
    [other.reserved, other.available] = [Quantity::ZERO, other.on_hand];
    level.on_hand = level.on_hand.saturating_add(other.on_hand);
    level.available = level.available.saturating_add(other.on_hand);
    level.sequence += 1;
    level.lots.push(other);
    let seen = Observation::Stock(vec![Ok(level)]);
    world.engine.observe(seen, world.now).unwrap();
    let mut view = world.vendors.reservations[0].clone();
    let part = |name: &str, quantity, committed| AllocationView {
        lot: lot(name),
        location: Location::parse("A-1").unwrap(),
        quantity: Quantity::new(quantity),
        committed: Quantity::new(committed),
        expires_on: None,
    };
    view.lines[0].committed = Quantity::new(3);
    view.lines[0].allocations = vec![part("L1", 2, 1), part("L2", 8, 2)];
    world.read_reservation(&view);
    let held = |world: &World, lot| parts(world.held_as(&pending_id(&view, lot)));
    assert_eq!(held(&world, "L1"), [1, 1, 8, 0]);
    assert_eq!(held(&world, "L2"), [6, 2, 0, 0]);
    // And once more, to a lot that it has some of: that is another pending entry.
    let mut again = view.clone();
    again.lines[0].committed = Quantity::new(10);
    again.lines[0].allocations = vec![part("L1", 1, 1), part("L2", 9, 9)];
    world.read_reservation(&again);
    assert_eq!(held(&world, "L1"), [0, 1, 9, 0]);
    assert_eq!(held(&world, "L2"), [0, 8, 0, 0]);
    assert_eq!(held(&world, "L2#2"), [0, 1, 0, 0]);
    assert_eq!(world.balances()[..3], [190, 0, 10]);
}

#[test]
fn a_reservation_of_goods_that_no_level_has_shown_is_left_to_the_level() {
    let vendors = World::reserved().vendors;
    let mut world = World::new();
    world.vendors = vendors;
    let sweep = world.vendors.sweep();
    let (stock, others): (Vec<_>, Vec<_>) = sweep
        .into_iter()
        .partition(|seen| matches!(seen, Observation::Stock(_)));
    for seen in others.into_iter().chain(stock) {
        world.engine.observe(seen, world.now).unwrap();
    }
    assert_eq!(world.balances(), [90, 10, 0, 0]);
    assert_eq!(world.phases(Account::Reserved), ["direct"]);
    world.vendors.ship("ORD-1", 5, world.now);
    world.run();
    assert_eq!(world.balances()[..3], [90, 0, 0]);
}

#[test]
fn a_reservation_is_resolved_by_an_engine_that_was_opened_since() {
    let file = Scratch::new();
    let mut world = World::on(Store::open(file.path()).unwrap());
    world.sweep();
    world.run();
    world.place_five();
    world.vendors.ship("ORD-1", 2, world.now);
    world.run();
    let before: Vec<_> = world.engine.state.ledger.transfers().cloned().collect();
    world.engine = open(Store::open(file.path()).unwrap(), world.now);
    let after: Vec<_> = world.engine.state.ledger.transfers().cloned().collect();
    assert_eq!(after, before);
    assert_eq!(parts(world.held()), [6, 4, 0, 0]);
    world.sweep();
    assert_eq!(parts(world.held()), [6, 4, 0, 0]);
    world.vendors.ship("ORD-1", 3, world.now);
    world.run();
    assert_eq!(parts(world.held()), [0, 10, 0, 0]);
    assert_eq!(world.balances(), [90, 0, 0, 10]);
}
