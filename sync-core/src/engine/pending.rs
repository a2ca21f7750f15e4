//! Why the system has not converged yet, in words and as values.

use std::fmt;

use jiff::Timestamp;

use crate::{
    outbox::{Aggregate, CommandId, CommandState},
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
            } => write!(f, "listing {listing} was not read yet, should show {should}"),
            Self::Doubted { item } => write!(f, "the level of {item} waits for a second reading"),
        }
    }
}
