//! The jerky change feed: ordered, complete, and forgetful.

use std::sync::Arc;

use sync_core::{
    engine::{Cursor, Observation},
    vendor::{error::VendorError, jerky::FeedPage},
};
use tokio::time::Duration;

use crate::{
    core::Core,
    error::HubError,
    schedule::{Trouble, every},
    sweep,
};

/// After so many unusable pages in a row the feed is given up for a sweep of the whole stock.
const MOST_GARBLED: u32 = 5;

pub(crate) async fn run(core: Arc<Core>) -> Result<(), HubError> {
    let interval = Duration::from_millis(core.config.intervals.feed_poll_ms);
    every(core, "feed", interval, async |core: Arc<Core>| {
        round(&core).await
    })
    .await
}

/// Follows the feed to its end.
async fn round(core: &Core) -> Result<(), Trouble> {
    let cursor = core.engine().cursor(Cursor::JerkyFeed).map(str::parse);
    let Some(Ok(mut after)) = cursor else {
        return restart(core).await;
    };
    loop {
        let page = match core.jerky.events(after).await {
            Ok(page) => page,
            Err(error) if error.is_code("sequence-expired") => return restart(core).await,
            Err(error @ VendorError::Garbled { .. }) if given_up(core) => {
                tracing::warn!(%error, "the feed is unusable; the whole stock is read instead");
                return restart(core).await;
            }
            Err(error) => return Err(error.into()),
        };
        let FeedPage {
            rows,
            up_to,
            last_position,
        } = page;
        if rows.is_empty() {
            if after < last_position {
                tracing::warn!(
                    after,
                    last_position,
                    "the feed has a hole; the whole stock is read"
                );
                return restart(core).await;
            }
            return Ok(());
        }
        let events = rows;
        core.absorb(Observation::JerkyFeed { events, up_to })
            .await?;
        after = up_to;
        if after >= last_position {
            return Ok(());
        }
    }
}

/// Whether the page that just failed is one too many.
fn given_up(core: &Core) -> bool {
    let intake = core.intake();
    let before = intake.get("feed").map_or(0, |state| state.failures);
    before + 1 >= MOST_GARBLED
}

/// Begins anew at the feed's end. What happened before it is in the stock read after it was asked
/// for, what happens meanwhile is in both. Items come first: they say when a warehouse's day ends,
/// without which no lot can be told from an expired one.
async fn restart(core: &Core) -> Result<(), Trouble> {
    let at = core.jerky.feed_end().await?;
    sweep::jerky::items(core).await?;
    sweep::jerky::stock(core).await?;
    core.absorb(Observation::FeedRestarted { at }).await?;
    Ok(())
}
