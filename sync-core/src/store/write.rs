//! One transaction: everything a decision changes, or nothing of it.

use jiff::Timestamp;
use rusqlite::{Connection, Params, params};

use super::{Alert, Entity, Store, StoreError, StoredCommand, seam::Seam};
use crate::{
    ledger::{Phase, Transfer, TransferId},
    outbox::CommandId,
    quarantine::Quarantined,
};

/// A transaction under way.
pub struct Tx<'s> {
    connection: &'s Connection,
    seam: &'s mut Seam,
}

impl Store {
    /// Runs `body` in one transaction and commits it.
    ///
    /// # Errors
    /// When any statement or the commit is refused; then nothing of it was kept. Only
    /// [`StoreError::Crashed`] may be answered after a commit, and then nobody is left to ask.
    pub fn transact(
        &mut self,
        body: impl FnOnce(&mut Tx<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.seam.alive()?;
        let connection = &self.connection;
        run(connection, "BEGIN IMMEDIATE", [])?;
        let mut tx = Tx {
            connection,
            seam: &mut self.seam,
        };
        let result = body(&mut tx).and_then(|()| tx.write("COMMIT", []));
        if let Err(error) = result {
            // After some failures SQLite has rolled back by itself, and says so by refusing this.
            run(connection, "ROLLBACK", []).ok();
            return Err(error);
        }
        self.committed()
    }
}

impl Tx<'_> {
    /// Keeps an entity; `number` is its sequence or version, `open` whether it is loaded at start.
    ///
    /// # Errors
    /// When the store refuses, as every method here.
    pub fn put(
        &mut self,
        entity: Entity,
        key: &str,
        number: u64,
        open: bool,
        body: &[u8],
    ) -> Result<(), StoreError> {
        self.write(
            entity.statements().put,
            params![key, stored(number), open, body],
        )
    }

    /// Keeps a command.
    pub fn put_command(&mut self, row: &StoredCommand) -> Result<(), StoreError> {
        self.write(
            "INSERT INTO outbox (id, aggregate, command, key, state, attempts, due_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (id) DO UPDATE
             SET command = ?3, key = ?4, state = ?5, attempts = ?6, due_at = ?7",
            params![
                row.id.0,
                row.aggregate,
                row.command,
                row.key,
                row.state.as_str(),
                row.attempts,
                row.due_at.as_microsecond()
            ],
        )
    }

    /// Forgets a command whose outcome is known.
    pub fn drop_command(&mut self, id: CommandId) -> Result<(), StoreError> {
        self.write("DELETE FROM outbox WHERE id = ?1", [id.0])
    }

    /// Remembers an event's id.
    pub fn remember_event(&mut self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        self.write(
            "INSERT INTO inbox (id, at) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING",
            params![id, at.as_microsecond()],
        )
    }

    /// Forgets the ids of events before `limit`.
    pub fn forget_events(&mut self, limit: Timestamp) -> Result<(), StoreError> {
        self.write("DELETE FROM inbox WHERE at < ?1", [limit.as_microsecond()])
    }

    /// Moves a cursor.
    pub fn set_cursor(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        self.write(
            "INSERT INTO cursors (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = ?2",
            [name, value],
        )
    }

    /// Keeps a value.
    pub fn set_meta(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        self.write(
            "INSERT INTO meta (key, value) VALUES (?1, ?2)
             ON CONFLICT (key) DO UPDATE SET value = ?2",
            [key, value],
        )
    }

    /// Records an entry of the ledger.
    pub fn record(&mut self, transfer: &Transfer) -> Result<(), StoreError> {
        let expires_at = match transfer.phase {
            Phase::Pending { expires_at } => Some(expires_at.as_microsecond()),
            _ => None,
        };
        self.write(
            "INSERT INTO transfers
             (id, sku, lot, giver, taker, quantity, at, cause, phase, pending, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            params![
                transfer.id.as_str(),
                transfer.sku.as_str(),
                transfer.lot.as_str(),
                transfer.from.name(),
                transfer.to.name(),
                transfer.quantity.get(),
                transfer.at.as_microsecond(),
                &*transfer.cause,
                transfer.phase.name(),
                transfer.phase.pending().map(TransferId::as_str),
                expires_at
            ],
        )
    }

    /// Puts something into quarantine.
    pub fn quarantine(&mut self, entry: &Quarantined) -> Result<(), StoreError> {
        self.write(
            "INSERT INTO quarantine (what, subject, reason, raw, at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                entry.what,
                entry.subject,
                entry.reason,
                &*entry.raw,
                entry.at.as_microsecond()
            ],
        )
    }

    /// Marks what was in quarantine about a subject as dealt with. Mostly there is nothing, and to look
    /// costs less than to change no row.
    pub fn resolve(&mut self, what: &str, subject: &str, at: Timestamp) -> Result<(), StoreError> {
        if !self.is_open(what, subject)? {
            return Ok(());
        }
        self.write(
            "UPDATE quarantine SET resolved_at = ?3
             WHERE what = ?1 AND subject = ?2 AND resolved_at IS NULL",
            params![what, subject, at.as_microsecond()],
        )
    }

    /// Raises an alert.
    pub fn alert(&mut self, alert: &Alert) -> Result<(), StoreError> {
        self.write(
            "INSERT INTO alerts (at, kind, subject, detail) VALUES (?1, ?2, ?3, ?4)",
            params![
                alert.at.as_microsecond(),
                alert.kind,
                alert.subject,
                alert.detail
            ],
        )
    }

    fn is_open(&self, what: &str, subject: &str) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT 1 FROM quarantine WHERE what = ?1 AND subject = ?2 AND resolved_at IS NULL",
        )?;
        Ok(statement.exists([what, subject])?)
    }

    fn write(&mut self, sql: &str, params: impl Params) -> Result<(), StoreError> {
        self.seam.write()?;
        run(self.connection, sql, params)
    }
}

fn run(connection: &Connection, sql: &str, params: impl Params) -> Result<(), StoreError> {
    connection.prepare_cached(sql)?.execute(params)?;
    Ok(())
}

/// SQLite's integers are signed; no honest counter gets near the difference.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
