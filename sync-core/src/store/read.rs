//! Reading back: all of a table at start, one row at a time later.

use bytes::Bytes;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::{Alert, Entity, Store, StoreError};
use crate::{
    ledger::{Account, Phase, Transfer, TransferId},
    outbox::{CommandId, CommandState},
    quantity::Quantity,
    quarantine::{Entry, QuarantineId, Quarantined},
    sku::{JerkySku, LotId},
};

/// A command as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCommand {
    /// Its number.
    pub id: CommandId,
    /// What it concerns, as JSON.
    pub aggregate: String,
    /// What to do, as JSON.
    pub command: String,
    /// Its idempotency key.
    pub key: String,
    /// Where it stands.
    pub state: CommandState,
    /// How often it was tried.
    pub attempts: u32,
    /// Not to be tried before.
    pub due_at: Timestamp,
}

impl Store {
    /// Hands every open entity of a kind to `take`, by key.
    ///
    /// # Errors
    /// When the store cannot be read, or `take` refuses; as every method here.
    pub fn load(
        &self,
        entity: Entity,
        mut take: impl FnMut(&str, &[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.seam.alive()?;
        let mut statement = self.connection.prepare_cached(entity.statements().open)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let key = row.get_ref(0)?;
            let body = row.get_ref(1)?;
            take(
                key.as_str().map_err(rusqlite::Error::from)?,
                body.as_bytes().map_err(rusqlite::Error::from)?,
            )?;
        }
        Ok(())
    }

    /// One entity's body.
    pub fn get(&self, entity: Entity, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.one(entity.statements().one, key)
    }

    /// One entity's sequence or version.
    pub fn number(&self, entity: Entity, key: &str) -> Result<Option<u64>, StoreError> {
        let number: Option<i64> = self.one(entity.statements().number, key)?;
        Ok(number.map(i64::unsigned_abs))
    }

    /// Whether an event's id is remembered.
    pub fn has_event(&self, id: &str) -> Result<bool, StoreError> {
        let found: Option<i64> = self.one("SELECT 1 FROM inbox WHERE id = ?1", id)?;
        Ok(found.is_some())
    }

    /// A value that was kept.
    pub fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.one("SELECT value FROM meta WHERE key = ?1", key)
    }

    /// A cursor.
    pub fn cursor(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.one("SELECT value FROM cursors WHERE name = ?1", name)
    }

    /// The last number ever given to a command; 0 before the first.
    pub fn last_command(&self) -> Result<i64, StoreError> {
        let sql = "SELECT seq FROM sqlite_sequence WHERE name = ?1";
        Ok(self.one(sql, "outbox")?.unwrap_or(0))
    }

    /// All commands, by number.
    pub fn commands(&self) -> Result<Vec<StoredCommand>, StoreError> {
        self.list(
            "SELECT id, aggregate, command, key, state, attempts, due_at FROM outbox
             ORDER BY id LIMIT ?1",
            usize::MAX,
            command,
        )
    }

    /// All entries of the ledger, as they were recorded.
    pub fn transfers(&self) -> Result<Vec<Transfer>, StoreError> {
        self.list(
            "SELECT id, sku, lot, giver, taker, quantity, at, cause, phase, pending, expires_at
             FROM transfers ORDER BY number LIMIT ?1",
            usize::MAX,
            transfer,
        )
    }

    /// The newest `limit` entries of the quarantine, newest first.
    pub fn quarantined(&self, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.list(
            "SELECT id, what, subject, reason, raw, at, resolved_at FROM quarantine
             ORDER BY id DESC LIMIT ?1",
            limit,
            entry,
        )
    }

    /// The newest `limit` alerts, newest first.
    pub fn alerts(&self, limit: usize) -> Result<Vec<Alert>, StoreError> {
        self.list(
            "SELECT at, kind, subject, detail FROM alerts ORDER BY id DESC LIMIT ?1",
            limit,
            alert,
        )
    }

