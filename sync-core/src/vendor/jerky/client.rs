//! The client of the jerky API: how each operation is called and its answer read.
//!
//! Reads are repeated by the HTTP stack; a write is one attempt, and its idempotency key is the
//! command's own, so that the outbox may send it again.

use std::sync::Arc;

use http::{HeaderName, Method};
use seams::{Clock, Keyed, Wire};
use serde::Deserialize;

use super::{line_units::LineUnits, token::TokenSource, view::ReservationView};
use crate::vendor::{
    error::{Refusal, VendorError},
    http::{Call, Channel, Fittings, Garble, GateStatus, HttpPolicy, Reply},
    jerky::ClientCredentials,
    reading::{Readable, as_text, read_text},
};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const SCOPES: &str = "stock:read stock:write reservations:write mirrors:write webhooks:write";

/// How the jerky vendor is reached.
#[derive(Clone, Debug, Deserialize)]
pub struct JerkyConfig {
    /// Scheme and authority: `https://api.jerky.example`.
    pub base_url: String,
    /// Who the hub is there.
    pub client: ClientCredentials,
    /// How patient the hub is.
    #[serde(default)]
    pub http: HttpPolicy,
}

/// The jerky API. Cloning shares token, pacing and circuit breaker.
#[derive(Clone, Debug)]
pub struct JerkyClient {
    pub(super) channel: Channel,
    pub(super) tokens: Arc<TokenSource>,
    pub(super) units: Arc<LineUnits>,
}

impl JerkyClient {
    /// A client over `wire`.
    pub fn new(config: JerkyConfig, wire: Wire, clock: Clock, keyed: Keyed) -> Self {
        let channel = Channel::new(Fittings {
            base: config.base_url,
            wire,
            clock,
            keyed,
            policy: config.http,
            leak: 0,
            refusal: Refusal::jerky,
        });
        Self {
            tokens: Arc::new(TokenSource::new(channel.clone(), config.client, SCOPES)),
            units: Arc::default(),
            channel,
        }
    }

    /// What the vendor's gate is doing.
    pub fn status(&self) -> GateStatus {
        self.channel.status()
    }

    pub(super) async fn get<T>(
        &self,
        operation: &'static str,
        path: String,
        read: impl Fn(&Reply) -> Result<T, Garble>,
    ) -> Result<T, VendorError> {
        let call = Call::get(operation, path);
        self.channel.send(&*self.tokens, &call, read).await
    }

    pub(super) async fn write<T>(
        &self,
        call: Call,
        key: &str,
        read: impl Fn(&Reply) -> Result<T, Garble>,
    ) -> Result<T, VendorError> {
        let call = call.with(IDEMPOTENCY_KEY, key);
        self.channel.send(&*self.tokens, &call, read).await
    }

    /// A write that is answered by a reservation.
    pub(super) async fn resolve(
        &self,
        call: Call,
        key: &str,
    ) -> Result<ReservationView, VendorError> {
        let view = self.write(call, key, read_one).await?;
        self.units.learn(&view);
        Ok(view)
    }
}

pub(super) fn post(operation: &'static str, path: String) -> Call {
    Call::new(operation, Method::POST, path)
}

pub(super) fn read_one<T: Readable>(reply: &Reply) -> Result<T, Garble> {
    Ok(read_text(&as_text(&reply.body), reply.at)?)
}
