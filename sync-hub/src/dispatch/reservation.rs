//! Reservations: made, committed, released, extended, read.

use sync_core::{
    outbox::{Reply, ReservationPart, ReserveLine},
    sku::{OrderId, ReservationId, ShipmentRef},
    vendor::{
        error::VendorError,
        jerky::{JerkyClient, view::ReservationView},
    },
};

use super::outcome::Answer;

pub(super) async fn reserve(
    jerky: &JerkyClient,
    order: &OrderId,
    ttl_seconds: i64,
    lines: &[ReserveLine],
    key: &str,
) -> Answer {
    reservation(jerky.reserve(order, ttl_seconds, lines, key).await)
}

pub(super) async fn commit(
    jerky: &JerkyClient,
    id: &ReservationId,
    shipment: &ShipmentRef,
    lines: &[ReservationPart],
    key: &str,
) -> Answer {
    reservation(jerky.commit(id, shipment, lines, key).await)
}

pub(super) async fn release(
    jerky: &JerkyClient,
    id: &ReservationId,
    lines: Option<&[ReservationPart]>,
    key: &str,
) -> Answer {
    reservation(jerky.release(id, lines, key).await)
}

pub(super) async fn extend(
    jerky: &JerkyClient,
    id: &ReservationId,
    ttl_seconds: i64,
    key: &str,
) -> Answer {
    reservation(jerky.extend(id, ttl_seconds, key).await)
}

/// What became of a reservation that may have been made: its id was in the reply that was lost.
pub(super) async fn find(jerky: &JerkyClient, order: &OrderId) -> Answer {
    jerky.reservations_for(order).await.map(Reply::Reservations)
}

pub(super) async fn read(jerky: &JerkyClient, id: &ReservationId) -> Answer {
    reservation(jerky.reservation(id).await)
}

fn reservation(answered: Result<ReservationView, VendorError>) -> Answer {
    answered.map(|view| Reply::Reservation(Box::new(view)))
}
