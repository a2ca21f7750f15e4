//! Why an entry is refused. A refused entry changes nothing.

use thiserror::Error;

use crate::ledger::account::Account;
use crate::ledger::transfer::TransferId;
use crate::quantity::Quantity;

/// Why an entry is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LedgerError {
    /// The id is taken by an entry that says something else.
    #[error("{id} is recorded already and says something else; derive ids from the cause alone")]
    IdReused {
        /// The id of both.
        id: TransferId,
    },
    /// Nothing, or less, would move.
    #[error("{id} moves {quantity}; an entry moves more than nothing")]
    NotPositive {
        /// The entry.
        id: TransferId,
        /// What it was to move.
        quantity: Quantity,
    },
    /// Giver and taker are one.
    #[error("{id} moves from {account} to {account}; giver and taker must differ")]
    SameAccount {
        /// The entry.
        id: TransferId,
        /// Both its ends.
        account: Account,
    },
    /// A pending entry names `reserved` as an end, where its quantity lies in between.
    #[error(
        "{id} is pending and names reserved as an end; name where the goods come from and go to"
    )]
    PendingOnReserved {
        /// The entry.
        id: TransferId,
    },
    /// More would leave the warehouse's account than is in it.
    #[error("{id} takes {wanted} from {account}, which has {available}")]
    Overdrawn {
        /// The entry.
        id: TransferId,
        /// The account.
        account: Account,
        /// What the entry takes.
        wanted: Quantity,
        /// What may be taken.
        available: Quantity,
    },
    /// A balance would not fit.
    #[error("{id} moves {quantity}, more than a balance can hold")]
    Overflow {
        /// The entry.
        id: TransferId,
        /// What it was to move.
        quantity: Quantity,
    },
    /// It resolves what was never pending.
    #[error("{id} resolves {pending}, which is not a pending entry of this ledger")]
    NotPending {
        /// The entry.
        id: TransferId,
        /// What it was to resolve.
        pending: TransferId,
    },
    /// It resolves another lot's, or other accounts', pending entry.
    #[error("{id} resolves {pending} but names another lot or other accounts")]
    Mismatch {
        /// The entry.
        id: TransferId,
        /// What it was to resolve.
        pending: TransferId,
    },
    /// It resolves more than is still open: the rest was resolved before.
    #[error("{id} resolves {wanted} of {pending}, of which {open} is open")]
    Resolved {
        /// The entry.
        id: TransferId,
        /// What it was to resolve.
        pending: TransferId,
        /// How much.
        wanted: Quantity,
        /// How much could be.
        open: Quantity,
    },
    /// It times out what has time left, or less than all that is open.
    #[error("{id} times out {pending}, which is not over yet or has another quantity open")]
    NotOver {
        /// The entry.
        id: TransferId,
        /// What it was to time out.
        pending: TransferId,
    },
}
