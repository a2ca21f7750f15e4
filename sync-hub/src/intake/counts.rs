//! The poll for recounts on the shop's side.

use std::sync::Arc;

use sync_core::engine::{Cursor, Observation};
use tokio::time::Duration;

use crate::{
    core::Core,
    error::HubError,
    schedule::{Trouble, every},
};

pub(crate) async fn run(core: Arc<Core>) -> Result<(), HubError> {
    let interval = Duration::from_millis(core.config.intervals.counts_poll_ms);
    every(core, "counts", interval, async |core: Arc<Core>| {
        round(&core).await
    })
    .await
}

async fn round(core: &Core) -> Result<(), Trouble> {
    loop {
        let after = core.engine().cursor(Cursor::Counts).map(str::to_owned);
        let page = core.polish.counts(after.as_deref()).await?;
        if page.rows.is_empty() {
            return Ok(());
        }
        // An unreadable last row is read again until it can be read, or a later one follows it.
        let last = page.rows.iter().rev().find_map(|row| row.as_ref().ok());
        let cursor = last.map(|count| count.id.to_string());
        let moved = cursor.is_some() && cursor != after;
        let rows = page.rows;
        core.absorb(Observation::Counts { rows, cursor }).await?;
        if !page.has_next || !moved {
            return Ok(());
        }
    }
}
