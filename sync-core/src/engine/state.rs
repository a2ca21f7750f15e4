//! Everything the engine has at hand, and the indices that make it quick. All of it can be rebuilt
//! from the store.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use jiff::{Timestamp, tz::TimeZone};

use super::{item::Item, mirror::Shown, next::Trigger, order::Order, product::Product};
use crate::{
    ledger::Ledger,
    outbox::{Aggregate, Command, CommandId, CommandState, Mode},
    quantity::Quantity,
    sku::{JerkySku, OrderId, PolishSku},
};

/// What the engine has at hand.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) items: BTreeMap<JerkySku, Item>,
    pub(super) products: BTreeMap<PolishSku, Product>,
    pub(super) mirrors: BTreeMap<JerkySku, Shown>,
    /// Those that stand open; the others are in the store.
    pub(super) orders: BTreeMap<OrderId, Order>,
    pub(super) ledger: Ledger,
    pub(super) outbox: Outbox,
    pub(super) waits: Waits,
    /// What orders that the shop confirmed by itself will take as soon as they are reserved.
    pub(super) unserved: BTreeMap<JerkySku, BTreeMap<OrderId, Quantity>>,
    pub(super) unserved_of: BTreeMap<OrderId, Vec<(JerkySku, Quantity)>>,
    pub(super) cursors: BTreeMap<&'static str, String>,
    pub(super) products_swept: bool,
    pub(super) zones: BTreeMap<String, TimeZone>,
    /// When the next warehouse's day ends, and when that was found out.
    pub(super) midnight: Option<Timestamp>,
    pub(super) midnight_since: Timestamp,
    pub(super) last_command: i64,
    pub(super) inbox_pruned: Option<Timestamp>,
}

/// A command under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) id: CommandId,
    pub(super) aggregate: Aggregate,
    pub(super) command: Command,
    pub(super) key: String,
    pub(super) state: CommandState,
    pub(super) attempts: u32,
    pub(super) due_at: Timestamp,
    /// It was asked about and is not there, but may still be on its way: it is sent again as it was,
    /// until there is an answer.
    pub(super) unanswered: bool,
}

impl Row {
    /// What its refusals are counted by.
    pub(super) fn intention(&self) -> Cow<'_, str> {
        self.command.intention(&self.key)
    }

    /// Whether another command does the same kind of thing.
    pub(super) fn is_like(&self, other: &Command) -> bool {
        self.command.name() == other.name()
    }
}

/// The commands under way, by number, aggregate and time.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    rows: BTreeMap<CommandId, Row>,
    /// At most one that is not dead.
    live: BTreeMap<Aggregate, CommandId>,
    /// By intention.
    dead: BTreeMap<Aggregate, BTreeMap<String, CommandId>>,
    due: BTreeSet<(Timestamp, CommandId)>,
    /// Handed out, and how; the outcome will be told.
    handed: BTreeMap<CommandId, Mode>,
    /// What was tried and did not help, by aggregate and intention, and how often in a row.
    trouble: BTreeMap<Aggregate, BTreeMap<String, u32>>,
}

/// What aggregates wait for.
#[derive(Debug, Default)]
pub(super) struct Waits {
    times: BTreeSet<(Timestamp, Aggregate)>,
    by_trigger: BTreeMap<Trigger, BTreeSet<OrderId>>,
    by_aggregate: BTreeMap<Aggregate, Awaiting>,
}

/// What one aggregate waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Awaiting {
    pub(super) until: Option<Timestamp>,
    pub(super) on: Vec<Trigger>,
    pub(super) why: Option<&'static str>,
}

