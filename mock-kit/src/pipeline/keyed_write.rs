//! Writes under an idempotency key: begun once, answered again from memory.

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    response::Response,
};
use http::{HeaderName, HeaderValue, StatusCode, request::Parts};

use super::passage::Passage;
use crate::{
    fault::{Effect, Strike},
    idempotency::{Begun, Fingerprint, StoredReply},
    mock::Mock,
    principal::Principal,
    refusal::Refusal,
    vendor::Vendor,
};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const LONGEST_KEY: usize = 255;

/// What a key makes of a request.
pub(super) enum Keyed<V: Vendor> {
    /// It is served.
    Fresh(InFlight<V>),
    /// It was served before.
    Replay(Response),
    /// It is refused.
    Refused(Refusal),
}

/// A key whose request is being served. Dropped before it is complete, it is forgotten: the
/// request had no effect, or its connection's end took the handler with it.
pub(super) struct InFlight<V: Vendor> {
    mock: Mock<V>,
    client: Arc<str>,
    key: Arc<str>,
    is_open: bool,
}

pub(super) fn begin<V: Vendor>(
    mock: &Mock<V>,
    principal: &Principal,
    parts: &Parts,
    body: &[u8],
) -> Keyed<V> {
    let key = match key(parts) {
        Ok(key) => key,
        Err(refusal) => return Keyed::Refused(refusal),
    };
    let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
    let fingerprint = Fingerprint::of(&parts.method, path, body);
    let client = Arc::clone(&principal.name);
    match mock.with(|state, now| state.idempotency.begin(&client, &key, fingerprint, now)) {
        Begun::Fresh => Keyed::Fresh(InFlight {
            mock: mock.clone(),
            client,
            key,
            is_open: true,
        }),
        Begun::Replay(reply) => Keyed::Replay(replayed(reply)),
        Begun::InFlight => Keyed::Refused(Refusal::IdempotencyKeyInFlight { key }),
        Begun::Reused => Keyed::Refused(Refusal::IdempotencyKeyReused { key }),
    }
}

/// Forgets what was answered under the request's key, where a fault demands it.
pub(super) fn forget<V: Vendor>(mock: &Mock<V>, parts: &Parts, passage: &mut Passage) {
    let forgets = |strike: &Strike| matches!(strike.effect, Effect::ForgetKey);
    let Some(strike) = passage.take_first(forgets) else {
        return;
    };
    let client = Arc::clone(&passage.principal.name);
    let was_known = key(parts).is_ok_and(|key| {
        mock.with(|state, now| state.idempotency.forget_answer(&client, &key, now))
    });
    if was_known {
        passage.count(mock, &strike);
    } else {
        mock.faults().give_back(&strike);
    }
}

impl<V: Vendor> InFlight<V> {
    pub(super) fn key(&self) -> Arc<str> {
        Arc::clone(&self.key)
    }

    /// Keeps the reply, unless the vendor failed: then the request may be tried anew.
    pub(super) async fn complete(mut self, response: Response) -> Response {
        if response.status().is_server_error() {
            return response;
        }
        let (parts, body) = response.into_parts();
        let Ok(body) = to_bytes(body, usize::MAX).await else {
            return Response::from_parts(parts, Body::empty());
        };
        let reply = StoredReply::new(parts.status, &parts.headers, body.clone().into());
        self.is_open = false;
        self.mock
            .with(|state, _| state.idempotency.complete(&self.client, &self.key, reply));
        Response::from_parts(parts, Body::from(body))
    }
}

impl<V: Vendor> Drop for InFlight<V> {
    fn drop(&mut self) {
        if self.is_open {
            self.mock
                .with(|state, _| state.idempotency.abort(&self.client, &self.key));
        }
    }
}

fn key(parts: &Parts) -> Result<Arc<str>, Refusal> {
    let value = parts
        .headers
        .get(KEY)
        .ok_or(Refusal::IdempotencyKeyMissing)?;
    let text = value.to_str().map_or("", str::trim);
    let is_visible = text.bytes().all(|byte| byte.is_ascii_graphic());
    if text.is_empty() || text.len() > LONGEST_KEY || !is_visible {
        return Err(Refusal::IdempotencyKeyInvalid);
    }
    Ok(text.into())
}

fn replayed(reply: StoredReply) -> Response {
    let mut response = Response::new(Body::from(reply.body.0));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or_default();
    let headers = response.headers_mut();
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
