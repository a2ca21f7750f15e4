//! The poll for changed orders.

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
    let interval = Duration::from_millis(core.config.intervals.orders_poll_ms);
    every(core, "orders", interval, async |core: Arc<Core>| {
        round(&core).await
    })
    .await
}

async fn round(core: &Core) -> Result<(), Trouble> {
    let poll = Poll::of(core, Cursor::Orders);
    let mut walk = Walk::since(poll.start);
    while let Some(step) = walk.next() {
        let page = core.polish.orders(None, step).await?;
        let good = page.rows.iter().flatten();
        let named = good.map(|order| (order.id.to_string(), order.updated_at));
        walk.advance(page.has_next, named.filter(|row| plausible(core, row.1)))?;
        let cursor = poll.moved(core, walk.latest());
        let rows = page.rows;
        core.absorb(Observation::Orders { rows, cursor }).await?;
    }
    Ok(())
}
