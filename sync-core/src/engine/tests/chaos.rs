//! Histories that are told late, twice, out of order or never; replies that are lost; a store that
//! refuses or crashes at any point. Whatever happens, the end is the one the vendors' objects
//! demand.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::{
    vendors::{Vendors, jerky, order},
    world::{World, open},
};
use crate::{
    engine::{
        Engine, Memory, Observation, Swept,
        held::Held,
        order::{Order, OrderFacts},
    },
    ledger::Account,
    outbox::Outcome,
    sku::LotId,
    store::{AfterCommit, Entity, Refusal, Store, scratch::Scratch},
    vendor::polish::view::OrderStatus,
};

/// One thing that people do.
#[derive(Clone, Debug)]
enum Deed {
    Place {
        product: &'static str,
        quantity: i64,
    },
    Ship {
        order: usize,
        quantity: i64,
    },
    Cancel {
        order: usize,
    },
    Return {
        order: usize,
        quantity: i64,
    },
    Receive {
        item: &'static str,
        quantity: i64,
    },
    Wait {
        seconds: i64,
    },
    ReservationsEnd,
}

/// One thing that goes wrong, or nothing.
#[derive(Clone, Copy, Debug)]
enum Mishap {
    None,
    ReplyLost,
    NotSent,
    Throttled,
    ToldTwice,
    ToldLate,
    NeverTold,
    StoreRefuses(u64),
    Crash,
}

fn deed() -> impl Strategy<Value = Deed> {
    let product = prop::sample::select(vec!["SNACK", "GIFT", "AUTO"]);
    let item = prop::sample::select(vec!["JRK-1", "JRK-2"]);
    prop_oneof![
        4 => (product, 1_i64..30).prop_map(|(product, quantity)| Deed::Place { product, quantity }),
        4 => (0_usize..6, 1_i64..9).prop_map(|(order, quantity)| Deed::Ship { order, quantity }),
        2 => (0_usize..6).prop_map(|order| Deed::Cancel { order }),
        2 => (0_usize..6, 1_i64..5).prop_map(|(order, quantity)| Deed::Return { order, quantity }),
        2 => (item, 1_i64..40).prop_map(|(item, quantity)| Deed::Receive { item, quantity }),
        2 => (1_i64..2000).prop_map(|seconds| Deed::Wait { seconds }),
        1 => Just(Deed::ReservationsEnd),
    ]
}

fn mishap() -> impl Strategy<Value = Mishap> {
    prop_oneof![
        6 => Just(Mishap::None),
        2 => Just(Mishap::ReplyLost),
        1 => Just(Mishap::NotSent),
        1 => Just(Mishap::Throttled),
        2 => Just(Mishap::ToldTwice),
        2 => Just(Mishap::ToldLate),
        1 => Just(Mishap::NeverTold),
        1 => (0_u64..12).prop_map(Mishap::StoreRefuses),
        1 => Just(Mishap::Crash),
    ]
}

/// Plays deeds with mishaps, and then lets everything settle without any.
struct Play {
    world: World,
    /// Where the store lies; only what crashes needs to outlive its engine.
    file: Option<Scratch>,
    mishaps: Vec<Mishap>,
    turn: usize,
    late: Vec<Observation>,
    placed: usize,
    received: BTreeMap<&'static str, i64>,
}

impl Play {
    fn new(mishaps: Vec<Mishap>) -> Self {
        let crashes = mishaps.iter().any(|mishap| matches!(mishap, Mishap::Crash));
        let file = crashes.then(Scratch::new);
        let store = file
            .as_ref()
            .map_or_else(Store::in_memory, |file| Store::open(file.path()));
        let mut world = World::on(store.unwrap());
        world.sweep();
        world.run();
        Self {
            world,
            file,
            mishaps,
            turn: 0,
            late: Vec::new(),
            placed: 0,
            received: BTreeMap::new(),
        }
    }

