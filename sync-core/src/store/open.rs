//! Opening a database: where it lies and how it is set up.

use std::path::Path;

use rusqlite::Connection;

use super::{Store, StoreError, seam::Seam};

impl Store {
    /// Opens the database in `path`, and makes it if there is none.
    ///
    /// # Errors
    /// When the file cannot be opened, or was written by a newer version of this program.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::set_up(Connection::open(path)?)
    }

    /// A database in memory: as durable as the value.
    ///
    /// # Errors
    /// When SQLite cannot set it up.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::set_up(Connection::open_in_memory()?)
    }

    fn set_up(connection: Connection) -> Result<Self, StoreError> {
        Ok(Self {
            connection,
            seam: Seam::default(),
        })
    }
}
