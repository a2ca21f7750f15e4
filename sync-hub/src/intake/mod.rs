//! How the hub learns of changes: by webhook, by change feed, by poll.
//!
//! All of it is idempotent and none of it is trusted alone: what one way loses, another brings.

pub(crate) mod counts;
pub(crate) mod feed;
pub(crate) mod orders;
pub(crate) mod products;
pub(crate) mod webhook;

use jiff::{SignedDuration, Timestamp, ToSpan};
use sync_core::engine::Cursor;

use crate::core::Core;

/// A timestamp further ahead of the hub's clock than this is a vendor's mistake. Following it
/// would skip everything until then.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// Where a poll by timestamp starts: a little before its cursor.
fn poll_start(core: &Core, cursor: Cursor) -> Option<Timestamp> {
    let at: Timestamp = core.engine().cursor(cursor)?.parse().ok()?;
    let overlap = i64::try_from(core.config.intervals.overlap_ms).unwrap_or(0);
    at.checked_sub(overlap.milliseconds()).ok()
}

/// The timestamps a cursor may follow.
fn plausible(core: &Core, at: Timestamp) -> bool {
    at.duration_since(core.now()) <= AHEAD
}
