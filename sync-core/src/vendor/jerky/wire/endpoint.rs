//! Webhook endpoints.

use jiff::Timestamp;
use serde::Deserialize;

use crate::vendor::{
    jerky::view::{EndpointStatus, EndpointView},
    reading::{Readable, short_text},
};

#[derive(Deserialize)]
pub(crate) struct Endpoint {
    id: String,
    url: String,
    status: EndpointStatus,
}

impl Readable for EndpointView {
    const WHAT: &'static str = "webhook endpoint";
    type Wire = Endpoint;

    fn from_wire(wire: Endpoint, _at: Timestamp) -> Result<Self, String> {
        Ok(Self {
            id: short_text("id", wire.id)?,
            url: short_text("url", wire.url)?,
            status: wire.status,
        })
    }
}
