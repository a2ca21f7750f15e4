//! Items whose stock the other side owns.

use axum::extract::State;
use mock_kit::{
    Call, Mock,
    extract::{Json, Path},
};

use super::{ApiError, ask};
use crate::{
    command::{Command, Reply},
    ids::Sku,
    model::{Mirror, MirrorAvailability},
    vendor::Jerky,
};

/// Shows what the owner told last.
#[utoipa::path(
    get, path = "/v1/mirrors/{sku}", operation_id = "get_mirror", tag = "mirrors",
    params(("sku" = String, Path, description = "The item")),
    responses((status = 200, description = "The mirror", body = Mirror))
)]
pub(super) async fn get_mirror(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Path(sku): Path<Sku>,
) -> Result<Json<Box<Mirror>>, ApiError> {
    one(ask(&mock, &call, Command::GetMirror(sku))?)
}

/// Takes over the owner's availability, unless a newer one is known.
#[utoipa::path(
    put, path = "/v1/mirrors/{sku}/availability", operation_id = "set_mirror_availability",
    tag = "mirrors", params(("sku" = String, Path, description = "The item")),
    request_body = MirrorAvailability,
    responses((status = 200, description = "Taken over, or known already", body = Mirror))
)]
pub(super) async fn set_mirror_availability(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Path(sku): Path<Sku>,
    Json(told): Json<MirrorAvailability>,
) -> Result<Json<Box<Mirror>>, ApiError> {
    one(ask(&mock, &call, Command::SetMirror(sku, told))?)
}

fn one(reply: Reply) -> Result<Json<Box<Mirror>>, ApiError> {
    match reply {
        Reply::Mirror(mirror) => Ok(Json(mirror)),
        _ => Err(ApiError::unexpected()),
    }
}
