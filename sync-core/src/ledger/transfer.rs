//! One entry of the ledger: a quantity of a lot goes from one account to another, at once or in
//! two phases.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ledger::account::Account;
use crate::quantity::Quantity;
use crate::sku::{JerkySku, LotId};

/// What makes an entry one of a kind: derived from its cause, so that the same cause seen twice
/// makes the same entry and is recorded once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TransferId(Arc<str>);

/// An entry, as plain data: what the store keeps is this row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// What makes it one of a kind.
    pub id: TransferId,
    /// The item.
    pub sku: JerkySku,
    /// The lot.
    pub lot: LotId,
    /// Who gives.
    pub from: Account,
    /// Who takes.
    pub to: Account,
    /// How much, above zero.
    pub quantity: Quantity,
    /// At once, or which step of two.
    pub phase: Phase,
    /// When it happened. Kept for reading; nothing is ordered by it.
    pub at: Timestamp,
    /// What brought it about: an event, an order, a count. Kept for lineage.
    pub cause: Arc<str>,
}

/// At once, or which step of two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Phase {
    /// Moves at once.
    Direct,
    /// Takes the quantity from its account and holds it as reserved, for another one to take.
    Pending {
        /// After this it may be timed out.
        expires_at: Timestamp,
    },
    /// Gives (part of) what is held to the account it was meant for.
    Post {
        /// What holds it.
        pending: TransferId,
    },
    /// Gives (part of) what is held back to where it came from.
    Void {
        /// What holds it.
        pending: TransferId,
    },
    /// Gives all that is still held back, because its time is over.
    TimeOut {
        /// What holds it.
        pending: TransferId,
    },
}

impl TransferId {
    /// This id. Build it from what caused the transfer and nothing else.
    pub fn new(id: impl Into<Arc<str>>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Phase {
    /// Its name in rows.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Pending { .. } => "pending",
            Self::Post { .. } => "post",
            Self::Void { .. } => "void",
            Self::TimeOut { .. } => "time_out",
        }
    }

    /// The pending entry that it resolves, if it resolves one.
    pub const fn pending(&self) -> Option<&TransferId> {
        match self {
            Self::Post { pending } | Self::Void { pending } | Self::TimeOut { pending } => {
                Some(pending)
            }
            Self::Direct | Self::Pending { .. } => None,
        }
    }
}

impl Transfer {
    /// The entry that gives `quantity` of what this pending entry holds to its taker.
    #[must_use]
    pub fn posted(&self, id: TransferId, quantity: Quantity, at: Timestamp) -> Self {
        self.resolved(
            id,
            quantity,
            at,
            Phase::Post {
                pending: self.id.clone(),
            },
        )
    }

    /// The entry that gives `quantity` of what this pending entry holds back to its giver.
    #[must_use]
    pub fn voided(&self, id: TransferId, quantity: Quantity, at: Timestamp) -> Self {
        self.resolved(
            id,
            quantity,
            at,
            Phase::Void {
                pending: self.id.clone(),
            },
        )
    }

    /// The entry that times out the `open` rest of what this pending entry holds. Its id follows
    /// from the pending one's: there is at most one.
    #[must_use]
    pub fn timed_out(&self, open: Quantity, at: Timestamp) -> Self {
        let id = TransferId::new(format!("time-out:{}", self.id));
        self.resolved(
            id,
            open,
            at,
            Phase::TimeOut {
                pending: self.id.clone(),
            },
        )
    }

    /// Whether both say the same. When they say it is left out: a repeated delivery is read at
    /// another time.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.sku == other.sku
            && self.lot == other.lot
            && self.from == other.from
            && self.to == other.to
            && self.quantity == other.quantity
            && self.phase == other.phase
    }

    /// The accounts whose balances it changes: who gives, who takes.
    pub fn legs(&self) -> (Account, Account) {
        match self.phase {
            Phase::Direct => (self.from, self.to),
            Phase::Pending { .. } => (self.from, Account::Reserved),
            Phase::Post { .. } => (Account::Reserved, self.to),
            Phase::Void { .. } | Phase::TimeOut { .. } => (Account::Reserved, self.from),
        }
    }

    /// Whether it changes the balance of `account`.
    pub fn touches(&self, account: Account) -> bool {
        let (giver, taker) = self.legs();
        giver == account || taker == account
    }

    fn resolved(&self, id: TransferId, quantity: Quantity, at: Timestamp, phase: Phase) -> Self {
        Self {
            id,
            quantity,
            at,
            phase,
            ..self.clone()
        }
    }
}

impl fmt::Display for TransferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
