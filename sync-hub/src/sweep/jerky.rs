//! Full reconciliation with the jerky vendor: items, stock, pending reservations, mirrors.

use std::{collections::BTreeSet, sync::Arc};

use sync_core::{
    engine::{Cursor, Observation, Swept},
    vendor::{error::VendorError, jerky::Pages},
};
use tokio::time::Duration;

use crate::{
    core::Core,
    error::HubError,
    schedule::{Trouble, every},
};

pub(crate) async fn run(core: Arc<Core>) -> Result<(), HubError> {
    let interval = Duration::from_secs(core.config.intervals.sweep_s);
    every(core, "jerky-sweep", interval, async |core: Arc<Core>| {
        round(&core).await
    })
    .await
}

async fn round(core: &Core) -> Result<(), Trouble> {
    items(core).await?;
    // Before the feed has a cursor it reads the whole stock itself.
    if core.engine().cursor(Cursor::JerkyFeed).is_some() {
        stock(core).await?;
    }
    reservations(core).await?;
    mirrors(core).await
}

/// Reads every stock level.
pub(crate) async fn stock(core: &Core) -> Result<(), Trouble> {
    let mut seen = BTreeSet::new();
    let mut pages = Pages::default();
    while !pages.is_done() {
        let read = core.jerky.stock(pages.cursor()).await;
        let Some(rows) = pages.turn(read)? else {
            continue;
        };
        seen.extend(rows.iter().flatten().map(|level| level.sku.clone()));
        core.absorb(Observation::Stock(rows)).await?;
    }
    let swept = Swept::Stock { seen };
    core.absorb(Observation::Swept(swept)).await?;
    Ok(())
}

/// Reads every item.
pub(crate) async fn items(core: &Core) -> Result<(), Trouble> {
    let mut pages = Pages::default();
    while !pages.is_done() {
        let read = core.jerky.items(pages.cursor()).await;
        if let Some(rows) = pages.turn(read)? {
            core.absorb(Observation::Items(rows)).await?;
        }
    }
    Ok(())
}

async fn reservations(core: &Core) -> Result<(), Trouble> {
    let began = core.now();
    let mut seen = BTreeSet::new();
    let mut pages = Pages::default();
    while !pages.is_done() {
        let read = core.jerky.pending_reservations(pages.cursor()).await;
        let Some(rows) = pages.turn(read)? else {
            continue;
        };
        seen.extend(rows.iter().flatten().map(|found| found.id.clone()));
        core.absorb(Observation::Reservations(rows)).await?;
    }
    let swept = Swept::Reservations { seen, began };
    core.absorb(Observation::Swept(swept)).await?;
    Ok(())
}

async fn mirrors(core: &Core) -> Result<(), Trouble> {
    let catalogue = Arc::clone(core.engine().catalogue());
    for mirror in catalogue.mirrors() {
        let row = match core.jerky.mirror(&mirror.jerky).await {
            Ok(view) => Ok(view),
            Err(VendorError::Garbled {
                unreadable: Some(unreadable),
                ..
            }) => Err(*unreadable),
            // An item that is not there, or is no mirror, shows nothing that could be wrong.
            Err(VendorError::Refused { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        core.absorb(Observation::Mirrors(vec![row])).await?;
    }
    Ok(())
}
