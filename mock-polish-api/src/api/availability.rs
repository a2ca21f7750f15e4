//! Publishing availability, singly and in bulk.

use axum::{extract::State, response::Response};
use http::StatusCode;
use mock_kit::{Call, Mock, extract::Path, fault::BatchFailure};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    Failure, ask,
    body::Body,
    if_match::{IfMatch, IfMatchParams},
    reply::{carry_out, json, unexpected},
};
use crate::{
    command::{AvailabilityRow, Command},
    id::Sku,
    model::{BulkOutcome, BulkResult, Product},
    refusal::{Complaint, ErrorCode, Errors},
    shop::Reply,
    vendor::PolishVendor,
};

/// A number to publish.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAvailability {
    /// The number.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    available: i64,
}

/// Numbers to publish.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BulkAvailability {
    /// Each is carried out by itself, in this order.
    #[schema(min_items = 1, max_items = 250)]
    rows: Vec<AvailabilityRow>,
}

/// Publishes the availability of a resale product or a kit.
#[utoipa::path(
    put,
    path = "/products/{sku}/availability",
    operation_id = "put_availability",
    tag = "products",
    params(
        ("sku" = String, Path, description = "The product's key.", example = "RES-JRK-00001"),
        IfMatchParams
    ),
    request_body = NewAvailability,
    responses(
        (
            status = 200,
            body = Product,
            description = "The product with its new number.",
            headers(("ETag" = String, description = "Its version, quoted."))
        ),
        (status = 404, body = Errors, description = "There is no such product."),
        (status = 412, body = Errors, description = "The product is at another version.")
    )
)]
pub(super) async fn put_availability(
    State(mock): State<Mock<PolishVendor>>,
    call: Call,
    Path(sku): Path<String>,
    IfMatch(if_match): IfMatch,
    Body(body): Body<NewAvailability>,
) -> Result<Response, Failure> {
    let (sku, available) = (Sku::from(sku), body.available);
    carry_out(
        &mock,
        &call,
        Command::PutAvailability {
            sku,
            available,
            if_match,
        },
    )
}

/// Publishes many numbers; each row succeeds or fails by itself.
#[utoipa::path(
    post,
    path = "/availability/bulk",
    operation_id = "bulk_availability",
    tag = "products",
    request_body = BulkAvailability,
    responses((status = 200, body = BulkOutcome, description = "A result for each row."))
)]
pub(super) async fn bulk_availability(
    State(mock): State<Mock<PolishVendor>>,
    call: Call,
    Body(body): Body<BulkAvailability>,
) -> Result<Response, Failure> {
    match call.struck.batch(body.rows.len()) {
        Some(failure) if body.rows.len() <= 250 => partly(&mock, &call, body.rows, &failure),
        _ => carry_out(&mock, &call, Command::BulkAvailability(body.rows)),
    }
}

/// Carries out the rows that the fault spares; the others fail, unapplied.
fn partly(
    mock: &Mock<PolishVendor>,
    call: &Call,
    rows: Vec<AvailabilityRow>,
    failure: &BatchFailure,
) -> Result<Response, Failure> {
    let fails = |index: usize| failure.fails.get(index).copied().unwrap_or(false);
    let skus: Vec<Sku> = rows.iter().map(|row| row.sku.clone()).collect();
    let spared = rows
        .into_iter()
        .enumerate()
        .filter(|(index, _)| !fails(*index));
    let spared: Vec<AvailabilityRow> = spared.map(|(_, row)| row).collect();
    let mut applied = apply(mock, call, spared)?.into_iter();
    let mut results = Vec::with_capacity(skus.len());
    for (index, sku) in skus.into_iter().enumerate() {
        results.push(match fails(index) {
            true => failed(sku, failure.status),
            false => applied.next().ok_or_else(unexpected)?,
        });
    }
    Ok(json(StatusCode::OK, &BulkOutcome { results }))
}

fn apply(
    mock: &Mock<PolishVendor>,
    call: &Call,
    rows: Vec<AvailabilityRow>,
) -> Result<Vec<BulkResult>, Failure> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    match ask(mock, call, Command::BulkAvailability(rows))? {
        Reply::Bulk(outcome) => Ok(outcome.results),
        _ => Err(unexpected()),
    }
}

fn failed(sku: Sku, status: StatusCode) -> BulkResult {
    let code = match status {
        StatusCode::TOO_MANY_REQUESTS => ErrorCode::RateLimited,
        StatusCode::SERVICE_UNAVAILABLE => ErrorCode::Unavailable,
        _ => ErrorCode::InternalError,
    };
    BulkResult {
        sku,
        status: status.as_u16(),
        version: None,
        error: Some(Complaint::new(
            code,
            "this row was not applied; send it again",
        )),
    }
}
