//! Placing and reading orders.

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
    body::Body,
    paging::{PageParams, page, served},
    query::{Params, instant},
    reply::{carry_out, unexpected},
};
use crate::{
    command::{Command, NewOrder},
    id::OrderId,
    model::{Order, OrderStatus},
    refusal::{ErrorCode, Errors, Refusal},
    shop::Reply,
    vendor::PolishVendor,
};

/// Which orders.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// Only orders in this status.
    #[param(inline)]
    status: Option<OrderStatus>,
    /// Only orders that changed at this instant or later.
    #[param(format = DateTime)]
    updated_after: Option<String>,
    /// The page's number, from 1.
    #[param(minimum = 1, maximum = 1_000_000, default = 1)]
    page: Option<usize>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 250, default = 50)]
    per_page: Option<usize>,
}

/// A page of orders.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Orders {
    /// Ordered by `(updated_at, id)`.
    orders: Vec<Order>,
}

/// Places an order and holds its goods.
#[utoipa::path(
    post,
    path = "/orders",
    operation_id = "create_order",
    tag = "orders",
    request_body = NewOrder,
    responses(
        (
            status = 201,
            body = Order,
            description = "The order.",
            headers(("ETag" = String, description = "Its version, quoted."))
        ),
        (
            status = 200,
            body = Order,
            description = "The same order was placed under this external_id before.",
            headers(("ETag" = String, description = "Its version, quoted."))
        ),
        (
            status = 409,
            body = Errors,
            description = "Not so much can be sold, or the external_id belongs to another order."
        )
    )
)]
pub(super) async fn create_order(
    State(mock): State<Mock<PolishVendor>>,
    call: Call,
    Body(order): Body<NewOrder>,
) -> Result<Response, Failure> {
    carry_out(&mock, &call, Command::CreateOrder(order))
}

/// Orders, ordered by (updated_at, id): an order that changes moves to the end.
#[utoipa::path(
    get,
    path = "/orders",
    operation_id = "list_orders",
    tag = "orders",
    params(ListParams),
    responses((
        status = 200,
        body = Orders,
        description = "A page.",
        headers(
            ("Link" = String, description = "Links to the first, previous, next and last page."),
            ("X-Total-Count" = u64, description = "Orders in the whole listing now.")
        )
    ))
)]
pub(super) async fn list_orders(
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
    let command = Command::ListOrders {
        status: params.status,
        updated_after: instant("updated_after", params.updated_after.as_deref())?,
        page: served(asked, &call.struck),
    };
    let Reply::Orders(found) = ask(&mock, &call, command)? else {
        return Err(unexpected());
    };
    let body = Orders { orders: found.rows };
    Ok(page(
        &body,
        found.total,
        asked,
        &call.struck,
        &uri,
        &headers,
    ))
}

/// One order.
#[utoipa::path(
    get,
    path = "/orders/{id}",
    operation_id = "get_order",
    tag = "orders",
    params(("id" = String, Path, description = "The order's id.", example = "ORD-000001")),
    responses(
        (
            status = 200,
            body = Order,
            description = "The order.",
            headers(("ETag" = String, description = "Its version, quoted."))
        ),
        (status = 404, body = Errors, description = "There is no such order.")
    )
)]
pub(super) async fn get_order(
    State(mock): State<Mock<PolishVendor>>,
    call: Call,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    carry_out(&mock, &call, Command::GetOrder(order_id(&id)?))
}

/// The order that a path names; what is no order's id names no order.
pub(super) fn order_id(text: &str) -> Result<OrderId, Refusal> {
    text.parse().map_err(|_| {
        Refusal::new(
            ErrorCode::NotFound,
            format!("the shop has no order {text:?}"),
        )
    })
}
