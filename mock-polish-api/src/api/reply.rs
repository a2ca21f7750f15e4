//! Successful replies: JSON, and the version as an entity tag.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{CONTENT_TYPE, ETAG},
};
use mock_kit::{Call, Mock};
use serde::Serialize;

use super::{Failure, ask};
use crate::{
    command::Command,
    refusal::{ErrorCode, Refusal},
    shop::Reply,
    vendor::PolishVendor,
};

/// Carries out a command whose reply is one product, order, count or bulk result.
pub(super) fn carry_out(
    mock: &Mock<PolishVendor>,
    call: &Call,
    command: Command,
) -> Result<Response, Failure> {
    match ask(mock, call, command)? {
        Reply::Product(product) => Ok(versioned(StatusCode::OK, product.version, &product)),
        Reply::Order(order) => Ok(versioned(StatusCode::OK, order.version, &order)),
        Reply::Done { order, repeated } => Ok(versioned(created(repeated), order.version, &order)),
        Reply::Counted { count, repeated } => Ok(json(created(repeated), &count)),
        Reply::Bulk(bulk) => Ok(json(StatusCode::OK, &bulk)),
        Reply::Products(_) | Reply::Orders(_) | Reply::Holds(_) | Reply::Counts(_) => {
            Err(unexpected())
        }
    }
}

/// A JSON reply.
pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => {
            let mut response = Response::new(Body::from(bytes));
            *response.status_mut() = status;
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(CONTENT_TYPE, json);
            response
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The shop answered with something else than it was asked for.
pub(super) fn unexpected() -> Failure {
    Refusal::new(
        ErrorCode::InternalError,
        "the shop answered another question",
    )
    .into()
}

fn versioned(status: StatusCode, version: u64, body: &impl Serialize) -> Response {
    let mut response = json(status, body);
    if let Ok(tag) = HeaderValue::try_from(format!("\"{version}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

fn created(repeated: bool) -> StatusCode {
    if repeated {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    }
}