    fn mishap(&mut self) -> Mishap {
        self.turn += 1;
        let place = self.turn % self.mishaps.len().max(1);
        self.mishaps.get(place).copied().unwrap_or(Mishap::None)
    }

    fn run(mut self, deeds: &[Deed]) -> (Vendors, Engine, BTreeMap<&'static str, i64>) {
        for deed in deeds {
            self.play(deed);
            for _ in 0..3 {
                self.exchange();
            }
        }
        for seen in std::mem::take(&mut self.late) {
            self.tell(&seen);
        }
        self.world.wait(SignedDuration::from_secs(120));
        self.world.vendors.end_holds(self.world.now);
        self.sweep_all();
        self.world.run();
        self.sweep_all();
        self.world.run();
        (self.world.vendors, self.world.engine, self.received)
    }

    fn play(&mut self, deed: &Deed) {
        let now = self.world.now;
        let id = |order: usize| format!("ORD-{}", order + 1);
        let vendors = &mut self.world.vendors;
        match deed {
            Deed::Place { product, quantity } => {
                vendors.place(&id(self.placed), product, *quantity, now);
                self.placed += 1;
            }
            Deed::Ship { order, quantity } => vendors.ship(&id(*order), *quantity, now),
            Deed::Cancel { order } => vendors.cancel(&id(*order)),
            Deed::Return { order, quantity } => vendors.take_back(&id(*order), *quantity, now),
            Deed::Receive { item, quantity } => {
                vendors.change(&jerky(item), "receipt", |stock| stock.on_hand += quantity);
                *self.received.entry(item).or_default() += quantity;
            }
            Deed::Wait { seconds } => self.world.wait(SignedDuration::from_secs(*seconds)),
            Deed::ReservationsEnd => vendors.expire(now),
        }
    }

    fn exchange(&mut self) {
        self.world.vendors.end_holds(self.world.now);
        for seen in std::mem::take(&mut self.world.vendors.said) {
            match self.mishap() {
                Mishap::NeverTold => {}
                Mishap::ToldLate => self.late.push(seen),
                Mishap::ToldTwice => {
                    self.tell(&seen);
                    self.tell(&seen);
                }
                Mishap::StoreRefuses(writes) => {
                    self.world
                        .engine
                        .store_mut()
                        .refuse_after(writes, Refusal::Busy);
                    self.tell(&seen);
                }
                _ => self.tell(&seen),
            }
        }
        if self.late.len() > 3 {
            let seen = self.late.remove(0);
            self.tell(&seen);
        }
        let now = self.world.now;
        while self.world.engine.tick(now).is_err() {}
        for command in self.world.due() {
            let mishap = self.mishap();
            let lost = || Outcome::Unknown {
                reason: "no reply".into(),
            };
            let outcome = match mishap {
                Mishap::ReplyLost => {
                    self.world.answer(&command);
                    lost()
                }
                Mishap::NotSent => lost(),
                Mishap::Throttled => Outcome::RetryAt {
                    at: now + SignedDuration::from_secs(7),
                    reason: "429".into(),
                },
                _ => self.world.answer(&command),
            };
            match mishap {
                Mishap::StoreRefuses(writes) => {
                    self.world
                        .engine
                        .store_mut()
                        .refuse_after(writes, Refusal::Full);
                }
                Mishap::Crash => self.crash_after_next_commit(),
                _ => {}
            }
            while let Err(error) = self.world.engine.settle(command.id, outcome.clone(), now) {
                if !error.is_retryable() {
                    self.restart();
                    return;
                }
            }
        }
        self.world.wait(SignedDuration::from_millis(300));
    }

    fn tell(&mut self, seen: &Observation) {
        while let Err(error) = self.world.engine.observe(seen.clone(), self.world.now) {
            if !error.is_retryable() {
                self.restart();
            }
        }
    }

    fn crash_after_next_commit(&mut self) {
        self.world
            .engine
            .store_mut()
            .on_commit(|_, _| AfterCommit::Crash);
    }