impl Outbox {
    pub(super) fn get(&self, id: CommandId) -> Option<&Row> {
        self.rows.get(&id)
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    pub(super) fn live(&self, aggregate: &Aggregate) -> Option<&Row> {
        self.rows.get(self.live.get(aggregate)?)
    }

    pub(super) fn dead(&self, aggregate: &Aggregate) -> Option<&BTreeMap<String, CommandId>> {
        self.dead.get(aggregate)
    }

    pub(super) fn all_dead(&self) -> impl Iterator<Item = &Row> {
        let ids = self.dead.values().flat_map(BTreeMap::values);
        ids.filter_map(|id| self.rows.get(id))
    }

    pub(super) fn is_handed(&self, id: CommandId) -> bool {
        self.handed.contains_key(&id)
    }

    pub(super) fn hand(&mut self, id: CommandId, mode: Mode) {
        self.handed.insert(id, mode);
    }

    /// A command whose outcome is told, as it was handed out.
    pub(super) fn handed(&self, id: CommandId) -> Option<Row> {
        let mut row = self.rows.get(&id)?.clone();
        if self.handed.get(&id) == Some(&Mode::Ask) {
            row.state = CommandState::Unknown;
        }
        Some(row)
    }

    /// The outcome was told, or whoever carried it out is gone.
    pub(super) fn take_back(&mut self, id: CommandId) {
        self.handed.remove(&id);
    }

    /// By due time, those not handed out.
    pub(super) fn due(&self, now: Timestamp) -> impl Iterator<Item = &Row> {
        self.due
            .iter()
            .take_while(move |(at, _)| *at <= now)
            .filter_map(|(_, id)| self.rows.get(id))
    }

    pub(super) fn next_due(&self) -> Option<Timestamp> {
        let waiting = self
            .due
            .iter()
            .find(|(_, id)| !self.handed.contains_key(id));
        waiting.map(|(at, _)| *at)
    }

    pub(super) fn failures(&self, aggregate: &Aggregate, intention: &str) -> u32 {
        let known = self.trouble.get(aggregate);
        let times = known.and_then(|known| known.get(intention));
        times.copied().unwrap_or(0)
    }

    pub(super) fn set_failures(&mut self, aggregate: &Aggregate, intention: &str, times: u32) {
        let known = self.trouble.entry(aggregate.clone()).or_default();
        if times > 0 {
            known.insert(intention.to_owned(), times);
        } else {
            known.remove(intention);
        }
        if known.is_empty() {
            self.trouble.remove(aggregate);
        }
    }

    pub(super) fn forgive(&mut self, aggregate: &Aggregate) {
        self.trouble.remove(aggregate);
    }

    pub(super) fn put(&mut self, row: Row) {
        self.remove(row.id);
        if row.state == CommandState::Dead {
            let dead = self.dead.entry(row.aggregate.clone()).or_default();
            dead.insert(row.intention().into_owned(), row.id);
        } else {
            self.live.insert(row.aggregate.clone(), row.id);
            self.due.insert((row.due_at, row.id));
        }
        self.rows.insert(row.id, row);
    }

    pub(super) fn remove(&mut self, id: CommandId) {
        let Some(row) = self.rows.remove(&id) else {
            return;
        };
        self.due.remove(&(row.due_at, id));
        if self.live.get(&row.aggregate) == Some(&id) {
            self.live.remove(&row.aggregate);
        }
        if let Some(dead) = self.dead.get_mut(&row.aggregate) {
            dead.retain(|_, dead| *dead != id);
            if dead.is_empty() {
                self.dead.remove(&row.aggregate);
            }
        }
    }
}

impl Waits {
    /// Replaces what an aggregate waits for.
    pub(super) fn set(&mut self, aggregate: &Aggregate, awaiting: Option<Awaiting>) {
        if let Some(before) = self.by_aggregate.remove(aggregate) {
            self.forget(aggregate, &before);
        }
        let Some(awaiting) = awaiting else {
            return;
        };
        if let Some(until) = awaiting.until {
            self.times.insert((until, aggregate.clone()));
        }
        if let Aggregate::Order(order) = aggregate {
            for trigger in &awaiting.on {
                let orders = self.by_trigger.entry(trigger.clone()).or_default();
                orders.insert(order.clone());
            }
        }
        self.by_aggregate.insert(aggregate.clone(), awaiting);
    }

    pub(super) fn on(&self, trigger: &Trigger) -> impl Iterator<Item = &OrderId> {
        self.by_trigger.get(trigger).into_iter().flatten()
    }

    pub(super) fn over(&self, now: Timestamp) -> impl Iterator<Item = &Aggregate> {
        let over = self.times.iter().take_while(move |(at, _)| *at <= now);
        over.map(|(_, aggregate)| aggregate)
    }

    pub(super) fn next(&self) -> Option<Timestamp> {
        self.times.first().map(|(at, _)| *at)
    }

    pub(super) fn is_waiting(&self, aggregate: &Aggregate) -> bool {
        self.by_aggregate.contains_key(aggregate)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&Aggregate, &Awaiting)> {
        self.by_aggregate.iter()
    }

    fn forget(&mut self, aggregate: &Aggregate, before: &Awaiting) {
        if let Some(until) = before.until {
            self.times.remove(&(until, aggregate.clone()));
        }
        let Aggregate::Order(order) = aggregate else {
            return;
        };
        for trigger in &before.on {
            if let Some(orders) = self.by_trigger.get_mut(trigger) {
                orders.remove(order);
                if orders.is_empty() {
                    self.by_trigger.remove(trigger);
                }
            }
        }
    }
}
