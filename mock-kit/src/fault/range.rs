//! Parameters that are numbers within bounds: what is out of bounds is refused, by its field's name.

use serde::{Deserialize, Deserializer, de::Error};

/// Reads a number from `LOW` to `HIGH`.
pub(super) fn within<'de, const LOW: u64, const HIGH: u64, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<u64, D::Error> {
    let number = u64::deserialize(deserializer)?;
    if (LOW..=HIGH).contains(&number) {
        return Ok(number);
    }
    let said = format!("{number} is not from {LOW} to {HIGH}");
    Err(D::Error::custom(said))
}

/// Reads a number that is off by something, up to `MOST` either way.
pub(super) fn off_by<'de, const MOST: i64, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<i64, D::Error> {
    let number = i64::deserialize(deserializer)?;
    if number != 0 && number.unsigned_abs() <= MOST.unsigned_abs() {
        return Ok(number);
    }
    let said = format!("{number} is not from -{MOST} to -1 or from 1 to {MOST}");
    Err(D::Error::custom(said))
}

/// Reads a status from `LOW` to `HIGH`.
pub(super) fn status_within<'de, const LOW: u64, const HIGH: u64, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<u16, D::Error> {
    let status = within::<LOW, HIGH, D>(deserializer)?;
    u16::try_from(status).map_err(D::Error::custom)
}
