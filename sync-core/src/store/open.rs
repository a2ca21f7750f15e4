//! Opening a database: where it lies and how it is set up.

use std::{path::Path, time::Duration};

use rusqlite::Connection;

use super::{Store, StoreError, schema, seam::Seam};

/// Every statement of the engine, with room to spare: none is ever prepared twice.
const CACHED_STATEMENTS: usize = 64;

impl Store {
    /// Opens the database in `path`, and makes it if there is none.
    ///
    /// # Errors
    /// When the file cannot be opened, is no database, or was written by a newer version of this
    /// program.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = Connection::open(path)?;
        // A lost write-ahead tail after a power cut is a consistent past, which intake repairs.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        Self::set_up(connection)
    }

    /// A database in memory: as durable as the value.
    ///
    /// # Errors
    /// When SQLite cannot set it up.
    pub fn in_memory() -> Result<Self, StoreError> {
        let connection = Connection::open_in_memory()?;
        connection.pragma_update(None, "journal_mode", "MEMORY")?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        Self::set_up(connection)
    }

    fn set_up(mut connection: Connection) -> Result<Self, StoreError> {
        // Waiting would block the runtime's only thread: busy is an answer, not a nap.
        connection.busy_timeout(Duration::ZERO)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        schema::migrate(&mut connection)?;
        Ok(Self {
            connection,
            seam: Seam::default(),
        })
    }
}
