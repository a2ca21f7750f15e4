//! What became of each change of a batch.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::stock::StockLevel;
use crate::vendor::{
    error::Problem,
    jerky::view::{BatchResultView, StockLevelView},
    reading::Readable,
};

#[derive(Deserialize)]
pub(crate) struct BatchResult {
    change_id: String,
    status: u16,
    #[serde(default)]
    replayed: bool,
    #[serde(default)]
    sequence: Option<u64>,
    #[serde(default)]
    stock: Option<StockLevel>,
    #[serde(default)]
    problem: Option<Box<RawValue>>,
}

impl Readable for BatchResultView {
    const WHAT: &'static str = "batch result";
    type Wire = BatchResult;

    fn from_wire(wire: BatchResult, at: Timestamp) -> Result<Self, String> {
        Ok(Self {
            change_id: wire.change_id,
            status: wire.status,
            replayed: wire.replayed,
            sequence: wire.sequence,
            stock: wire
                .stock
                .map(|level| StockLevelView::from_wire(level, at))
                .transpose()?,
            problem: wire
                .problem
                .map(|raw| Problem::read(wire.status, raw.get().as_bytes())),
        })
    }
}
