//! What the engine asks the vendors to do, and what came of it.
//!
//! A command is written in the transaction that decided it, and stays until its outcome is known.
//! Planning is in `engine`, persistence in `store`, sending in the dispatcher of `sync-hub`.

mod aggregate;
mod command;
mod outcome;

pub use aggregate::Aggregate;
pub use command::{Change, ChangeKind, Command, LineReason, LotPick, ReservationPart, ReserveLine};
pub use outcome::{Outcome, Reply};

use serde::{Deserialize, Serialize};

/// The number of a command in the outbox; it ascends and is never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommandId(pub i64);

impl std::fmt::Display for CommandId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// One command, ready to be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxCommand {
    /// By which its outcome is told to the engine.
    pub id: CommandId,
    /// What it concerns. An aggregate has at most one command at a time.
    pub aggregate: Aggregate,
    /// What to do.
    pub command: Command,
    /// The idempotency key, the same at every attempt. Reads and the polish API do not use it.
    pub key: String,
    /// Whether to send it, or first to ask what became of an earlier attempt.
    pub mode: Mode,
    /// Which attempt this is, from 1.
    pub attempt: u32,
}

/// Whether a command is sent or asked about.
///
/// Asking reads what the command would have changed and answers [`Outcome::Found`]:
///
/// | command | what is read |
/// |---|---|
/// | `Reserve` | the reservations with the order's reference |
/// | `Commit`, `Release`, `Extend` | the reservation |
/// | `Confirm`, `Reject`, `Cancel` | the order |
/// | `Publish` | the product |
/// | `PublishMirror` | the mirror |
///
/// `Adjust` is never asked about: its change ids make sending it again the way to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Carry it out.
    Send,
    /// Only read what it would have changed.
    Ask,
}

/// Where a command stands in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandState {
    /// To be sent when due.
    Pending,
    /// May have been applied: to be asked about when due.
    Unknown,
    /// Refused too often. Waits for the next reconciliation, or a person.
    Dead,
}

impl CommandState {
    /// How the store writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Unknown => "unknown",
            Self::Dead => "dead",
        }
    }

    /// What the store wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Pending, Self::Unknown, Self::Dead]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}
