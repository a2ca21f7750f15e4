//! What the hub writes to the polish API.

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    client::{PolishClient, matching, post, read_one},
    view::{BulkRowResult, OrderView, ProductView},
};
use crate::{
    outbox::LineReason,
    quantity::Units,
    sku::{LineId, OrderId, PolishSku},
    vendor::{
        error::VendorError,
        http::{Call, Garble, Reply, escaped},
        reading::{Row, as_text, read_rows},
    },
};

/// The most rows of one bulk publish.
pub const MOST_BULK_ROWS: usize = 250;

/// One row of a bulk publish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BulkRow {
    /// The product.
    pub sku: PolishSku,
    /// The number to show.
    pub available: Units,
    /// The version last seen; without one the row is overwritten whatever it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

impl PolishClient {
    /// Publishes one number, if the product still has the version last seen.
    ///
    /// # Errors
    /// As the vendor answers; status 412 `version_mismatch`, 422 `not_mirrored`.
    pub async fn publish(
        &self,
        sku: &PolishSku,
        available: Units,
        if_match: Option<u64>,
    ) -> Result<ProductView, VendorError> {
        let path = format!("/products/{}/availability", escaped(sku.as_str()));
        let call =
            Call::new("put_availability", Method::PUT, path).json(&Availability { available });
        self.call(matching(call, if_match), read_one).await
    }

    /// Publishes at most 250 numbers, each by itself.
    ///
    /// # Errors
    /// As the vendor answers to the whole; what became of each row is in the rows.
    pub async fn publish_bulk(
        &self,
        rows: &[BulkRow],
    ) -> Result<Vec<Row<BulkRowResult>>, VendorError> {
        let call = post("bulk_availability", "/availability/bulk".to_owned()).json(&Bulk { rows });
        self.call(call, read_results).await
    }

    /// Confirms a pending order, or marks an auto-confirmed one ready.
    ///
    /// # Errors
    /// As the vendor answers; status 409 `invalid_state`.
    pub async fn confirm(&self, id: &OrderId) -> Result<OrderView, VendorError> {
        let call = post("confirm_order", action(id, "confirm")).json(&Nothing {});
        self.call(call, read_one).await
    }

    /// Rejects a pending order.
    ///
    /// # Errors
    /// As the vendor answers; status 409 `invalid_state`.
    pub async fn reject(
        &self,
        id: &OrderId,
        reason: &str,
        lines: &[LineReason],
    ) -> Result<OrderView, VendorError> {
        let lines = lines.iter().map(LineReasonWire::new).collect();
        let call = post("reject_order", action(id, "reject")).json(&Rejection { reason, lines });
        self.call(call, read_one).await
    }

    /// Cancels all of an order that is unfulfilled.
    ///
    /// # Errors
    /// As the vendor answers; status 409 `invalid_state`.
    pub async fn cancel(&self, id: &OrderId, reason: &str) -> Result<OrderView, VendorError> {
        let call = post("cancel_order", action(id, "cancel")).json(&Cancellation { reason });
        self.call(call, read_one).await
    }
}

#[derive(Serialize)]
struct Availability {
    available: Units,
}

#[derive(Serialize)]
struct Bulk<'a> {
    rows: &'a [BulkRow],
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
struct Rejection<'a> {
    reason: &'a str,
    lines: Vec<LineReasonWire<'a>>,
}

#[derive(Serialize)]
struct LineReasonWire<'a> {
    line_id: &'a LineId,
    reason: &'a str,
}

#[derive(Serialize)]
struct Cancellation<'a> {
    reason: &'a str,
}

#[derive(Deserialize)]
struct Results<'a> {
    #[serde(borrow)]
    results: Vec<&'a RawValue>,
}

impl<'a> LineReasonWire<'a> {
    fn new(line: &'a LineReason) -> Self {
        Self {
            line_id: &line.line,
            reason: &line.reason,
        }
    }
}

fn read_results(reply: &Reply) -> Result<Vec<Row<BulkRowResult>>, Garble> {
    let text = as_text(&reply.body);
    let wire: Results<'_> = serde_json::from_str(&text)?;
    Ok(read_rows(&wire.results, reply.at))
}

fn action(id: &OrderId, verb: &str) -> String {
    format!("/orders/{}/{verb}", escaped(id.as_str()))
}
