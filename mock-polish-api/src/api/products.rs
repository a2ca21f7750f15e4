//! Reading products.

use axum::{
    extract::{OriginalUri, State},
    response::Response,
};
use http::HeaderMap;
use mock_kit::{Call, Mock, extract::Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Failure, ask,
    paging::{PageParams, page, served},
    query::{Params, instant},
    reply::{carry_out, unexpected},
};
use crate::{
    command::Command, id::Sku, model::Product, refusal::Errors, shop::Reply, vendor::PolishVendor,
};

/// Which products.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// Only rows that changed at this instant or later.
    #[param(format = DateTime)]
    updated_after: Option<String>,
    /// The page's number, from 1.
    #[param(minimum = 1, maximum = 1_000_000, default = 1)]
    page: Option<usize>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 250, default = 50)]
    per_page: Option<usize>,
}

/// A page of products.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Products {
    /// Ordered by `(updated_at, id)`.
    products: Vec<Product>,
}

/// Products, ordered by (updated_at, id): a row that changes moves to the end.
#[utoipa::path(
    get,
    path = "/products",
    operation_id = "list_products",
    tag = "products",
    params(ListParams),
    responses((
        status = 200,
        body = Products,
        description = "A page.",
        headers(
            ("Link" = String, description = "Links to the first, previous, next and last page."),
            ("X-Total-Count" = u64, description = "Rows in the whole listing now.")
        )
    ))
)]
pub(super) async fn list_products(
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
    let command = Command::ListProducts {
        updated_after: instant("updated_after", params.updated_after.as_deref())?,
        page: served(asked, &call.struck),
    };
    let Reply::Products(found) = ask(&mock, &call, command)? else {
        return Err(unexpected());
    };
    let body = Products {
        products: found.rows,
    };
    Ok(page(
        &body,
        found.total,
        asked,
        &call.struck,
        &uri,
        &headers,
    ))
}

/// One product.
#[utoipa::path(
    get,
    path = "/products/{sku}",
    operation_id = "get_product",
    tag = "products",
    params(("sku" = String, Path, description = "The product's key.", example = "OWN-POL-00001")),
    responses(
        (
            status = 200,
            body = Product,
            description = "The product.",
            headers(("ETag" = String, description = "Its version, quoted."))
        ),
        (status = 404, body = Errors, description = "There is no such product.")
    )
)]
pub(super) async fn get_product(
    State(mock): State<Mock<PolishVendor>>,
    call: Call,
    Path(sku): Path<String>,
) -> Result<Response, Failure> {
    carry_out(&mock, &call, Command::GetProduct(Sku::from(sku)))
}
