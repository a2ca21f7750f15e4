//! Reservations.

#![expect(
    unused_qualifications,
    reason = "utoipa's macro spells out the extractor it documents"
)]

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header::LOCATION};
use mock_kit::{
    Call, Mock,
    extract::{Json, Path, Query},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{ApiError, ask, conditional::IfNoneMatch, cursor::Pager};
use crate::{
    command::{Command, Reply},
    ids::{Reference, ReservationId},
    model::{
        CommitRequest, ExtendRequest, NewReservation, ReleaseRequest, Reservation, ReservationPage,
        ReservationState,
    },
    quantity::Quantity,
    vendor::Jerky,
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// The most rows wanted.
    #[param(minimum = 1, maximum = 200, default = 100)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only those of this transaction of the caller.
    #[param(value_type = Option<String>)]
    reference: Option<Reference>,
    /// Only those in this state.
    #[param(inline)]
    state: Option<ReservationState>,
}

/// Reserves all lines or none.
#[utoipa::path(
    post, path = "/v1/reservations", operation_id = "create_reservation", tag = "reservations",
    request_body = NewReservation,
    responses((status = 201, description = "Reserved", body = Reservation,
        headers(("Location" = String, description = "Where to find it"))))
)]
pub(super) async fn create_reservation(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Json(new): Json<NewReservation>,
) -> Result<Response, ApiError> {
    let held = one(ask(&mock, &call, Command::CreateReservation(new))?)?;
    let place = [(LOCATION, format!("/v1/reservations/{}", held.id))];
    Ok((StatusCode::CREATED, place, Json(held)).into_response())
}

/// Lists reservations, oldest first.
#[utoipa::path(
    get, path = "/v1/reservations", operation_id = "list_reservations", tag = "reservations",
    params(Which),
    responses((status = 200, description = "A page of reservations", body = ReservationPage))
)]
pub(super) async fn list_reservations(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Query(which): Query<Which>,
) -> Result<Json<ReservationPage>, ApiError> {
    let filter = format!("{:?} {:?}", which.reference, which.state);
    let pager = Pager::begin(&mock, &call, which.limit, which.cursor.as_deref(), filter)?;
    let rows = |after: Option<ReservationId>| {
        let list = Command::ListReservations {
            after,
            limit: pager.limit,
            reference: which.reference.clone(),
            state: which.state,
        };
        match ask(&mock, &call, list)? {
            Reply::Reservations(data, more) => Ok((data, more)),
            _ => Err(ApiError::unexpected()),
        }
    };
    let (data, more) = rows(pager.after.as_deref().map(ReservationId::from))?;
    let name = |held: &Reservation| held.id.to_string();
    let next_cursor = pager.next(data.last().map(name), more, |last| {
        let (beyond, _) = rows(Some(last.into())).ok()?;
        beyond.last().map(name)
    });
    Ok(Json(ReservationPage { data, next_cursor }))
}

/// Shows one reservation.
#[utoipa::path(
    get, path = "/v1/reservations/{id}", operation_id = "get_reservation", tag = "reservations",
    params(("id" = String, Path, description = "The reservation")),
    responses((status = 200, description = "The reservation", body = Reservation))
)]
pub(super) async fn get_reservation(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Path(id): Path<ReservationId>,
    known: IfNoneMatch,
) -> Result<Response, ApiError> {
    let held = one(ask(&mock, &call, Command::GetReservation(id))?)?;
    Ok(known.reply(&tag(&held), held))
}

/// Commits part or all of what is still promised. The goods leave at the carrier's pick-up.
#[utoipa::path(
    post, path = "/v1/reservations/{id}/commit", operation_id = "commit_reservation",
    tag = "reservations", params(("id" = String, Path, description = "The reservation")),
    request_body = CommitRequest,
    responses((status = 200, description = "Committed", body = Reservation))
)]
pub(super) async fn commit_reservation(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Path(id): Path<ReservationId>,
    Json(request): Json<CommitRequest>,
) -> Result<Json<Box<Reservation>>, ApiError> {
    one(ask(&mock, &call, Command::CommitReservation(id, request))?).map(Json)
}

/// Gives back part or all of what is still promised.
#[utoipa::path(
    post, path = "/v1/reservations/{id}/release", operation_id = "release_reservation",
    tag = "reservations", params(("id" = String, Path, description = "The reservation")),
    request_body = ReleaseRequest,
    responses((status = 200, description = "Given back", body = Reservation))
)]
pub(super) async fn release_reservation(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Path(id): Path<ReservationId>,
    Json(request): Json<ReleaseRequest>,
) -> Result<Json<Box<Reservation>>, ApiError> {
    one(ask(&mock, &call, Command::ReleaseReservation(id, request))?).map(Json)
}

/// Lets a reservation live longer.
#[utoipa::path(
    post, path = "/v1/reservations/{id}/extend", operation_id = "extend_reservation",
    tag = "reservations", params(("id" = String, Path, description = "The reservation")),
    request_body = ExtendRequest,
    responses((status = 200, description = "Extended", body = Reservation))
)]
pub(super) async fn extend_reservation(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Path(id): Path<ReservationId>,
    Json(request): Json<ExtendRequest>,
) -> Result<Json<Box<Reservation>>, ApiError> {
    one(ask(&mock, &call, Command::ExtendReservation(id, request))?).map(Json)
}

fn one(reply: Reply) -> Result<Box<Reservation>, ApiError> {
    match reply {
        Reply::Reservation(held) => Ok(held),
        _ => Err(ApiError::unexpected()),
    }
}

/// Every operation on a reservation moves one of these.
fn tag(held: &Reservation) -> String {
    let released: Quantity = held.lines.iter().map(|line| line.released.quantity()).sum();
    let until = held.expires_at.as_millisecond();
    format!("{}-{}-{until}", held.commits.len(), released.0)
}
