//! Why the store refused.

/// Why the store refused. Whatever the reason, nothing of the transaction was kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another connection holds the database.
    #[error("the store is busy: another process is writing to it; try again")]
    Busy,
    /// The disk, or the space allowed, is full.
    #[error("the store is full: free some space and try again")]
    Full,
    /// A crash was injected; see [`Store::on_commit`](super::Store::on_commit).
    #[error("the store crashed; open it anew")]
    Crashed,
    /// The file was written by a newer version of this program.
    #[error(
        "the store has schema version {found}, this program knows {known}; use a newer program, \
         or another file"
    )]
    Newer {
        /// The version in the file.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// Something in the store cannot be understood.
    #[error("the store holds a {what} {key:?} that cannot be read: {reason}")]
    Corrupt {
        /// What kind of row.
        what: &'static str,
        /// Its key.
        key: String,
        /// What was wrong with it.
        reason: String,
    },
    /// Anything else that SQLite says.
    #[error("the store failed: {0}")]
    Sqlite(#[source] rusqlite::Error),
}

impl StoreError {
    /// Whether the same transaction may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy | Self::Full)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full,
            _ => Self::Sqlite(error),
        }
    }
}
