//! Batches of stock changes.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use mock_kit::{Call, Mock, extract::Json, fault::BatchFailure};

use super::{ApiError, ask, problem::failed};
use crate::{
    command::{Command, Reply},
    model::{AdjustmentBatch, AdjustmentResults, Change, ChangeResult},
    vendor::Jerky,
    warehouse::refused_change,
};

/// Applies or refuses each change by itself, in order.
#[utoipa::path(
    post, path = "/v1/adjustments:batch", operation_id = "adjust_batch", tag = "adjustments",
    request_body = AdjustmentBatch,
    responses((status = 207, description = "One result for each change", body = AdjustmentResults))
)]
pub(super) async fn adjust_batch(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Json(batch): Json<AdjustmentBatch>,
) -> Result<Response, ApiError> {
    let results = match call.struck.batch(batch.changes.len()) {
        Some(failure) => apply_in_part(&mock, &call, &batch.changes, &failure)?,
        None => apply(&mock, &call, batch.changes)?,
    };
    let body = AdjustmentResults { results };
    Ok((StatusCode::MULTI_STATUS, Json(body)).into_response())
}

fn apply(
    mock: &Mock<Jerky>,
    call: &Call,
    changes: Vec<Change>,
) -> Result<Vec<ChangeResult>, ApiError> {
    match ask(mock, call, Command::AdjustBatch(changes))? {
        Reply::Adjusted(results) => Ok(results),
        _ => Err(ApiError::unexpected()),
    }
}

/// Applies what the fault spares; the rest is answered as failed and leaves no trace.
fn apply_in_part(
    mock: &Mock<Jerky>,
    call: &Call,
    changes: &[Change],
    failure: &BatchFailure,
) -> Result<Vec<ChangeResult>, ApiError> {
    let fails = |index: usize| failure.fails.get(index).copied().unwrap_or(false);
    let each = || changes.iter().enumerate();
    let spared: Vec<Change> = each()
        .filter(|(index, _)| !fails(*index))
        .map(|(_, change)| change.clone())
        .collect();
    let mut applied = match spared.is_empty() {
        true => Vec::new(),
        false => apply(mock, call, spared)?,
    }
    .into_iter();
    let result = |(index, change): (usize, &Change)| match fails(index) {
        true => Some(refused_change(change, failed(failure.status))),
        false => applied.next(),
    };
    Ok(each().filter_map(result).collect())
}