    fn one<T: rusqlite::types::FromSql>(
        &self,
        sql: &str,
        key: &str,
    ) -> Result<Option<T>, StoreError> {
        self.seam.alive()?;
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row([key], |row| row.get(0)).optional()?)
    }

    fn list<T>(
        &self,
        sql: &str,
        limit: usize,
        read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.seam.alive()?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![limit])?;
        let mut list = Vec::new();
        while let Some(row) = rows.next()? {
            list.push(read(row)?);
        }
        Ok(list)
    }
}

fn command(row: &Row<'_>) -> Result<StoredCommand, StoreError> {
    let id = row.get(0)?;
    let state: String = row.get(4)?;
    Ok(StoredCommand {
        id: CommandId(id),
        aggregate: row.get(1)?,
        command: row.get(2)?,
        key: row.get(3)?,
        state: CommandState::parse(&state)
            .ok_or_else(|| corrupt("command", &id.to_string(), &format!("state {state:?}")))?,
        attempts: row.get(5)?,
        due_at: instant(row, 6)?,
    })
}

fn transfer(row: &Row<'_>) -> Result<Transfer, StoreError> {
    let id: String = row.get(0)?;
    let account = |place| -> Result<Account, StoreError> {
        let name: String = row.get(place)?;
        Account::named(&name).ok_or_else(|| corrupt("transfer", &id, &format!("account {name:?}")))
    };
    let sku: String = row.get(1)?;
    let lot: String = row.get(2)?;
    let cause: String = row.get(7)?;
    Ok(Transfer {
        sku: JerkySku::parse(&sku).map_err(|error| corrupt("transfer", &id, &error))?,
        lot: LotId::parse(&lot).map_err(|error| corrupt("transfer", &id, &error))?,
        from: account(3)?,
        to: account(4)?,
        quantity: Quantity::new(row.get(5)?),
        phase: phase(row, &id)?,
        at: instant(row, 6)?,
        cause: cause.into(),
        id: TransferId::new(id),
    })
}

fn phase(row: &Row<'_>, id: &str) -> Result<Phase, StoreError> {
    let name: String = row.get(8)?;
    let pending = || -> Result<TransferId, StoreError> {
        let pending: String = row.get(9)?;
        Ok(TransferId::new(pending))
    };
    Ok(match name.as_str() {
        "direct" => Phase::Direct,
        "pending" => {
            let expires_at = instant(row, 10)?;
            Phase::Pending { expires_at }
        }
        "post" => Phase::Post {
            pending: pending()?,
        },
        "void" => Phase::Void {
            pending: pending()?,
        },
        "time_out" => Phase::TimeOut {
            pending: pending()?,
        },
        _ => return Err(corrupt("transfer", id, &format!("phase {name:?}"))),
    })
}

fn entry(row: &Row<'_>) -> Result<Entry, StoreError> {
    let resolved: Option<i64> = row.get(6)?;
    Ok(Entry {
        id: QuarantineId(row.get(0)?),
        quarantined: Quarantined {
            what: row.get(1)?,
            subject: row.get(2)?,
            reason: row.get(3)?,
            raw: Bytes::from(row.get::<_, Vec<u8>>(4)?),
            at: instant(row, 5)?,
        },
        resolved_at: resolved.map(|_| instant(row, 6)).transpose()?,
    })
}

fn alert(row: &Row<'_>) -> Result<Alert, StoreError> {
    Ok(Alert {
        at: instant(row, 0)?,
        kind: row.get(1)?,
        subject: row.get(2)?,
        detail: row.get(3)?,
    })
}

fn instant(row: &Row<'_>, place: usize) -> Result<Timestamp, StoreError> {
    let microsecond: i64 = row.get(place)?;
    Timestamp::from_microsecond(microsecond)
        .map_err(|error| corrupt("timestamp", &microsecond.to_string(), &error))
}

fn corrupt(what: &'static str, key: &str, reason: &dyn ToString) -> StoreError {
    StoreError::Corrupt {
        what,
        key: key.to_owned(),
        reason: reason.to_string(),
    }
}
