//! Why the system has not converged yet, in words and as values.

use std::fmt;

use jiff::Timestamp;

use super::state::State;
use crate::{
    catalogue::Catalogue,
    outbox::{Aggregate, CommandId, CommandState},
    quantity::Units,
    sku::{JerkySku, OrderId, PolishSku},
};

/// One reason why the system has not converged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pending {
    /// A command whose outcome is open.
    Command {
        /// Its number.
        id: CommandId,
        /// What it concerns.
        aggregate: Aggregate,
        /// What it does, in a word.
        name: &'static str,
        /// Where it stands.
        state: CommandState,
        /// How often it was tried.
        attempts: u32,
        /// When it is tried next.
        due_at: Timestamp,
    },
    /// An order that waits for something other than its own command.
    OrderWaits {
        /// The order.
        order: OrderId,
        /// For what.
        why: String,
    },
    /// A listing whose published number differs from the one it should show.
    Unpublished {
        /// The listing.
        listing: PolishSku,
        /// What the shop shows, where that is known.
        shows: Option<i64>,
        /// What it should show.
        should: i64,
    },
    /// An item whose level is doubted until a second reading.
    Doubted {
        /// The item.
        item: JerkySku,
    },
    /// A warehouse's day has ended and the numbers were not computed anew.
    Midnight,
}

impl fmt::Display for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command {
                id,
                aggregate,
                name,
                state,
                attempts,
                due_at,
            } => write!(
                f,
                "command {id} ({name}, {aggregate}) is {} after {attempts} attempts, due {due_at}",
                state.as_str()
            ),
            Self::OrderWaits { order, why } => write!(f, "order {order} waits: {why}"),
            Self::Unpublished {
                listing,
                shows: Some(shows),
                should,
            } => write!(f, "listing {listing} shows {shows}, should show {should}"),
            Self::Unpublished {
                listing, should, ..
            } => write!(
                f,
                "listing {listing} was not read yet, should show {should}"
            ),
            Self::Midnight => f.write_str("a warehouse's midnight was not taken in"),
            Self::Doubted { item } => write!(f, "the level of {item} waits for a second reading"),
        }
    }
}

/// Everything that keeps the system from being called converged.
pub(super) fn reasons(state: &State, catalogue: &Catalogue, now: Timestamp) -> Vec<Pending> {
    let commands = state.outbox.rows().map(|row| Pending::Command {
        id: row.id,
        aggregate: row.aggregate.clone(),
        name: row.command.name(),
        state: row.state,
        attempts: row.attempts,
        due_at: row.due_at,
    });
    let waits = state.waits.all().filter_map(|(aggregate, awaiting)| {
        let Aggregate::Order(order) = aggregate else {
            return None;
        };
        Some(Pending::OrderWaits {
            order: order.clone(),
            why: awaiting.why?.to_owned(),
        })
    });
    let unpublished = catalogue.listings().iter().filter_map(|listing| {
        let product = state.products.get(&listing.polish)?;
        let should = product.desired?;
        let shows = product.facts.as_ref().map(|facts| facts.available);
        (shows != Some(should)).then(|| Pending::Unpublished {
            listing: listing.polish.clone(),
            shows: shows.map(Units::get),
            should: should.get(),
        })
    });
    let doubted = state.items.iter().filter(|(_, item)| item.reread);
    let doubted = doubted.map(|(sku, _)| Pending::Doubted { item: sku.clone() });
    let midnight = state.midnight.filter(|midnight| *midnight <= now);
    commands
        .chain(waits)
        .chain(unpublished)
        .chain(doubted)
        .chain(midnight.map(|_| Pending::Midnight))
        .collect()
}
