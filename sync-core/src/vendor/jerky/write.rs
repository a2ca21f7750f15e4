//! What the hub writes to the jerky API. Every write carries the command's idempotency key.

use http::Method;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    client::{JerkyClient, post, read_one},
    request::{Batch, Extend, MirrorAvailability, NewReservation, Part, Resolve},
    view::{BatchResultView, MirrorView, ReservationView},
};
use crate::{
    outbox::{Change, ReservationPart, ReserveLine},
    quantity::Quantity,
    sku::{JerkySku, OrderId, ReservationId, ShipmentRef},
    unit::Unit,
    vendor::{
        error::{Refusal, VendorError},
        http::{Call, Garble, Reply, escaped},
        reading::{Row, as_text, read_rows},
    },
};

impl JerkyClient {
    /// Reserves all lines or none, under the order's reference.
    ///
    /// # Errors
    /// As the vendor answers; `insufficient-stock` names each shortfall.
    pub async fn reserve(
        &self,
        order: &OrderId,
        ttl_seconds: i64,
        lines: &[ReserveLine],
        key: &str,
    ) -> Result<ReservationView, VendorError> {
        let body = NewReservation::new(order, ttl_seconds, lines);
        let call = post("create_reservation", "/v1/reservations".to_owned()).json(&body);
        self.resolve(call, key).await
    }

    /// Commits what a shipment took.
    ///
    /// # Errors
    /// As the vendor answers; `reservation-resolved`, `reservation-expired`, `lot-not-eligible`.
    pub async fn commit(
        &self,
        id: &ReservationId,
        shipment: &ShipmentRef,
        parts: &[ReservationPart],
        key: &str,
    ) -> Result<ReservationView, VendorError> {
        let body = Resolve {
            reference: Some(shipment.as_str()),
            lines: Some(self.parts("commit_reservation", id, parts).await?),
        };
        let call = post("commit_reservation", action(id, "commit")).json(&body);
        self.resolve(call, key).await
    }

    /// Gives back part of a reservation, or all that is left of it.
    ///
    /// # Errors
    /// As the vendor answers; `reservation-resolved`, `reservation-expired`.
    pub async fn release(
        &self,
        id: &ReservationId,
        parts: Option<&[ReservationPart]>,
        key: &str,
    ) -> Result<ReservationView, VendorError> {
        let lines = match parts {
            Some(parts) => Some(self.parts("release_reservation", id, parts).await?),
            None => None,
        };
        let body = Resolve {
            reference: None,
            lines,
        };
        let call = post("release_reservation", action(id, "release")).json(&body);
        self.resolve(call, key).await
    }

    /// Lets a reservation live for so long from now.
    ///
    /// # Errors
    /// As the vendor answers; `reservation-resolved`, `reservation-expired`.
    pub async fn extend(
        &self,
        id: &ReservationId,
        ttl_seconds: i64,
        key: &str,
    ) -> Result<ReservationView, VendorError> {
        let call = post("extend_reservation", action(id, "extend")).json(&Extend { ttl_seconds });
        self.resolve(call, key).await
    }

    /// Applies a batch of at most 100 changes, each by itself.
    ///
    /// # Errors
    /// As the vendor answers to the batch; what became of each change is in the rows.
    pub async fn adjust(
        &self,
        changes: &[Change],
        key: &str,
    ) -> Result<Vec<Row<BatchResultView>>, VendorError> {
        let call = post("adjust_stock", "/v1/adjustments:batch".to_owned());
        let call = call.json(&Batch::new(changes));
        self.write(call, key, read_results).await
    }

    /// Publishes the stock of an item that the other side owns.
    ///
    /// # Errors
    /// As the vendor answers; `stale-sequence` when it holds a newer number.
    pub async fn publish_mirror(
        &self,
        sku: &JerkySku,
        quantity: Quantity,
        unit: Unit,
        source_sequence: u64,
        key: &str,
    ) -> Result<MirrorView, VendorError> {
        let path = format!("/v1/mirrors/{}/availability", escaped(sku.as_str()));
        let body = MirrorAvailability::new(quantity, unit, source_sequence);
        let call = Call::new("put_mirror", Method::PUT, path).json(&body);
        self.write(call, key, read_one).await
    }

    /// The parts in the units the vendor speaks of their lines in; asks it when that is not known.
    async fn parts<'a>(
        &self,
        operation: &'static str,
        id: &ReservationId,
        parts: &'a [ReservationPart],
    ) -> Result<Vec<Part<'a>>, VendorError> {
        let units = match self.units.of(id) {
            Some(units) => units,
            None => self.units.learn(&self.reservation(id).await?),
        };
        let part = |part: &'a ReservationPart| {
            let unit = units.iter().find(|(line, _)| *line == part.line);
            let (_, unit) = unit.ok_or_else(|| VendorError::Refused {
                operation,
                refusal: Box::new(Refusal::Unsendable(format!(
                    "reservation {id} has no line {}",
                    part.line
                ))),
            })?;
            Ok(Part::new(&part.line, part.quantity, *unit))
        };
        parts.iter().map(part).collect()
    }
}

#[derive(Deserialize)]
struct Results<'a> {
    #[serde(borrow)]
    results: Vec<&'a RawValue>,
}

fn read_results(reply: &Reply) -> Result<Vec<Row<BatchResultView>>, Garble> {
    let text = as_text(&reply.body);
    let wire: Results<'_> = serde_json::from_str(&text)?;
    Ok(read_rows(&wire.results, reply.at))
}

fn action(id: &ReservationId, verb: &str) -> String {
    format!("/v1/reservations/{}/{verb}", escaped(id.as_str()))
}
