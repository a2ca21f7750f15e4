//! Recounts on the shop's side.

use jiff::Timestamp;
use serde::Deserialize;

use super::not_negative;
use crate::{
    quantity::Units,
    sku::{CountId, PolishSku},
    vendor::{
        polish::view::CountView,
        reading::{Readable, short_text},
    },
};

#[derive(Deserialize)]
pub(crate) struct Count {
    id: CountId,
    reference: String,
    sku: PolishSku,
    counted: Units,
    previous_available: Units,
    delta: Units,
    counted_at: Timestamp,
}

impl Readable for CountView {
    const WHAT: &'static str = "count";
    type Wire = Count;

    fn from_wire(wire: Count, _at: Timestamp) -> Result<Self, String> {
        Ok(Self {
            id: wire.id,
            reference: short_text("reference", wire.reference)?,
            sku: wire.sku,
            counted: not_negative("counted", wire.counted)?,
            previous_available: wire.previous_available,
            delta: wire.delta,
            counted_at: wire.counted_at,
        })
    }
}
