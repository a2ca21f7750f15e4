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
    let said = format!("{number} is not a whole number from {LOW} to {HIGH}");
    Err(D::Error::custom(said))
}
