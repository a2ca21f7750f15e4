//! The state of a mock as one JSON document: what the admin API gives and takes, and what
//! `--state` keeps. Faults, journal and rate limits are not in it: they belong to a run.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    idempotency::SavedReply, limit::Limiter, mock::Mock, vendor::Vendor, webhook::SavedWebhooks,
};

/// Why a document is not taken as a snapshot; one line each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Not JSON, or not what a snapshot holds.
    #[error("not a snapshot of the {vendor} mock: {detail}")]
    Unreadable {
        /// The vendor that was to read it.
        vendor: &'static str,
        /// What was wrong, with line and column.
        detail: String,
    },
    /// Another vendor's.
    #[error("this is a snapshot of the {found} mock, and this is the {vendor} mock")]
    OtherVendor {
        /// The vendor that was to read it.
        vendor: &'static str,
        /// Whose it is.
        found: String,
    },
    /// Another version's.
    #[error("this snapshot has version {found}, and this {vendor} mock reads version {expected}")]
    OtherVersion {
        /// The vendor that was to read it.
        vendor: &'static str,
        /// The version it reads.
        expected: u32,
        /// The version it has.
        found: u32,
    },
}

#[derive(Serialize)]
struct Written<'a, V> {
    vendor: &'static str,
    version: u32,
    taken_at: Timestamp,
    state: &'a V,
    idempotency: Vec<SavedReply>,
    webhooks: SavedWebhooks,
}

#[derive(Deserialize)]
struct Title {
    vendor: String,
    version: u32,
}

#[derive(Deserialize)]
struct Read<V> {
    state: V,
    idempotency: Vec<SavedReply>,
    webhooks: SavedWebhooks,
}

/// The snapshot of a mock.
///
/// # Errors
/// When the vendor's state cannot be written as JSON.
pub fn take<V: Vendor>(mock: &Mock<V>) -> Result<Vec<u8>, serde_json::Error> {
    mock.with(|state, now| {
        serde_json::to_vec(&Written {
            vendor: V::NAME,
            version: V::SNAPSHOT_VERSION,
            taken_at: now,
            state: &state.vendor,
            idempotency: state.idempotency.save(),
            webhooks: state.webhooks.save(),
        })
    })
}

/// Puts a snapshot in place of everything the mock knows.
///
/// # Errors
/// [`SnapshotError`]; the mock is then as it was.
pub fn restore<V: Vendor>(mock: &Mock<V>, document: &[u8]) -> Result<(), SnapshotError> {
    let unreadable = |error: serde_json::Error| SnapshotError::Unreadable {
        vendor: V::NAME,
        detail: error.to_string(),
    };
    // The title first: the state of another version need not even be readable.
    let title: Title = serde_json::from_slice(document).map_err(unreadable)?;
    check::<V>(title)?;
    let read: Read<V> = serde_json::from_slice(document).map_err(unreadable)?;
    mock.with(|state, _| {
        state.vendor = read.state;
        state.limiter = Limiter::default();
        state.idempotency.restore(read.idempotency);
        state.webhooks.restore(read.webhooks);
    });
    mock.wake();
    Ok(())
}

/// Makes the mock as it was when first started, its journal empty. Faults and clock stay.
pub fn reset<V: Vendor>(mock: &Mock<V>) {
    mock.with(|state, now| {
        state.vendor = state.vendor.restarted(now);
        state.limiter = Limiter::default();
        state.idempotency.restore(Vec::new());
        state.webhooks.clear();
        state.journal.clear();
    });
    mock.wake();
}

fn check<V: Vendor>(title: Title) -> Result<(), SnapshotError> {
    if title.vendor != V::NAME {
        return Err(SnapshotError::OtherVendor {
            vendor: V::NAME,
            found: title.vendor,
        });
    }
    if title.version != V::SNAPSHOT_VERSION {
        return Err(SnapshotError::OtherVersion {
            vendor: V::NAME,
            expected: V::SNAPSHOT_VERSION,
            found: title.version,
        });
    }
    Ok(())
}
