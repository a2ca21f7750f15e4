//! What became of a command.

use jiff::Timestamp;

use crate::{
    quantity::Units,
    vendor::{
        error::Refusal,
        jerky::view::{BatchResultView, MirrorView, ReservationView, StockLevelView},
        polish::view::{OrderView, ProductView},
        reading::{Row, Unreadable},
    },
};

/// What became of a command that was handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The vendor did it, or answered the read.
    Applied(Reply),
    /// What was found on asking about an earlier attempt.
    Found(Reply),
    /// The vendor understood and said no: nothing was applied.
    Refused(Refusal),
    /// It may have been applied.
    Unknown {
        /// What happened.
        reason: String,
    },
    /// It was not applied, and must not be tried before `at`.
    RetryAt {
        /// By the hub's clock.
        at: Timestamp,
        /// What happened.
        reason: String,
    },
    /// The answer could not be read. For a write, that is an unknown outcome.
    Unreadable(Box<Unreadable>),
}

/// What a vendor answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// One reservation.
    Reservation(Box<ReservationView>),
    /// The reservations with an order's reference.
    Reservations(Vec<Row<ReservationView>>),
    /// One order.
    Order(Box<OrderView>),
    /// One product.
    Product(Box<ProductView>),
    /// A row of a bulk publish that was applied.
    Published {
        /// The number that was sent.
        available: Units,
        /// The product's version after it.
        version: u64,
    },
    /// Stock levels.
    Stock(Vec<Row<StockLevelView>>),
    /// A batch's results.
    Batch(Vec<Row<BatchResultView>>),
    /// One mirror.
    Mirror(MirrorView),
}

impl Reply {
    /// Whether all of it could be read.
    pub(crate) fn is_whole(&self) -> bool {
        match self {
            Self::Reservations(rows) => rows.iter().all(Result::is_ok),
            Self::Stock(rows) => rows.iter().all(Result::is_ok),
            Self::Batch(rows) => rows.iter().all(Result::is_ok),
            Self::Reservation(_)
            | Self::Order(_)
            | Self::Product(_)
            | Self::Published { .. }
            | Self::Mirror(_) => true,
        }
    }
}
