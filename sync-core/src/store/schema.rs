//! The schema and its migrations, numbered by SQLite's `user_version`.

use rusqlite::Connection;

use super::StoreError;

/// Each step brings a database from its place in this list to the next.
const MIGRATIONS: [&str; 1] = [include_str!("schema.sql")];

/// The version this program writes.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Brings a database to [`VERSION`], all the way or not at all.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let done = usize::try_from(found)
        .ok()
        .filter(|done| *done <= MIGRATIONS.len());
    let Some(done) = done else {
        return Err(StoreError::Newer {
            found,
            known: VERSION,
        });
    };
    if done == MIGRATIONS.len() {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    for step in &MIGRATIONS[done..] {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(())
}
