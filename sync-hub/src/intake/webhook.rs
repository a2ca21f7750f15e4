//! The webhook endpoint: believed only if signed, acknowledged only once durable.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use sync_core::{
    engine::Observation,
    vendor::{
        jerky::{self, view::JerkyEventView},
        polish::{self, view::PolishEventView},
    },
};

use crate::core::Core;

/// The largest body accepted, in bytes. An event is a level with its lots, a few kilobytes.
const LARGEST_BODY: usize = 256 * 1024;

pub(crate) fn router(core: Arc<Core>) -> Router {
    Router::new()
        .route("/webhooks/jerky", post(from_jerky))
        .route("/webhooks/polish", post(from_polish))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(core)
}

async fn from_jerky(State(core): State<Arc<Core>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let now = core.now();
    let secrets = core.secrets().jerky.clone();
    if let Err(error) = jerky::signature::verify(&secrets, &headers, &body, now) {
        return refused("jerky", &error.to_string());
    }
    acknowledge(
        &core,
        match JerkyEventView::read(&body, now) {
            Ok(event) => Observation::JerkyWebhook {
                event: Box::new(event),
                raw: body,
            },
            Err(unreadable) => Observation::Unreadable(unreadable),
        },
    )
}

async fn from_polish(State(core): State<Arc<Core>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let now = core.now();
    let secrets = core.secrets().polish.clone();
    if let Err(error) = polish::signature::verify(&secrets, &headers, &body, now) {
        return refused("polish", &error.to_string());
    }
    acknowledge(
        &core,
        match PolishEventView::read(&body, now) {
            Ok(event) => Observation::PolishWebhook(event),
            Err(unreadable) => Observation::Unreadable(unreadable),
        },
    )
}

/// 204 once it is durable. Anything else makes the vendor send it again, which is right when the
/// store refused.
fn acknowledge(core: &Core, seen: Observation) -> StatusCode {
    match core.observe(seen) {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(error) => {
            tracing::warn!(%error, "a webhook could not be taken in");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

fn refused(vendor: &'static str, reason: &str) -> StatusCode {
    tracing::warn!(vendor, reason, "a webhook was not believed");
    StatusCode::UNAUTHORIZED
}
