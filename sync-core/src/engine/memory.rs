//! What an engine has at hand and must not forget, in a form in which two of them can be compared:
//! the one that died, and the one that its store brings back.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Engine, EngineError, EnginePolicy,
    product::Product,
    state::{Row, State},
};
use crate::{
    outbox::{Aggregate, CommandState},
    store::Store,
};

/// All that has to survive a crash: what is known of items, products, mirrors and open orders, what
/// the ledger adds up to, the commands under way, the cursors. What follows from these is planned
/// anew (when midnight is, and what waits for what: see [`Engine::waiting`]), and what was handed
/// out or how often it failed is begun anew: neither is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory(BTreeMap<String, String>);

impl Engine {
    /// What it has at hand now.
    pub fn memory(&self) -> Memory {
        Memory::of(&self.state)
    }

    /// All that waits for a time or for something else. Nobody keeps that: one that takes over its
    /// store has to find out for itself.
    pub fn waiting(&self) -> BTreeSet<Aggregate> {
        let waiting = self.state.waits.all();
        waiting.map(|(aggregate, _)| aggregate.clone()).collect()
    }

    /// Whether it will come back to this by itself: it waits, or a command is kept about it. A listing
    /// that shows what it should by now needs neither.
    pub fn has_in_hand(&self, aggregate: &Aggregate) -> bool {
        let mut commands = self.state.outbox.rows();
        self.state.waits.is_waiting(aggregate)
            || commands.any(|row| row.aggregate == *aggregate)
            || self.is_shown(aggregate)
    }

    fn is_shown(&self, aggregate: &Aggregate) -> bool {
        let Aggregate::Listing(sku) = aggregate else {
            return false;
        };
        let product = self.state.products.get(sku);
        product.is_some_and(Product::shows_what_it_should)
    }
}

impl Memory {
    /// What an engine that takes over this store would have at hand. Writes nothing.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn restored(store: &Store, policy: &EnginePolicy) -> Result<Self, EngineError> {
        Ok(Self::of(&State::load(store, policy)?))
    }

    /// The first thing that is not the same in both: its name, what this one says of it and what the
    /// other does.
    pub fn difference<'m>(&'m self, other: &'m Self) -> Option<Difference<'m>> {
        let names: BTreeSet<&String> = self.0.keys().chain(other.0.keys()).collect();
        let pair = |name| Difference {
            name,
            one: self.0.get(name).map(String::as_str),
            other: other.0.get(name).map(String::as_str),
        };
        let mut pairs = names.into_iter().map(|name| pair(name.as_str()));
        pairs.find(|pair| pair.one != pair.other)
    }

    fn of(state: &State) -> Self {
        let mut told = BTreeMap::new();
        for (sku, item) in &state.items {
            told.insert(format!("item {sku}"), format!("{item:?}"));
            let lots: Vec<_> = state.ledger.lots(sku).collect();
            let held = lots.iter().map(|(lot, _)| state.ledger.held_of(sku, lot));
            let held: Vec<_> = held.collect();
            told.insert(format!("ledger {sku}"), format!("{lots:?} held {held:?}"));
        }
        let products = state.products.iter();
        told.extend(products.map(|(sku, known)| (format!("product {sku}"), format!("{known:?}"))));
        let mirrors = state.mirrors.iter();
        told.extend(mirrors.map(|(sku, shown)| (format!("mirror {sku}"), format!("{shown:?}"))));
        let orders = state.orders.iter();
        told.extend(orders.map(|(id, order)| (format!("order {id}"), format!("{order:?}"))));
        let rows = state.outbox.rows();
        told.extend(rows.map(|row| (format!("command {}", row.id), told_of(row))));
        let cursors = state.cursors.iter();
        told.extend(cursors.map(|(name, at)| (format!("cursor {name}"), at.clone())));
        let swept = state.products_swept.to_string();
        told.insert("all products were seen".to_owned(), swept);
        Self(told)
    }
}

/// What two memories say of one thing; nothing where it is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference<'m> {
    /// What it is about.
    pub name: &'m str,
    /// What the one says.
    pub one: Option<&'m str>,
    /// What the other says.
    pub other: Option<&'m str>,
}

/// A command as it is kept. Whether it may have been sent is not: after a crash all may have been.
fn told_of(row: &Row) -> String {
    format!(
        "{:?} {:?} key {} attempts {} due {}{}",
        row.aggregate,
        row.command,
        row.key,
        row.attempts.max(1),
        row.due_at,
        if row.state == CommandState::Dead {
            ", dead"
        } else {
            ""
        }
    )
}
