//! What became of each row of a bulk publish.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    sku::PolishSku,
    vendor::{error::PolishFault, polish::view::BulkRowResult, reading::Readable},
};

#[derive(Deserialize)]
pub(crate) struct BulkRow {
    sku: PolishSku,
    status: u16,
    #[serde(default)]
    version: Option<u64>,
    #[serde(default)]
    error: Option<Box<RawValue>>,
}

impl Readable for BulkRowResult {
    const WHAT: &'static str = "bulk result";
    type Wire = BulkRow;

    fn from_wire(wire: BulkRow, _at: Timestamp) -> Result<Self, String> {
        Ok(Self {
            sku: wire.sku,
            status: wire.status,
            version: wire.version,
            error: wire
                .error
                .map(|raw| PolishFault::read(raw.get().as_bytes())),
        })
    }
}
