//! Builds small histories, fact by fact, for the invariants' own tests.
//!
//! [`World::quiet_day`] is a day on which all went well; a test takes it and breaks one thing.

use jiff::{SignedDuration, Timestamp, civil::date};

use super::{
    Case, History, Status, Verdict, Violation,
    history::{
        Account, Actor, Allocation, Checkpoint, Component, Criticality, Delivery, Direction,
        Exchange, Fact, FeedEvent, HubView, JerkyFact, Level, Limits, Listing, LotStatus, Mapping,
        Mirror, Phases, Policy, PolishFact, ProductKind, ReservedLine, Returned, ShopAccount,
        ShopLine, ShopQuantity, Vendor,
    },
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

impl World {
    /// A bag and a sixpack of jerky, a box of both with a nail polish, and an automatic listing.
    pub(super) fn new() -> Self {
        let start: Timestamp = "2026-11-02T12:00:00Z".parse().unwrap();
        let mut world = Self {
            history: empty(start),
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

    pub(super) fn publish(&mut self, sku: &str, available: i64) {
        let version = self.history.polish.len() as u64;
        self.polish(PolishFact::Available {
            sku: sku.into(),
            available,
            version,
        });
    }

    pub(super) fn mirror(&mut self, sku: &str, quantity: i64, source_sequence: u64) {
        self.jerky(JerkyFact::Mirrored {
            sku: sku.into(),
            quantity,
            source_sequence,
        });
    }

    fn item(&mut self, sku: &str, safety: i64) {
        self.jerky(JerkyFact::Item {
            sku: sku.into(),
            zone: "America/Chicago".to_owned(),
            safety,
        });
    }

    /// A released lot comes in, usable through a day of November.
    pub(super) fn receive(&mut self, sku: &str, lot: &str, quantity: i64, until: Option<i8>) {
        self.lot(sku, lot, LotStatus::Released, until);
        self.moved(
            sku,
            lot,
            Account::Supplier,
            Account::Available,
            quantity,
            "receipt",
            None,
        );
    }

    pub(super) fn lot(&mut self, sku: &str, lot: &str, status: LotStatus, until: Option<i8>) {
        self.jerky(JerkyFact::Lot {
            sku: sku.into(),
            lot: lot.into(),
            status,
            expires_on: until.map(|day| date(2026, 11, day)),
        });
    }

    #[expect(clippy::too_many_arguments, reason = "a movement has that many sides")]
    pub(super) fn moved(
        &mut self,
        sku: &str,
        lot: &str,
        from: Account,
        to: Account,
        quantity: i64,
        cause: &str,
        subject: Option<&str>,
    ) {
        self.jerky(JerkyFact::Moved {
            sku: sku.into(),
            lot: lot.into(),
            location: "R1".to_owned(),
            from,
            to,
            quantity,
            cause: cause.to_owned(),
            subject: subject.map(str::to_owned),
        });
    }

    /// Staff count a lot; the books follow by `delta`.
    pub(super) fn count(&mut self, sku: &str, lot: &str, counted: i64, delta: i64) {
        self.actor = Actor::Staff;
        self.together(|world| {
            world.jerky(JerkyFact::Counted {
                sku: sku.into(),
                lot: lot.into(),
                location: "R1".to_owned(),
                counted,
            });
            let (from, to) = if delta < 0 {
                (Account::Available, Account::CountedOff)
            } else {
                (Account::CountedOff, Account::Available)
            };
            world.moved(sku, lot, from, to, delta.abs(), "count", None);
        });
        self.actor = Actor::Middleware;
    }

    /// Reserves goods for an order for an hour, the vendor choosing the lots.
    pub(super) fn reserve(&mut self, reference: &str, takes: &[Take<'_>]) -> String {
        self.reservations += 1;
        let id = format!("res_{}", self.reservations);
        let key = format!("reserve:{id}");
        self.reserve_as(&id, &key, reference, takes, false);
        id
    }

    pub(super) fn reserve_as(
        &mut self,
        id: &str,
        key: &str,
        reference: &str,
        takes: &[Take<'_>],
        directed: bool,
    ) {
        let mut lines = lines(takes);
        lines.iter_mut().for_each(|line| line.directed = directed);
        let expires_at = self.now + SignedDuration::from_hours(1);
        self.command(key, |world| {
            world.shift(takes, Account::Available, Account::Reserved, "reservation");
            world.jerky(JerkyFact::Opened {
                id: id.into(),
                reference: reference.to_owned(),
                expires_at,
                lines,
            });
        });
    }

    pub(super) fn commit(&mut self, id: &str, reference: &str, takes: &[Take<'_>]) {
        self.command(&format!("commit:{id}:{reference}"), |world| {
            world.shift(takes, Account::Reserved, Account::Committed, "commit");
            world.jerky(JerkyFact::Committed {
                id: id.into(),
                reference: reference.to_owned(),
                lines: lines(takes),
            });
        });
    }

    pub(super) fn release(&mut self, id: &str, takes: &[Take<'_>]) {
        self.command(&format!("release:{id}"), |world| {
            world.shift(takes, Account::Reserved, Account::Available, "release");
            world.jerky(JerkyFact::Released {
                id: id.into(),
                lines: lines(takes),
            });
        });
    }

    pub(super) fn expire(&mut self, id: &str, takes: &[Take<'_>]) {
        self.actor = Actor::System;
        self.together(|world| {
            world.shift(takes, Account::Reserved, Account::Available, "expiry");
            world.jerky(JerkyFact::Expired { id: id.into() });
        });
        self.actor = Actor::Middleware;
    }

    /// The carrier picks up what was committed.
    pub(super) fn pick_up(&mut self, takes: &[Take<'_>]) {
        self.actor = Actor::System;
        self.shift(takes, Account::Committed, Account::Sold, "sale");
        self.actor = Actor::Middleware;
    }

    /// The warehouse takes returned goods back and puts them on the shelf.
    pub(super) fn take_back(&mut self, reference: &str, sku: &str, lot: &str, quantity: i64) {
        let returned = format!("return:{reference}:1");
        let (sold, checked) = (Account::Sold, Account::QualityControl);
        self.moved(sku, lot, sold, checked, quantity, "return", Some(&returned));
        let restocked = format!("restock:{reference}:1");
        let free = Account::Available;
        self.moved(
            sku,
            lot,
            checked,
            free,
            quantity,
            "restock",
            Some(&restocked),
        );
    }

    pub(super) fn place(&mut self, id: &str, sku: &str, quantity: i64) {
        self.place_as(id, sku, quantity, false);
    }

    pub(super) fn place_as(&mut self, id: &str, sku: &str, quantity: i64, automatic: bool) {
        self.actor = Actor::Storefront;
        self.polish(PolishFact::Placed {
            order: id.into(),
            lines: vec![ShopLine {
                line_id: "1".to_owned(),
                sku: sku.into(),
                quantity,
            }],
            automatic,
            hold_expires_at: None,
        });
        self.actor = Actor::Middleware;
    }

    pub(super) fn confirm(&mut self, id: &str) {
        self.polish(PolishFact::Confirmed { order: id.into() });
    }

    pub(super) fn cancel(&mut self, id: &str, quantity: i64) {
        self.by_staff(PolishFact::Cancelled {
            order: id.into(),
            lines: vec![part(quantity)],
        });
    }

    pub(super) fn ship(&mut self, id: &str, reference: &str, quantity: i64) {
        self.by_staff(PolishFact::Shipped {
            order: id.into(),
            reference: reference.to_owned(),
            lines: vec![part(quantity)],
        });
    }

    pub(super) fn give_back(&mut self, id: &str, reference: &str, quantity: i64, restock: bool) {
        self.by_staff(PolishFact::Returned {
            order: id.into(),
            reference: reference.to_owned(),
            lines: vec![Returned {
                line_id: "1".to_owned(),
                quantity,
                restock,
            }],
        });
    }

    pub(super) fn own(&mut self, sku: &str, from: ShopAccount, to: ShopAccount, quantity: i64) {
        self.polish(PolishFact::OwnMoved {
            sku: sku.into(),
            from,
            to,
            quantity,
        });
    }

    fn product(&mut self, sku: &str, kind: ProductKind) {
        let listing = self.history.mapping.listings.get(sku);
        let (moq, multiple) = listing.map_or((1, 1), |listing| (listing.moq, listing.multiple));
        self.polish(PolishFact::Product {
            sku: sku.into(),
            kind,
            moq,
            multiple,
            available: 0,
            components: Vec::new(),
        });
    }

    /// A request of the middleware, answered half a second later.
    pub(super) fn exchange(&mut self, method: &str, path: &str, status: u16) -> &mut Exchange {
        self.history.exchanges.push(Exchange {
            sent_at: self.now,
            ended_at: self.now + SignedDuration::from_millis(500),
            vendor: Vendor::Jerky,
            method: method.to_owned(),
            path: path.to_owned(),
            status: Some(status),
            idempotency_key: None,
            retry_after: None,
            policy: None,
        });
        self.pass(1);
        self.history.exchanges.last_mut().unwrap()
    }

    /// A webhook that arrives at once and is accepted.
    pub(super) fn deliver(
        &mut self,
        vendor: Vendor,
        message: &str,
        subject: &str,
        sequence: u64,
    ) -> &mut Delivery {
        self.history.deliveries.push(Delivery {
            vendor,
            message: message.to_owned(),
            subject: subject.to_owned(),
            sequence,
            sent_at: self.now,
            arrived_at: Some(self.now),
            status: Some(204),
            forged: false,
        });
        self.pass(1);
        self.history.deliveries.last_mut().unwrap()
    }

    /// The feed has one event of J1 and of the order ORD-3; the middleware has applied both, J1 up
    /// to `sequence`.
    pub(super) fn checkpoint(&mut self, sequence: u64) {
        self.history.feed.push(FeedEvent {
            position: self.history.feed.len() as u64 + 1,
            sku: "J1".into(),
            sequence,
            at: self.now,
        });
        self.pass(10);
        self.history.checkpoints.push(Checkpoint {
            at: self.now,
            feed: Some(self.history.feed.len() as u64),
            sequences: [("J1".into(), sequence)].into(),
            covered: [("orders".to_owned(), self.now)].into(),
            orders: [("ORD-3".to_owned(), 2)].into(),
        });
    }

    /// What the vendor would state of an item with one lot and nothing special.
    pub(super) fn state(&mut self, sku: &str, lots: &[(&str, i64)], committed: i64) {
        let on_hand: i64 = lots.iter().map(|(_, quantity)| quantity).sum();
        self.pass(1);
        self.history.levels.push(Level {
            at: self.now,
            sku: sku.into(),
            on_hand,
            available: on_hand - committed,
            committed,
            reserved: 0,
            damaged: 0,
            safety_stock: 0,
            quality_control: 0,
            lots: lots
                .iter()
                .map(|(lot, quantity)| allocation(lot, *quantity))
                .collect(),
        });
    }

    pub(super) fn jerky(&mut self, what: JerkyFact) {
        self.history.jerky.push(Fact {
            number: self.history.jerky.len() as u64 + 1,
            at: self.now,
            actor: self.actor,
            key: None,
            what,
        });
        self.pass(1);
    }

    pub(super) fn polish(&mut self, what: PolishFact) {
        self.history.polish.push(Fact {
            number: self.history.polish.len() as u64 + 1,
            at: self.now,
            actor: self.actor,
            key: None,
            what,
        });
        self.pass(1);
    }

    fn by_staff(&mut self, what: PolishFact) {
        self.actor = Actor::Staff;
        self.polish(what);
        self.actor = Actor::Middleware;
    }

    fn shift(&mut self, takes: &[Take<'_>], from: Account, to: Account, cause: &str) {
        for (sku, lot, quantity) in takes {
            self.moved(sku, lot, from, to, *quantity, cause, None);
        }
    }

    /// The facts of one request: one instant, one key.
    fn command(&mut self, key: &str, facts: impl FnOnce(&mut Self)) {
        let first = self.history.jerky.len();
        self.together(facts);
        for fact in self.history.jerky.iter_mut().skip(first) {
            fact.key = Some(key.to_owned());
        }
    }

    fn together(&mut self, facts: impl FnOnce(&mut Self)) {
        let (first, at) = (self.history.jerky.len(), self.now);
        facts(self);
        for fact in self.history.jerky.iter_mut().skip(first) {
            fact.at = at;
        }
    }
}

fn lines(takes: &[Take<'_>]) -> Vec<ReservedLine> {
    let line = |(place, (sku, lot, quantity)): (usize, &Take<'_>)| ReservedLine {
        line_id: (place + 1).to_string(),
        sku: (*sku).into(),
        quantity: *quantity,
        directed: false,
        allocations: vec![allocation(lot, *quantity)],
    };
    takes.iter().enumerate().map(line).collect()
}

fn allocation(lot: &str, quantity: i64) -> Allocation {
    Allocation {
        lot: lot.into(),
        quantity,
    }
}

fn part(quantity: i64) -> ShopQuantity {
    ShopQuantity {
        line_id: "1".to_owned(),
        quantity,
    }
}

fn jerky(sku: &str, need: i64, safety: i64) -> Component {
    Component::Jerky {
        sku: sku.into(),
        need,
        safety,
    }
}

fn listing(components: Vec<Component>, step: i64) -> Listing {
    Listing {
        components,
        moq: step,
        multiple: step,
        min_days: 0,
        criticality: Criticality::Strong,
        direction: Direction::OneWay,
        policy: Policy::OwnerWins,
    }
}

fn mapping() -> Mapping {
    let nail = Component::Own {
        sku: "NAIL".into(),
        need: 1,
        safety: 0,
    };
    let auto = Listing {
        criticality: Criticality::Eventual,
        ..listing(vec![jerky("J3", 10, 0)], 1)
    };
    let mirror = Mirror {
        source: "NAIL".into(),
        factor: 1,
    };
    Mapping {
        listings: [
            ("BAG".into(), listing(vec![jerky("J1", 50, 0)], 1)),
            ("SIX".into(), listing(vec![jerky("J2", 100, 200)], 6)),
            (
                "BOX".into(),
                listing(vec![jerky("J1", 50, 0), jerky("J2", 100, 0), nail], 1),
            ),
            ("AUTO".into(), auto),
        ]
        .into(),
        mirrors: [("M-NAIL".into(), mirror)].into(),
    }
}

fn empty(start: Timestamp) -> History {
    History {
        phases: Phases {
            started: start,
            traffic_ended: start,
            faults_ended: start,
            converged: None,
            quiescent: None,
            ended: start,
        },
        limits: Limits::default(),
        mapping: mapping(),
        jerky: Vec::new(),
        polish: Vec::new(),
        feed: Vec::new(),
        levels: Vec::new(),
        exchanges: Vec::new(),
        deliveries: Vec::new(),
        crashes: Vec::new(),
        checkpoints: Vec::new(),
        hub: HubView::default(),
    }
}
