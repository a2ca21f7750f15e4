//! Reading holds.

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
    paging::{PageParams, page, served},
    query::Params,
    reply::unexpected,
};
use crate::{command::Command, id::Sku, model::Hold, shop::Reply, vendor::PolishVendor};

/// Which holds.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// Only holds of this product.
    sku: Option<String>,
    /// The page's number, from 1.
    #[param(minimum = 1, maximum = 1_000_000, default = 1)]
    page: Option<usize>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 250, default = 50)]
    per_page: Option<usize>,
}

/// A page of holds.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Holds {
    /// Oldest order first.
    holds: Vec<Hold>,
}

/// What pending orders keep from other shoppers.
#[utoipa::path(
    get,
    path = "/holds",
    operation_id = "list_holds",
    tag = "stock",
    params(ListParams),
    responses((
        status = 200,
        body = Holds,
        description = "A page.",
        headers(
            ("Link" = String, description = "Links to the first, previous, next and last page."),
            ("X-Total-Count" = u64, description = "Holds in the whole listing now.")
        )
    ))
)]
pub(super) async fn list_holds(
    State(mock): State<Mock<PolishVendor>>,
    call: Call,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Params(params): Params<ListParams>,
) -> Result<Response, Failure> {
    let asked = PageParams {
        page: params.page,
        per_page: params.per_page,
    }
    .read()?;
    let command = Command::ListHolds {
        sku: params.sku.map(Sku::from),
        page: served(asked, &call.struck),
    };
    let Reply::Holds(found) = ask(&mock, &call, command)? else {
        return Err(unexpected());
    };
    Ok(page(
        &Holds { holds: found.rows },
        found.total,
        asked,
        &call.struck,
        &uri,
        &headers,
    ))
}
