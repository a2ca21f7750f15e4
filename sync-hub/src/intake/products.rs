//! The poll for changed products.

use std::sync::Arc;

use sync_core::{
    engine::{Cursor, Observation},
    vendor::polish::Walk,
};
use tokio::time::Duration;

use super::{Poll, plausible};
use crate::{
    core::Core,
    error::HubError,
    schedule::{Trouble, every},
};

pub(crate) async fn run(core: Arc<Core>) -> Result<(), HubError> {
    let interval = Duration::from_millis(core.config.intervals.products_poll_ms);
    every(core, "products", interval, async |core: Arc<Core>| {
        round(&core).await
    })
    .await
}

async fn round(core: &Core) -> Result<(), Trouble> {
    let poll = Poll::of(core, Cursor::Products);
    if poll.cursor.is_none() {
        // The first reconciliation reads every product anyway, and sets the cursor.
        let reason = "waits for the first reconciliation";
        return Err(Trouble::Passing(reason.to_owned()));
    }
    let mut walk = Walk::since(poll.start);
    while let Some(step) = walk.next() {
        let page = core.polish.products(step).await?;
        let good = page.rows.iter().flatten();
        let named = good.map(|product| (product.sku.to_string(), product.updated_at));
        walk.advance(page.has_next, named.filter(|row| plausible(core, row.1)))?;
        let cursor = poll.moved(core, walk.latest());
        let rows = page.rows;
        core.absorb(Observation::Products { rows, cursor }).await?;
    }
    Ok(())
}
