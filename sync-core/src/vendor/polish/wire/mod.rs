//! The polish vendor's own shapes, and how each becomes a view.
//!
//! Parsing is strict where a lenient reading would move stock or lose an order. Fields that the
//! hub does not use are not listed and may come and go.

mod bulk;
mod count;
mod order;
mod product;
mod webhook;

use crate::quantity::Units;

pub(super) fn not_negative(field: &str, units: Units) -> Result<Units, String> {
    if units.is_negative() {
        return Err(format!("{field} is {units}"));
    }
    Ok(units)
}
