//! What follows for an aggregate: the one thing to do, something to wait for, or nothing.
//!
//! Every planning rule looks at what is known now and answers with a [`Next`]; none remembers what
//! it answered before. That is why order and number of the observations do not matter.

use std::borrow::Cow;

use jiff::{Timestamp, civil::Date};

use super::{EnginePolicy, item::Level, product::Product};
use crate::{
    catalogue::Catalogue,
    outbox::Command,
    sku::{JerkySku, PolishSku},
};

/// What follows for an aggregate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// One thing is to be done.
    Do(Step),
    /// Something else has to happen first.
    Wait(Wait),
    /// Nothing is left to do.
    Rest,
}

/// One thing to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// The same for the same intention: the idempotency key, where the vendor takes one.
    pub(super) key: String,
    pub(super) command: Command,
    pub(super) concern: Option<Concern>,
}

impl Step {
    /// What its refusals are counted by.
    pub(super) fn intention(&self) -> Cow<'_, str> {
        self.command.intention(&self.key)
    }
}

/// What an aggregate waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wait {
    /// Time alone may end it.
    pub(super) until: Option<Timestamp>,
    /// Or one of these.
    pub(super) on: Vec<Trigger>,
    /// In words, while the system cannot be called converged. A backorder or the end of a
    /// reservation can be waited for in peace.
    pub(super) why: Option<&'static str>,
    pub(super) concern: Option<Concern>,
}

/// A change that may end a wait.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trigger {
    /// The item's level changed.
    Stock(JerkySku),
    /// The listing's number reached the shop.
    Shown(PolishSku),
    /// All products have been seen once.
    ProductsSwept,
}

/// Something a person should know, once for each aggregate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Concern {
    pub(super) kind: &'static str,
    pub(super) detail: String,
}

/// What the rules may look at besides the aggregate itself.
pub(super) trait World {
    fn now(&self) -> Timestamp;
    fn catalogue(&self) -> &Catalogue;
    fn policy(&self) -> &EnginePolicy;
    /// The last good level of an item.
    fn level(&self, sku: &JerkySku) -> Option<&Level>;
    /// The day in the item's warehouse.
    fn today(&self, sku: &JerkySku) -> Date;
    fn product(&self, sku: &PolishSku) -> Option<&Product>;
    /// Whether all products have been seen once, so that an unknown one is really unknown.
    fn products_swept(&self) -> bool;
}

impl Next {
    pub(super) fn step(key: impl Into<String>, command: Command) -> Self {
        Self::Do(Step {
            key: key.into(),
            command,
            concern: None,
        })
    }

    pub(super) fn wait(why: &'static str) -> Self {
        Self::Wait(Wait {
            why: Some(why),
            ..Wait::default()
        })
    }

    /// Wakes the aggregate at `until`; until then all is well.
    pub(super) fn sleep(until: Timestamp) -> Self {
        Self::Wait(Wait {
            until: Some(until),
            ..Wait::default()
        })
    }

    /// The same, and somebody is told.
    pub(super) fn with(mut self, kind: &'static str, detail: String) -> Self {
        let concern = Some(Concern { kind, detail });
        match &mut self {
            Self::Do(step) => step.concern = concern,
            Self::Wait(wait) => wait.concern = concern,
            Self::Rest => {}
        }
        self
    }

    /// This, unless it rests.
    pub(super) fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Rest => other(),
            next => next,
        }
    }
}
