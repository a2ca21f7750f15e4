//! The steps of an order's life: confirm, reject, cancel, ship, return.

use axum::{extract::State, response::Response};
use mock_kit::{Call, Mock, extract::Path};

use super::{
    Failure,
    body::{Body, Empty, NoBody},
    if_match::{IfMatch, IfMatchParams},
    orders::order_id,
    reply::carry_out,
};
use crate::{
    command::{CancelRequest, Command, Rejection, ReturnRequest, ShipRequest},
    model::Order,
    refusal::Errors,
    vendor::PolishVendor,
};

/// Accepts a pending order, which ends its hold, or marks one that confirmed itself as ready.
#[utoipa::path(
    post,
    path = "/orders/{id}/confirm",
    operation_id = "confirm_order",
    tag = "orders",
    params(
        ("id" = String, Path, description = "The order's id.", example = "ORD-000001"),
        IfMatchParams
    ),
    request_body = Empty,
    responses(
        (
            status = 200,
            body = Order,
            description = "The order, ready to ship.",
            headers(("ETag" = String, description = "Its version, quoted."))
        ),
        (status = 404, body = Errors, description = "There is no such order."),
        (status = 409, body = Errors, description = "The order is in no state for this."),
        (status = 412, body = Errors, description = "The order is at another version.")
    )
)]
pub(super) async fn confirm_order(
    State(mock): State<Mock<PolishVendor>>,
    call: Call,
    Path(id): Path<String>,
    IfMatch(if_match): IfMatch,
    _: NoBody,
) -> Result<Response, Failure> {
    let id = order_id(&id)?;
    carry_out(&mock, &call, Command::ConfirmOrder { id, if_match })
}

/// Refuses a pending order and lets its goods go.
#[utoipa::path(
    post,
    path = "/orders/{id}/reject",
    operation_id = "reject_order",
    tag = "orders",
    params(
        ("id" = String, Path, description = "The order's id.", example = "ORD-000001"),
        IfMatchParams
    ),
    request_body = Rejection,
    responses(
        (
            status = 200,
            body = Order,
            description = "The rejected order.",
            headers(("ETag" = String, description = "Its version, quoted."))
        ),
        (status = 404, body = Errors, description = "There is no such order."),
        (status = 409, body = Errors, description = "The order is not pending."),
        (status = 412, body = Errors, description = "The order is at another version.")
    )
)]
pub(super) async fn reject_order(
    State(mock): State<Mock<PolishVendor>>,
    call: Call,
    Path(id): Path<String>,
    IfMatch(if_match): IfMatch,
    Body(body): Body<Rejection>,
) -> Result<Response, Failure> {
    let id = order_id(&id)?;
    carry_out(&mock, &call, Command::RejectOrder { id, if_match, body })
}

/// Cancels the unfulfilled remainder of an order, or part of it.
#[utoipa::path(
    post,
    path = "/orders/{id}/cancel",
    operation_id = "cancel_order",
    tag = "orders",
    params(
        ("id" = String, Path, description = "The order's id.", example = "ORD-000001"),
        IfMatchParams
    ),
    request_body = CancelRequest,
    responses(
        (
            status = 200,
            body = Order,
            description = "The order without what was cancelled.",
            headers(("ETag" = String, description = "Its version, quoted."))
        ),
        (status = 404, body = Errors, description = "There is no such order."),
        (status = 409, body = Errors, description = "The order is in no state for this, or less is open."),
        (status = 412, body = Errors, description = "The order is at another version.")
    )
)]
pub(super) async fn cancel_order(
    State(mock): State<Mock<PolishVendor>>,
    call: Call,
    Path(id): Path<String>,
    IfMatch(if_match): IfMatch,
    Body(body): Body<CancelRequest>,
) -> Result<Response, Failure> {
    let id = order_id(&id)?;
    carry_out(&mock, &call, Command::CancelOrder { id, if_match, body })
}

/// Ships the open lines of an order, or part of them.
#[utoipa::path(
    post,
    path = "/orders/{id}/ship",
    operation_id = "ship_order",
    tag = "orders",
    params(
        ("id" = String, Path, description = "The order's id.", example = "ORD-000001"),
        IfMatchParams
    ),
    request_body = ShipRequest,
    responses(
        (
            status = 201,
            body = Order,
            description = "The order with its new shipment.",
            headers(("ETag" = String, description = "Its version, quoted."))
        ),
        (
            status = 200,
            body = Order,
            description = "The same was shipped under this reference before.",
            headers(("ETag" = String, description = "Its version, quoted."))
        ),
        (status = 404, body = Errors, description = "There is no such order."),
        (status = 409, body = Errors, description = "The order is not ready, less is open or on hand, or the reference belongs to another shipment."),
        (status = 412, body = Errors, description = "The order is at another version.")
    )
)]
pub(super) async fn ship_order(
    State(mock): State<Mock<PolishVendor>>,
    call: Call,
    Path(id): Path<String>,
    IfMatch(if_match): IfMatch,
    Body(body): Body<ShipRequest>,
) -> Result<Response, Failure> {
    let id = order_id(&id)?;
    carry_out(&mock, &call, Command::ShipOrder { id, if_match, body })
}

/// Takes shipped goods back.
#[utoipa::path(
    post,
    path = "/orders/{id}/return",
    operation_id = "return_order",
    tag = "orders",
    params(
        ("id" = String, Path, description = "The order's id.", example = "ORD-000001"),
        IfMatchParams
    ),
    request_body = ReturnRequest,
    responses(
        (
            status = 201,
            body = Order,
            description = "The order with its new return.",
            headers(("ETag" = String, description = "Its version, quoted."))
        ),
        (
            status = 200,
            body = Order,
            description = "The same came back under this reference before.",
            headers(("ETag" = String, description = "Its version, quoted."))
        ),
        (status = 404, body = Errors, description = "There is no such order."),
        (status = 409, body = Errors, description = "Less is with the customer, or the reference belongs to another return."),
        (status = 412, body = Errors, description = "The order is at another version.")
    )
)]
pub(super) async fn return_order(
    State(mock): State<Mock<PolishVendor>>,
    call: Call,
    Path(id): Path<String>,
    IfMatch(if_match): IfMatch,
    Body(body): Body<ReturnRequest>,
) -> Result<Response, Failure> {
    let id = order_id(&id)?;
    carry_out(&mock, &call, Command::ReturnOrder { id, if_match, body })
}
