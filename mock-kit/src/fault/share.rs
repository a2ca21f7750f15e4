//! Parameters that are shares: from 0 to 1, and refused otherwise by their field's name.

use serde::{Deserialize, Deserializer, de::Error};

/// Reads a share.
pub(super) fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let share = f64::deserialize(deserializer)?;
    if (0.0..=1.0).contains(&share) {
        return Ok(share);
    }
    Err(D::Error::custom(format!("{share} is not between 0 and 1")))
}

/// The share in thousandths.
pub(super) fn permille(share: f64) -> u64 {
    (share.clamp(0.0, 1.0) * 1000.0) as u64
}
