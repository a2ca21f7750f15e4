//! Recording and reading counts.

use axum::{
    extract::{OriginalUri, State},
    response::Response,
};
use http::HeaderMap;
use mock_kit::{Call, Mock};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Failure, ask,
    body::Body,
    paging::{link, listed, per_page},
    query::{Params, invalid},
    reply::{carry_out, unexpected},
};
use crate::{
    command::{Command, NewCount},
    id::CountId,
    model::Count,
    refusal::Errors,
    shop::Reply,
    vendor::PolishVendor,
};

/// Which counts.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// The id of the last count that the caller knows.
    #[param(pattern = "^CNT-[0-9]{6}$", example = "CNT-000123")]
    after: Option<String>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 250, default = 50)]
    per_page: Option<usize>,
}

/// A page of counts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Counts {
    /// Oldest first.
    counts: Vec<Count>,
}

/// Records a physical count. It is the owner's word on own stock; of other products it changes the
/// shop's number and tells whoever listens.
#[utoipa::path(
    post,
    path = "/counts",
    operation_id = "create_count",
    tag = "stock",
    request_body = NewCount,
    responses(
        (status = 201, body = Count, description = "The count."),
        (status = 200, body = Count, description = "The same was recorded under this reference."),
        (status = 404, body = Errors, description = "There is no such product."),
        (status = 409, body = Errors, description = "The reference belongs to another count.")
    )
)]
pub(super) async fn create_count(
    State(mock): State<Mock<PolishVendor>>,
    call: Call,
    Body(count): Body<NewCount>,
) -> Result<Response, Failure> {
    carry_out(&mock, &call, Command::CreateCount(count))
}

/// Counts after the last one known, oldest first. Nothing is skipped: counts never change.
#[utoipa::path(
    get,
    path = "/counts",
    operation_id = "list_counts",
    tag = "stock",
    params(ListParams),
    responses((
        status = 200,
        body = Counts,
        description = "A page.",
        headers(
            ("Link" = String, description = "A link to the next page, when there is one."),
            ("X-Total-Count" = u64, description = "Counts after the last one known.")
        )
    ))
)]
pub(super) async fn list_counts(
    State(mock): State<Mock<PolishVendor>>,
    call: Call,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Params(params): Params<ListParams>,
) -> Result<Response, Failure> {
    let limit = per_page(params.per_page)?;
    let after: Option<CountId> = params
        .after
        .map(|after| after.parse())
        .transpose()
        .map_err(|_| invalid("after", "is no count's id, such as CNT-000123"))?;
    let Reply::Counts(found) = ask(&mock, &call, Command::ListCounts { after, limit })? else {
        return Err(unexpected());
    };
    let last = found.rows.last().filter(|_| found.total > found.rows.len());
    let next = match found.rows.is_empty() {
        // The query as it was leads to the same page again.
        false if call.struck.page_looping() => {
            Some(link(&uri, &headers, &[] as &[(&str, &str)], "next"))
        }
        _ => last.map(|last| link(&uri, &headers, &[("after", last.id)], "next")),
    };
    let links: Vec<String> = next.into_iter().collect();
    Ok(listed(&Counts { counts: found.rows }, found.total, &links))
}
