//! What happened in a run, event by event: requests, webhooks, what the vendors' ledgers noted, and
//! the middleware's own process.
//!
//! [`trace`] puts them into one order, [`Filter`] narrows them, [`render`] prints a dense line for
//! each. Nothing is judged here and nothing is played.

mod about;
mod facts;
mod filter;
mod moment;
mod operations;
mod render;
mod requests;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{plan::Plan, sim::Played};

pub use about::Circle;
pub use filter::{Filter, UnknownSku, check_sku};
pub use moment::{AROUND, Moment};
pub use render::{render, since, wall};

/// One event of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceLine {
    /// When it began, in the world's time.
    pub at: Timestamp,
    /// When a request's reply was complete, or its sender gave up; `at` for everything else.
    pub until: Timestamp,
    /// What it is.
    pub kind: Kind,
    /// Whose request, fact or process it is.
    pub from: Lane,
    /// To whom; the same as `from` for what is no message.
    pub to: Lane,
    /// The operation, the webhook's topic, or the fact in words.
    pub what: String,
    /// Which order, item, position: what the path, the key or the message names.
    pub about: String,
    /// What came of it.
    pub result: Reply,
    /// The faults that struck it, each as `kind (phase)`.
    pub faults: Vec<String>,
    /// Everything it names or caused a fact about, for filters.
    pub names: BTreeSet<String>,
}

/// What an event is. Of two events of one instant the earlier kind is told first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The run's phases, and the middleware's process: dead, alive, something set aside.
    Process,
    /// A request.
    Request,
    /// A webhook.
    Webhook,
    /// An entry of a vendor's ground truth.
    Fact,
}

/// Who sends and who is sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// The staff of the warehouse.
    Warehouse,
    /// The jerky vendor.
    Jerky,
    /// The middleware.
    Hub,
    /// The polish vendor.
    Polish,
    /// Shoppers and the shop's staff.
    Shop,
}

/// What came of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It is no message.
    None,
    /// A complete reply with this status.
    Status(u16),
    /// No complete reply, for this reason.
    Failed(&'static str),
    /// The sender gave up.
    GaveUp,
    /// A webhook that never left: a fault lost it.
    Lost,
}

/// Every event of a run, by when it began.
pub fn trace(plan: &Plan, played: &Played) -> Vec<TraceLine> {
    let mut lines = requests::lines(played);
    lines.extend(facts::jerky(&played.history));
    lines.extend(facts::polish(&played.history));
    lines.extend(facts::process(plan, played));
    lines.sort_by_key(|line| (line.at, line.kind));
    lines
}

impl Lane {
    /// Its name in traces.
    pub fn name(self) -> &'static str {
        match self {
            Self::Warehouse => "warehouse",
            Self::Jerky => "jerky",
            Self::Hub => "hub",
            Self::Polish => "polish",
            Self::Shop => "shop",
        }
    }
}

impl TraceLine {
    /// An event that is no message.
    fn note(at: Timestamp, kind: Kind, lane: Lane, what: String) -> Self {
        Self {
            at,
            until: at,
            kind,
            from: lane,
            to: lane,
            what,
            about: String::new(),
            result: Reply::None,
            faults: Vec::new(),
            names: BTreeSet::new(),
        }
    }

    /// Whether it went wrong: struck, unanswered or failed by a server.
    pub fn is_troubled(&self) -> bool {
        !self.faults.is_empty()
            || match self.result {
                Reply::None => false,
                Reply::Status(status) => status >= 429,
                Reply::Failed(_) | Reply::GaveUp | Reply::Lost => true,
            }
    }
}
