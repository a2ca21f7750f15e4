//! The durable half of the engine: one SQLite database, one writer, one transaction a decision.
//!
//! What is stored here is decided elsewhere. Everything the hub must not forget is in this one
//! file: entities, outbox, inbox, cursors, ledger, quarantine, alerts, secrets.

mod entity;
mod error;
mod open;
mod read;
mod schema;
#[cfg(test)]
pub(crate) mod scratch;
mod seam;
#[cfg(test)]
mod tests;
mod write;

pub use entity::Entity;
pub use error::StoreError;
pub use read::StoredCommand;
pub use seam::{AfterCommit, Refusal};
pub use write::Tx;

use std::fmt;

use jiff::Timestamp;
use rusqlite::Connection;

use seam::Seam;

/// The hub's database.
pub struct Store {
    connection: Connection,
    seam: Seam,
}

/// Something a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// When it was raised, by the hub's clock.
    pub at: Timestamp,
    /// What kind of trouble: `shortfall`, `dead-command`…
    pub kind: String,
    /// Which order, item or listing.
    pub subject: String,
    /// In words.
    pub detail: String,
}

impl Store {
    /// Calls `hook` after each commit with what is durable now and the commit's ordinal, counted
    /// from 1 since this store was opened. When it answers [`AfterCommit::Crash`], the store refuses
    /// everything from then on, so nothing can be observed of what would have come after a crash at
    /// that point.
    pub fn on_commit(&mut self, hook: impl FnMut(&Self, u64) -> AfterCommit + Send + 'static) {
        self.seam.on_commit(Box::new(hook));
    }

    /// Asks `gate` before each statement that writes; what it answers refuses the statement, and
    /// with it the transaction: a disk that is busy or full for a while.
    pub fn on_write(&mut self, gate: impl FnMut() -> Option<Refusal> + Send + 'static) {
        self.seam.on_write(Box::new(gate));
    }

    /// Allows the file no more pages than it has, so that SQLite itself finds the disk full; or,
    /// with `false`, as many as it wants again.
    ///
    /// # Errors
    /// When SQLite cannot be asked.
    pub fn confine(&mut self, confined: bool) -> Result<(), StoreError> {
        const UNBOUNDED: i64 = 1_073_741_823;
        let pages: i64 = self
            .connection
            .pragma_query_value(None, "page_count", |row| row.get(0))?;
        let most = if confined { pages } else { UNBOUNDED };
        self.connection
            .pragma_update_and_check(None, "max_page_count", most, |_| Ok(()))?;
        Ok(())
    }

    /// How many transactions were committed since this store was opened.
    pub fn commits(&self) -> u64 {
        self.seam.commits()
    }

    /// Refuses everything from now on, as after a crash.
    pub fn crash(&mut self) {
        self.seam.crash();
    }

    /// Counts a commit and learns what follows it.
    fn committed(&mut self) -> Result<(), StoreError> {
        let (number, hook) = self.seam.committed();
        if let Some(mut hook) = hook {
            let then = hook(self, number);
            self.seam.on_commit(hook);
            if then == AfterCommit::Crash {
                self.crash();
            }
        }
        self.seam.alive()
    }

    /// Lets `writes` more statements pass and then refuses one, as a full or busy disk does.
    pub fn refuse_after(&mut self, writes: u64, refusal: Refusal) {
        self.seam.refuse_after(writes, refusal);
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("path", &self.connection.path())
            .field("commits", &self.seam.commits())
            .finish_non_exhaustive()
    }
}
