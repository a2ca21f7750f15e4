//! Full reconciliation with the polish vendor: products, then every order that is still open, and
//! those that shipped and changed lately.
//!
//! Its pages shift while rows change, so orders are swept until a sweep shows nothing new. Products
//! are swept once: those that the catalogue knows and a sweep missed are read one by one.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use sync_core::{
    engine::{Cursor, Observation, Swept},
    sku::OrderId,
    vendor::polish::{Sweeps, Walk, view::OrderStatus},
};
use tokio::time::Duration;

use crate::{
    core::Core,
    error::HubError,
    intake::{AHEAD, covered, plausible},
    schedule::{Trouble, every},
};

/// In the order in which an order passes through them, so that one that moves on during a sweep is
/// met again.
const OPEN: [OrderStatus; 3] = [
    OrderStatus::Pending,
    OrderStatus::Confirmed,
    OrderStatus::PartiallyFulfilled,
];

/// Nothing more leaves, but something may come back.
const SHIPPED: [OrderStatus; 2] = [OrderStatus::Fulfilled, OrderStatus::Returned];

/// By how much a date may lie before the moment at which a change can first be read.
const LATE: SignedDuration = SignedDuration::from_mins(10);

/// A shop so busy that four sweeps in a row differ is left to the polls.
const MOST_SWEEPS: u32 = 4;

pub(crate) async fn run(core: Arc<Core>) -> Result<(), HubError> {
    let interval = Duration::from_secs(core.config.intervals.sweep_s);
    every(core, "polish-sweep", interval, async |core: Arc<Core>| {
        round(&core).await
    })
    .await
}

async fn round(core: &Core) -> Result<(), Trouble> {
    products(core).await?;
    orders(core).await?;
    shipped_lately(core).await
}

/// Orders that had shipped and changed since the sweep before the last: something came back. A change
/// that was dated by a clock that was slow, or written down late, lies before the poll's cursor.
async fn shipped_lately(core: &Core) -> Result<(), Trouble> {
    for status in SHIPPED {
        orders_that_are(core, status, Walk::since(lately(core))).await?;
    }
    Ok(())
}

/// Before the poll's cursor, by as much as a date may be late.
fn lately(core: &Core) -> Option<Timestamp> {
    let sweep = i64::try_from(core.config.intervals.sweep_s).unwrap_or(i64::MAX);
    let sweeps = SignedDuration::from_secs(sweep.saturating_mul(2));
    let before = core.now().checked_sub(sweeps).ok()?;
    let since = covered(core, Cursor::Orders).map_or(before, |covered| covered.min(before));
    since.checked_sub(LATE).ok()
}

async fn products(core: &Core) -> Result<(), Trouble> {
    let began = core.now();
    let first = core.engine().cursor(Cursor::Products).is_none();
    let mut seen = BTreeSet::new();
    let mut walk = Walk::since(None);
    while let Some(step) = walk.next() {
        let page = core.polish.products(step).await?;
        let good = page.rows.iter().flatten();
        let named = good
            .clone()
            .map(|row| (row.sku.to_string(), row.updated_at));
        walk.advance(page.has_next, named.filter(|row| plausible(core, row.1)))?;
        seen.extend(good.map(|product| product.sku.clone()));
        let is_end = walk.next().is_none();
        let cursor = if first && is_end {
            // The polls go on from here. A shop without products has no clock to go by.
            walk.latest().or(began.checked_sub(AHEAD).ok())
        } else {
            None
        };
        let rows = page.rows;
        core.absorb(Observation::Products { rows, cursor }).await?;
    }
    let swept = Swept::Products { seen };
    core.absorb(Observation::Swept(swept)).await?;
    Ok(())
}

async fn orders(core: &Core) -> Result<(), Trouble> {
    let began = core.now();
    let mut sweeps = Sweeps::at_most(MOST_SWEEPS);
    let seen = loop {
        let mut seen = BTreeSet::new();
        for status in OPEN {
            seen.extend(orders_that_are(core, status, Walk::since(None)).await?);
        }
        if let Some((all, _)) = sweeps.finished(seen) {
            break all;
        }
    };
    let swept = Swept::OpenOrders { seen, began };
    core.absorb(Observation::Swept(swept)).await?;
    Ok(())
}

async fn orders_that_are(
    core: &Core,
    status: OrderStatus,
    mut walk: Walk,
) -> Result<BTreeSet<OrderId>, Trouble> {
    let mut seen = BTreeSet::new();
    while let Some(step) = walk.next() {
        let page = core.polish.orders(Some(status), step).await?;
        let good = page.rows.iter().flatten();
        let named = good.clone().map(|row| (row.id.to_string(), row.updated_at));
        walk.advance(page.has_next, named.filter(|row| plausible(core, row.1)))?;
        seen.extend(good.map(|order| order.id.clone()));
        let (rows, cursor) = (page.rows, None);
        core.absorb(Observation::Orders { rows, cursor }).await?;
    }
    Ok(seen)
}
