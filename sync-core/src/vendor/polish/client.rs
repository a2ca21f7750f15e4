//! The client of the polish API: how each operation is called and its answer read.
//!
//! Reads are repeated by the HTTP stack; a write is one attempt. This API has no idempotency keys,
//! so after an unknown outcome the outbox asks before it sends again.

use std::sync::Arc;

use http::{Method, header};
use seams::{Clock, Keyed, Wire};
use serde::Deserialize;

use super::{key::KeyRing, page::PAGE};
use crate::vendor::{
    error::{Refusal, VendorError},
    http::{Call, Channel, Fittings, Garble, GateStatus, HttpPolicy, Reply},
    reading::{Readable, as_text, read_text},
    secret::Secret,
};

/// How the polish vendor is reached.
#[derive(Clone, Debug, Deserialize)]
pub struct PolishConfig {
    /// Scheme and authority: `https://api.polish.example`.
    pub base_url: String,
    /// One key, or two while one replaces the other.
    pub api_keys: Vec<Secret>,
    /// Calls a second that the shop's bucket leaks, which its header does not tell.
    #[serde(default = "default_leak")]
    pub leak_per_second: u64,
    /// How patient the hub is.
    #[serde(default)]
    pub http: HttpPolicy,
}

/// The polish API. Cloning shares keys, pacing and circuit breaker.
#[derive(Clone, Debug)]
pub struct PolishClient {
    channel: Channel,
    keys: Arc<KeyRing>,
}

/// What the shop grants the middleware unless told otherwise.
pub const fn default_leak() -> u64 {
    20
}

impl PolishClient {
    /// A client over `wire`.
    pub fn new(config: PolishConfig, wire: Wire, clock: Clock, keyed: Keyed) -> Self {
        Self {
            keys: Arc::new(KeyRing::new(config.api_keys)),
            channel: Channel::new(Fittings {
                base: config.base_url,
                wire,
                clock,
                keyed,
                policy: config.http,
                leak: config.leak_per_second,
                refusal: Refusal::polish,
            }),
        }
    }

    /// What the vendor's gate is doing.
    pub fn status(&self) -> GateStatus {
        self.channel.status()
    }

    /// Rows to ask for in one page of a list.
    pub(super) fn page_rows(&self) -> usize {
        self.channel.page_rows(PAGE)
    }

    pub(super) async fn get<T>(
        &self,
        operation: &'static str,
        path: String,
        read: impl Fn(&Reply) -> Result<T, Garble>,
    ) -> Result<T, VendorError> {
        self.call(Call::get(operation, path), read).await
    }

    pub(super) async fn call<T>(
        &self,
        call: Call,
        read: impl Fn(&Reply) -> Result<T, Garble>,
    ) -> Result<T, VendorError> {
        self.channel.send(&*self.keys, &call, read).await
    }
}

pub(super) fn post(operation: &'static str, path: String) -> Call {
    Call::new(operation, Method::POST, path)
}

/// The call, to be carried out only if the row still has this version.
pub(super) fn matching(call: Call, version: Option<u64>) -> Call {
    match version {
        Some(version) => call.with(header::IF_MATCH, &format!("\"{version}\"")),
        None => call,
    }
}

pub(super) fn read_one<T: Readable>(reply: &Reply) -> Result<T, Garble> {
    Ok(read_text(&as_text(&reply.body), reply.at)?)
}
