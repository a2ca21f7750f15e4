//! Bodies of webhooks, and their registrations.

use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    sku::EventId,
    vendor::{
        polish::view::{PolishEventView, PolishTopic, WebhookView},
        reading::{Readable, Row, read, short_text},
    },
};

#[derive(Deserialize)]
pub(crate) struct Event {
    id: EventId,
    topic: PolishTopic,
    resource_id: String,
    version: u64,
    occurred_at: Timestamp,
}

#[derive(Deserialize)]
pub(crate) struct Webhook {
    id: String,
    url: String,
}

impl Readable for PolishEventView {
    const WHAT: &'static str = "polish event";
    type Wire = Event;

    fn from_wire(wire: Event, _at: Timestamp) -> Result<Self, String> {
        Ok(Self {
            id: wire.id,
            topic: wire.topic,
            resource_id: short_text("resource_id", wire.resource_id)?,
            version: wire.version,
            occurred_at: wire.occurred_at,
        })
    }
}

impl PolishEventView {
    /// The event in the exact bytes of a webhook's body.
    ///
    /// # Errors
    /// [`Unreadable`](crate::vendor::reading::Unreadable) with what is wrong with it.
    pub fn read(body: &[u8], at: Timestamp) -> Row<Self> {
        read(body, at)
    }
}

impl Readable for WebhookView {
    const WHAT: &'static str = "webhook";
    type Wire = Webhook;

    fn from_wire(wire: Webhook, _at: Timestamp) -> Result<Self, String> {
        Ok(Self {
            id: short_text("id", wire.id)?,
            url: short_text("url", wire.url)?,
        })
    }
}
