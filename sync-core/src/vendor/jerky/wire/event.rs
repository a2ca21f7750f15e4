//! Entries of the change feed, which are also the bodies of webhooks.

use jiff::Timestamp;
use serde::Deserialize;

use super::{reservation::Reservation, stock::StockLevel};
use crate::{
    sku::{EventId, JerkySku},
    vendor::{
        jerky::view::{CauseView, JerkyEventKind, JerkyEventView, ReservationView, StockLevelView},
        reading::{Readable, Row, read, short_text},
    },
};

#[derive(Deserialize)]
pub(crate) struct Event {
    id: EventId,
    #[serde(rename = "type")]
    kind: JerkyEventKind,
    position: u64,
    sku: JerkySku,
    sequence: u64,
    occurred_at: Timestamp,
    cause: Cause,
    data: EventData,
}

#[derive(Deserialize)]
struct Cause {
    kind: String,
    #[serde(default)]
    reference: Option<String>,
    actor: String,
}

#[derive(Deserialize)]
struct EventData {
    stock: StockLevel,
    #[serde(default)]
    reservation: Option<Reservation>,
}

impl Readable for JerkyEventView {
    const WHAT: &'static str = "jerky event";
    type Wire = Event;

    fn from_wire(wire: Event, at: Timestamp) -> Result<Self, String> {
        let stock = StockLevelView::from_wire(wire.data.stock, at)?;
        if stock.sku != wire.sku {
            return Err(format!(
                "sku is {}, that of its data {}",
                wire.sku, stock.sku
            ));
        }
        if stock.sequence != wire.sequence {
            let (own, data) = (wire.sequence, stock.sequence);
            return Err(format!("sequence is {own}, that of its data {data}"));
        }
        if wire.position == 0 {
            return Err("position is 0".to_owned());
        }
        Ok(Self {
            id: wire.id,
            kind: wire.kind,
            position: wire.position,
            sku: wire.sku,
            sequence: wire.sequence,
            occurred_at: wire.occurred_at,
            cause: CauseView {
                kind: short_text("cause.kind", wire.cause.kind)?,
                reference: wire.cause.reference,
                actor: short_text("cause.actor", wire.cause.actor)?,
            },
            stock,
            reservation: wire
                .data
                .reservation
                .map(|reservation| ReservationView::from_wire(reservation, at))
                .transpose()?,
        })
    }
}

impl JerkyEventView {
    /// The event in the exact bytes of a webhook's body.
    ///
    /// # Errors
    /// [`Unreadable`](crate::vendor::reading::Unreadable) with what is wrong with it.
    pub fn read(body: &[u8], at: Timestamp) -> Row<Self> {
        read(body, at)
    }
}