    fn restart(&mut self) {
        let file = self.file.as_ref().unwrap();
        let store = Store::open(file.path()).unwrap();
        self.world.engine = open(store, self.world.now);
        assert_kept(&self.world.engine);
    }

    fn sweep_all(&mut self) {
        let store = self.world.engine.store_mut();
        store.on_commit(|_, _| AfterCommit::Continue);
        store.refuse_after(u64::MAX, Refusal::Busy);
        let (began, vendors) = (self.world.now, &self.world.vendors);
        let open = vendors.orders.values().filter(|order| {
            use OrderStatus::{Confirmed, PartiallyFulfilled, Pending};
            matches!(order.status, Pending | Confirmed | PartiallyFulfilled)
        });
        let orders = open.map(|order| order.id.clone()).collect();
        let live = vendors.reservations.iter();
        let live =
            live.filter(|held| held.state == crate::vendor::jerky::view::ReservationState::Pending);
        let reservations = live.map(|held| held.id.clone()).collect();
        self.world.sweep();
        for swept in [
            Swept::OpenOrders {
                seen: orders,
                began,
            },
            Swept::Reservations {
                seen: reservations,
                began,
            },
        ] {
            self.world
                .engine
                .observe(Observation::Swept(swept), began)
                .unwrap();
        }
    }
}

/// How much of an item one unit of a product takes.
fn need(product: &str, item: &str) -> i64 {
    match (product, item) {
        ("SNACK", "JRK-1") => 2,
        ("GIFT", "JRK-1") | ("AUTO", "JRK-2") => 1,
        ("GIFT", "JRK-2") => 3,
        _ => 0,
    }
}

/// What the vendors must have in the end, computed from the orders alone.
fn judge(vendors: &Vendors, engine: &Engine, received: &BTreeMap<&'static str, i64>) {
    for item in ["JRK-1", "JRK-2"] {
        let (mut on_hand, mut reserved) = (100 + received.get(item).copied().unwrap_or(0), 0);
        for view in vendors.orders.values() {
            let row = &view.lines[0];
            let need = need(row.sku.as_str(), item);
            on_hand -= need * (row.fulfilled.get() - row.returned.get());
            let confirmed = matches!(
                view.status,
                OrderStatus::Confirmed | OrderStatus::PartiallyFulfilled
            );
            if confirmed && view.ready_to_ship {
                let open = row.quantity.get() - row.fulfilled.get() - row.cancelled.get();
                reserved += need * open;
            }
        }
        let stock = &vendors.items[&jerky(item)];
        assert_eq!(
            (stock.on_hand, stock.quality_control),
            (on_hand, 0),
            "{item} on hand"
        );
        assert_eq!(stock.reserved, reserved, "{item} reserved");
        let sums = engine.state.ledger.item_balances(&jerky(item));
        assert_eq!(sums.sum(), 0, "the ledger conserves");
        assert_eq!(sums.physical().get(), stock.on_hand, "the ledger agrees");
        let says = |account| sums.of(account).get();
        assert_eq!(
            (says(Account::OnHand), says(Account::Reserved)),
            (stock.free(), stock.reserved),
            "in every account"
        );
        let pending = engine
            .state
            .ledger
            .held_of(&jerky(item), &LotId::parse("L1").unwrap());
        assert_eq!(pending.get(), stock.reserved, "all of it is pending");
    }
    let free = |item: &str| vendors.items[&jerky(item)].free();
    let shows = |product: &str| vendors.products[product].available.get();
    assert_eq!(shows("SNACK"), free("JRK-1") / 2);
    assert_eq!(shows("GIFT"), free("JRK-1").min(free("JRK-2") / 3));
    assert_eq!(shows("AUTO"), free("JRK-2"));
    let mut orders = vendors.orders.values();
    let pending = orders.find(|view| view.status == OrderStatus::Pending);
    assert_eq!(pending, None, "every order has an answer");
    assert_kept(engine);
}

