//! Replacing one's own key.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use mock_kit::{Call, Mock};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Failure,
    body::{Empty, NoBody},
    reply::{json, unexpected},
};
use crate::vendor::PolishVendor;

/// A fresh key.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RotatedKey {
    /// The key's public name.
    #[schema(value_type = String)]
    id: Arc<str>,
    /// What to send in `X-Api-Key`; it is shown this once.
    api_key: String,
    /// The public names of all live keys of this principal, the oldest first.
    #[schema(value_type = Vec<String>, max_items = 2)]
    live_keys: Vec<Arc<str>>,
}

/// Issues a further key to the caller. Two can be live: the key in hand stays so, and of the others
/// the oldest goes.
#[utoipa::path(
    post,
    path = "/keys/rotate",
    operation_id = "rotate_key",
    tag = "keys",
    request_body = Empty,
    responses((status = 201, body = RotatedKey, description = "The fresh key."))
)]
pub(super) async fn rotate_key(
    State(mock): State<Mock<PolishVendor>>,
    call: Call,
    _: NoBody,
) -> Result<Response, Failure> {
    let issued = mock.with(|state, _| state.vendor.rotate_key(&call.principal));
    let issued = issued.ok_or_else(unexpected)?;
    let key = RotatedKey {
        id: issued.id,
        api_key: issued.key,
        live_keys: issued.live,
    };
    Ok(json(StatusCode::CREATED, &key))
}
