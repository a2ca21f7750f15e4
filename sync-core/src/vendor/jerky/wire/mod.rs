//! The jerky vendor's own shapes, and how each becomes a view.
//!
//! Parsing is strict where a lenient reading would move stock: units, signs, sums, dates. Fields
//! that the hub does not use are not listed and may come and go.

mod batch;
mod endpoint;
mod event;
mod item;
mod reservation;
mod stock;

use crate::{decimal, quantity::Quantity, unit::Unit};

pub(super) fn amount(field: &str, text: &str, unit: Unit) -> Result<Quantity, String> {
    decimal::amount(text, unit).map_err(|error| format!("{field}: {error}"))
}

pub(super) fn sum(parts: impl IntoIterator<Item = Quantity>) -> Result<Quantity, String> {
    parts
        .into_iter()
        .try_fold(Quantity::ZERO, Quantity::checked_add)
        .ok_or_else(|| "the quantities add up to more than fits".to_owned())
}