/// Whoever took over the store now would know the same.
fn assert_kept(engine: &Engine) {
    let kept = Memory::restored(engine.store(), &engine.policy).unwrap();
    assert_eq!(engine.memory().difference(&kept), None);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        max_shrink_iters: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_goes_wrong_on_the_way_the_end_is_right(
        deeds in prop::collection::vec(deed(), 1..14),
        mishaps in prop::collection::vec(mishap(), 0..40),
    ) {
        let (vendors, engine, received) = Play::new(mishaps).run(&deeds);
        judge(&vendors, &engine, &received);
    }

    #[test]
    fn the_same_observations_in_any_order_and_number_are_the_same_knowledge(
        deeds in prop::collection::vec(deed(), 1..10),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
    ) {
        let history = history(&deeds);
        let mut shuffled: Vec<&Observation> = picks.iter().map(|pick| pick.get(&history)).collect();
        // Whatever the picks left out is told in the end, in reverse.
        shuffled.extend(history.iter().rev());
        prop_assert_eq!(knowledge(history.iter()), knowledge(shuffled.into_iter()));
    }

    #[test]
    fn an_engine_that_is_opened_anew_after_any_commit_knows_what_was_committed(
        deeds in prop::collection::vec(deed(), 1..8),
        crash in 1_u64..40,
    ) {
        let history = history(&deeds);
        let file = Scratch::new();
        let now = "2026-11-02T12:00:00Z".parse().unwrap();
        let mut engine = open(Store::open(file.path()).unwrap(), now);
        engine.store_mut().on_commit(move |_, commit| {
            if commit == crash { AfterCommit::Crash } else { AfterCommit::Continue }
        });
        for seen in &history {
            if engine.observe(seen.clone(), now).is_err() {
                engine = open(Store::open(file.path()).unwrap(), now);
                engine.observe(seen.clone(), now).unwrap();
            }
        }
        prop_assert_eq!(known(&engine), knowledge(history.iter()));
    }
}

/// Everything the vendors said in a play without mishaps, in full.
fn history(deeds: &[Deed]) -> Vec<Observation> {
    let mut play = Play::new(Vec::new());
    let mut history = play.world.vendors.sweep();
    for deed in deeds {
        play.play(deed);
        for _ in 0..4 {
            history.extend(play.world.vendors.said.iter().cloned());
            play.exchange();
            history.extend(play.world.vendors.sweep());
        }
    }
    history
}

fn knowledge<'a>(history: impl Iterator<Item = &'a Observation>) -> String {
    let now = "2026-11-02T12:00:00Z".parse().unwrap();
    let mut engine = open(Store::in_memory().unwrap(), now);
    for seen in history {
        engine.observe(seen.clone(), now).unwrap();
    }
    known(&engine)
}

/// What an engine knows of the vendors, whatever it made of it.
fn known(engine: &Engine) -> String {
    let state = &engine.state;
    let items: Vec<_> = state
        .items
        .iter()
        .map(|(sku, item)| (sku, &item.level))
        .collect();
    let products = state.products.iter();
    let products: Vec<_> = products
        .map(|(sku, product)| (sku, &product.facts, product.desired))
        .collect();
    let orders: Vec<_> = (1..20)
        .filter_map(|number| known_order(engine, number))
        .collect();
    format!(
        "{items:#?}\n{products:#?}\n{orders:#?}\n{:?}",
        state.mirrors
    )
}

/// An order, whether it still stands open or not: a command that may have been sent before a crash
/// keeps it open until that was asked about.
fn known_order(engine: &Engine, number: u32) -> Option<(Option<OrderFacts>, Vec<Held>)> {
    let id = order(&format!("ORD-{number}"));
    let at_hand = engine.state.orders.get(&id).cloned();
    let order: Order = at_hand.or_else(|| {
        let body = engine.store.get(Entity::Order, id.as_str()).unwrap()?;
        Some(serde_json::from_slice(&body).unwrap())
    })?;
    let mut held = order.reservations;
    held.sort_by(|a, b| a.id.cmp(&b.id));
    for held in &mut held {
        held.commits.sort();
    }
    Some((order.facts, held))
}
