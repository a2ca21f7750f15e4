//! Builds small histories, fact by fact, for the invariants' own tests.
//!
//! [`World::quiet_day`] is a day on which all went well; a test takes it and breaks one thing.

mod ground;
mod shop;
mod warehouse;
mod wire;

use jiff::{SignedDuration, Timestamp};

use super::{
    Case, History, Status, Verdict, Violation,
    history::{Actor, ProductKind, Quarantined, ShopAccount, Vendor},
    judge,
};

/// A history under construction. Each fact takes a second.
pub(super) struct World {
    pub(super) history: History,
    pub(super) now: Timestamp,
    pub(super) actor: Actor,
    reservations: u64,
}

/// What a reservation takes: item, lot, base units. Each is a line of its own.
pub(super) type Take<'t> = (&'t str, &'t str, i64);

/// The verdict on one invariant.
pub(super) fn verdict(name: &str, history: &History) -> Verdict {
    let verdicts = judge(history);
    verdicts
        .into_iter()
        .find(|verdict| verdict.name == name)
        .unwrap()
}

/// It holds, and something was judged.
#[track_caller]
pub(super) fn assert_holds(name: &str, history: &History) {
    let verdict = verdict(name, history);
    assert_eq!(verdict.status, Status::Holds, "{verdict:#?}");
    assert!(verdict.judged > 0, "nothing was judged: {verdict:?}");
}

/// It is violated, named with its number, and the first violation is about `subject`.
#[track_caller]
pub(super) fn assert_violated(name: &str, history: &History, subject: &str) -> Violation {
    let verdict = verdict(name, history);
    let Status::Violated { evidence, total } = verdict.status else {
        panic!("not violated: {verdict:?}");
    };
    assert!(total >= evidence.len() && !evidence.is_empty());
    let first = evidence.into_iter().next().unwrap();
    assert!(
        first.subject.contains(subject),
        "about something else: {first}"
    );
    assert!(!first.expected.is_empty() && !first.found.is_empty());
    first
}

/// The middleware sets aside what a struck reply said of a subject.
pub(super) fn set_aside(history: &mut History, subject: &str, at: Timestamp) {
    let mut read = World::new();
    read.now = at;
    read.exchange("GET", "/v1/stock", 200).struck = true;
    history.exchanges.append(&mut read.history.exchanges);
    history.hub.quarantine.push(Quarantined {
        message: None,
        subject: Some(subject.to_owned()),
        at,
        reason: "float for integer".to_owned(),
    });
}

impl World {
    /// A bag and a sixpack of jerky, a box of both with a nail polish, and an automatic listing.
    pub(super) fn new() -> Self {
        let start: Timestamp = "2026-11-02T12:00:00Z".parse().unwrap();
        let mut world = Self {
            history: ground::empty(start),
            now: start,
            actor: Actor::System,
            reservations: 0,
        };
        for (sku, safety) in [("J1", 0), ("J2", 100), ("J3", 0)] {
            world.item(sku, safety);
        }
        world.receive("J1", "A", 1000, Some(20));
        world.receive("J1", "B", 1000, Some(28));
        world.receive("J2", "C", 2000, None);
        world.receive("J3", "D", 500, None);
        for (sku, kind) in [
            ("BAG", ProductKind::Resale),
            ("SIX", ProductKind::Resale),
            ("BOX", ProductKind::Kit),
            ("AUTO", ProductKind::Resale),
            ("NAIL", ProductKind::Own),
        ] {
            world.product(sku, kind);
        }
        world.own("NAIL", ShopAccount::Supplier, ShopAccount::Free, 10);
        world.actor = Actor::Middleware;
        world.settle();
        world
    }

    /// An order, a gift box, a return, a cancellation, and everything in step afterwards.
    pub(super) fn quiet_day() -> Self {
        let mut world = Self::new();
        world.sell("ORD-1", ("BAG", 2), &[("J1", "A", 100)]);
        world.place("ORD-2", "BOX", 1);
        world.own("NAIL", ShopAccount::Free, ShopAccount::Held, 1);
        world.reserve("ORD-2", &[("J1", "A", 50), ("J2", "C", 100)]);
        world.settle();
        world.confirm("ORD-2");
        world.own("NAIL", ShopAccount::Held, ShopAccount::Allocated, 1);
        world.settle();
        world.ship("ORD-2", "SHIP-ORD-2", 1);
        world.own("NAIL", ShopAccount::Allocated, ShopAccount::Sold, 1);
        world.commit("res_2", "SHIP-ORD-2", &[("J1", "A", 50), ("J2", "C", 100)]);
        world.pick_up(&[("J1", "A", 150), ("J2", "C", 100)]);
        world.give_back("ORD-1", "RET-1", 1, true);
        world.take_back("RET-1", "J1", "A", 50);
        world.settle();
        world.place("ORD-3", "BAG", 1);
        world.reserve("ORD-3", &[("J1", "A", 50)]);
        world.settle();
        world.cancel("ORD-3", 1);
        world.release("res_3", &[("J1", "A", 50)]);
        world.settle();
        world.exchange("POST", "/oauth/token", 200);
        world.exchange("POST", "/v1/reservations", 201);
        world.deliver(Vendor::Jerky, "evt_7", "J1", 7);
        world.deliver(Vendor::Polish, "whk_9", "ORD-3", 2);
        world.checkpoint(7);
        world
    }

    /// One order from placement to commit.
    pub(super) fn sell(&mut self, id: &str, (sku, quantity): (&str, i64), takes: &[Take<'_>]) {
        self.place(id, sku, quantity);
        let reservation = self.reserve(id, takes);
        self.settle();
        self.confirm(id);
        let shipment = format!("SHIP-{id}");
        self.ship(id, &shipment, quantity);
        self.commit(&reservation, &shipment, takes);
    }

    /// Ends the run in a quiet hour and hands the history out.
    pub(super) fn end(mut self) -> History {
        let quiet = self.now;
        self.pass(3600);
        self.history.phases.traffic_ended = quiet;
        self.history.phases.faults_ended = quiet;
        self.history.phases.converged = Some(quiet);
        self.history.phases.quiescent = Some((quiet + SignedDuration::from_mins(5), self.now));
        self.history.phases.ended = self.now;
        self.history
    }

    /// Time passes.
    pub(super) fn pass(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    /// The middleware publishes whatever is true and not shown.
    pub(super) fn settle(&mut self) {
        let case = Case::open(&self.history);
        let listings = case.numbers.listings.iter();
        let untrue = listings.filter(|(_, numbers)| !numbers.agrees(self.now));
        let due: Vec<(String, i64)> = untrue
            .map(|(sku, numbers)| (sku.to_string(), numbers.truth(self.now)))
            .collect();
        let mirrors = case.numbers.mirrors.iter();
        let untrue = mirrors.filter(|(_, numbers)| !numbers.agrees(self.now));
        let mirrored: Vec<(String, i64)> = untrue
            .map(|(sku, numbers)| (sku.to_string(), numbers.truth.at(self.now)))
            .collect();
        due.iter()
            .for_each(|(sku, number)| self.publish(sku, *number));
        for (sku, number) in mirrored {
            let sequence = self.history.jerky.len() as u64;
            self.mirror(&sku, number, sequence);
        }
    }
}
