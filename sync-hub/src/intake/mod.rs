//! How the hub learns of changes: by webhook, by change feed, by poll.
//!
//! All of it is idempotent and none of it is trusted alone: what one way loses, another brings.

pub(crate) mod counts;
pub(crate) mod feed;
pub(crate) mod orders;
pub(crate) mod products;
pub(crate) mod webhook;

use jiff::{SignedDuration, Timestamp};
use sync_core::engine::Cursor;

use crate::core::Core;

/// A timestamp further ahead of the hub's clock than this is a vendor's mistake. Following it
/// would skip everything until then.
pub(crate) const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// A poll by timestamp: where it starts, and below what its cursor must not fall.
struct Poll {
    start: Option<Timestamp>,
    cursor: Option<Timestamp>,
}

impl Poll {
    /// The next poll of what `cursor` marks. It starts a little before the cursor.
    fn of(core: &Core, cursor: Cursor) -> Self {
        let cursor = covered(core, cursor);
        let overlap = i64::try_from(core.config.intervals.overlap_ms).unwrap_or(i64::MAX);
        let overlap = SignedDuration::from_millis(overlap);
        Self {
            start: cursor.and_then(|at| at.checked_sub(overlap).ok()),
            cursor,
        }
    }

    /// The cursor after a walk came to `latest`: without news it stays, overlap or not. It never runs
    /// ahead of the hub's clock: once a vendor's clock that was fast is right again, changes are
    /// stamped earlier than those before.
    fn moved(&self, core: &Core, latest: Option<Timestamp>) -> Option<Timestamp> {
        let latest = latest.map(|latest| latest.min(core.now()));
        self.cursor.max(latest)
    }
}

/// Until when a poll by timestamp has read.
pub(crate) fn covered(core: &Core, cursor: Cursor) -> Option<Timestamp> {
    let engine = core.engine();
    engine.cursor(cursor).and_then(|at| at.parse().ok())
}

/// The timestamps a walk may follow.
pub(crate) fn plausible(core: &Core, at: Timestamp) -> bool {
    at.duration_since(core.now()) <= AHEAD
}
