//! An engine, its vendors and a clock, moved on by hand.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use seams::Keyed;

use super::vendors::Vendors;
use crate::{
    catalogue::Catalogue,
    engine::{Engine, EnginePolicy, Observed},
    outbox::{Mode, OutboxCommand, Outcome},
    store::Store,
    vendor::polish::view::{ConfirmMode, ProductKind},
};

const MAPPING: &str = r#"
[[listing]]
polish = "SNACK"
direction = "both"
conflict = "newest-sequence"
[[listing.component]]
jerky = "JRK-1"
need = 2
unit = "H87"

[[listing]]
polish = "GIFT"
[[listing.component]]
jerky = "JRK-1"
need = 1
unit = "H87"
[[listing.component]]
jerky = "JRK-2"
need = 3
unit = "H87"

[[listing]]
polish = "AUTO"
criticality = "eventual"
[[listing.component]]
jerky = "JRK-2"
need = 1
unit = "H87"

[[mirror]]
polish = "NAIL"
jerky = "JRK-NAIL"
factor = 1
unit = "H87"
"#;

pub(super) fn catalogue() -> Arc<Catalogue> {
    Arc::new(Catalogue::read("test.toml", MAPPING).unwrap())
}

pub(super) struct World {
    pub(super) engine: Engine,
    pub(super) vendors: Vendors,
    pub(super) now: Timestamp,
    pub(super) sent: Vec<OutboxCommand>,
}

impl World {
    /// A shop that shows nothing yet, and 100 of each item.
    pub(super) fn new() -> Self {
        Self::on(Store::in_memory().unwrap())
    }

    pub(super) fn on(store: Store) -> Self {
        let mut vendors = Vendors::default();
        vendors.stock("JRK-1", 100);
        vendors.stock("JRK-2", 100);
        vendors.product("SNACK", ProductKind::Resale, ConfirmMode::Manual, 0);
        vendors.product("GIFT", ProductKind::Kit, ConfirmMode::Manual, 0);
        vendors.product("AUTO", ProductKind::Resale, ConfirmMode::Auto, 0);
        vendors.product("NAIL", ProductKind::Own, ConfirmMode::Manual, 7);
        let now: Timestamp = "2026-11-02T12:00:00Z".parse().unwrap();
        Self {
            engine: open(store, now),
            vendors,
            now,
            sent: Vec::new(),
        }
    }

    /// One that has read both vendors and shows the right numbers.
    pub(super) fn ready() -> Self {
        let mut world = Self::new();
        world.sweep();
        world.run();
        world.sent.clear();
        world
    }

    pub(super) fn sweep(&mut self) {
        for seen in self.vendors.sweep() {
            self.engine.observe(seen, self.now).unwrap();
        }
    }

    /// Tells the engine what the vendors said.
    pub(super) fn listen(&mut self) -> Observed {
        let mut observed = Observed::default();
        for seen in std::mem::take(&mut self.vendors.said) {
            observed += self.engine.observe(seen, self.now).unwrap();
        }
        observed
    }

    pub(super) fn due(&mut self) -> Vec<OutboxCommand> {
        self.engine.due(self.now, 100, &BTreeSet::new())
    }

    /// Carries out what is due, once.
    pub(super) fn step(&mut self) -> usize {
        let due = self.due();
        for command in &due {
            let outcome = self.answer(command);
            self.engine.settle(command.id, outcome, self.now).unwrap();
        }
        let count = due.len();
        self.sent.extend(due);
        count
    }

    pub(super) fn answer(&mut self, command: &OutboxCommand) -> Outcome {
        match command.mode {
            Mode::Send => self
                .vendors
                .carry_out(&command.command, &command.key, self.now),
            Mode::Ask => self.vendors.ask(&command.command),
        }
    }

    /// Lets everything take its course until nothing is pending, time included.
    pub(super) fn run(&mut self) {
        for _ in 0..2000 {
            self.vendors.end_holds(self.now);
            self.listen();
            self.engine.tick(self.now).unwrap();
            if self.step() > 0 || !self.vendors.said.is_empty() {
                continue;
            }
            if self.engine.pending(self.now).is_empty() {
                return;
            }
            match self.engine.next_wake() {
                Some(wake) => self.now = self.now.max(wake),
                None => break,
            }
        }
        panic!("it does not converge: {:#?}", self.engine.pending(self.now));
    }

    /// Time passes by `by` so many times, and what is due each time is carried out; what the engine is
    /// told of it is what `told` makes of the answer.
    pub(super) fn pass(
        &mut self,
        times: usize,
        by: SignedDuration,
        told: impl Fn(&OutboxCommand, Outcome, Timestamp) -> Outcome,
    ) {
        for _ in 0..times {
            self.wait(by);
            self.engine.tick(self.now).unwrap();
            for command in self.due() {
                let outcome = told(&command, self.answer(&command), self.now);
                self.engine.settle(command.id, outcome, self.now).unwrap();
                self.sent.push(command);
            }
        }
    }

    pub(super) fn wait(&mut self, by: SignedDuration) {
        self.now += by;
    }

    /// The names of the commands that were carried out since the start, or the last question.
    pub(super) fn names(&mut self) -> Vec<&'static str> {
        let sent = std::mem::take(&mut self.sent);
        sent.iter().map(|command| command.command.name()).collect()
    }

    pub(super) fn shows(&self, sku: &str) -> i64 {
        self.vendors.products[sku].available.get()
    }
}

pub(super) fn open(store: Store, now: Timestamp) -> Engine {
    open_with(store, EnginePolicy::default(), now)
}

pub(super) fn open_with(store: Store, policy: EnginePolicy, now: Timestamp) -> Engine {
    Engine::open(store, catalogue(), policy, Keyed::new(7), now).unwrap()
}
