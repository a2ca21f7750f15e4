//! The axum shell: reads requests, asks the warehouse, writes replies. No stock rule lives here.

mod access;
mod adjustments;
mod conditional;
mod cursor;
mod document;
mod events;
mod items;
mod mirrors;
mod oauth;
mod problem;
mod reservations;
mod stock;
mod webhook_endpoints;

#[cfg(test)]
mod tests;

use mock_kit::{Call, Mock};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use access::{Access, access};
pub(crate) use problem::ApiError;

use crate::{
    command::{Caller, Command, Reply},
    ids::Actor,
    vendor::Jerky,
};

/// All operations with their documentation.
#[expect(
    deprecated,
    reason = "deprecated operations are served until their sunset"
)]
pub(crate) fn routes() -> OpenApiRouter<Mock<Jerky>> {
    let mut router = OpenApiRouter::with_openapi(document::Document::openapi())
        .routes(routes!(oauth::issue_token))
        .routes(routes!(items::list_items))
        .routes(routes!(items::get_item))
        .routes(routes!(items::list_item_lots))
        .routes(routes!(stock::list_stock))
        .routes(routes!(stock::get_stock))
        .routes(routes!(stock::get_inventory_deprecated))
        .routes(routes!(events::list_events))
        .routes(routes!(
            reservations::list_reservations,
            reservations::create_reservation
        ))
        .routes(routes!(reservations::get_reservation))
        .routes(routes!(reservations::commit_reservation))
        .routes(routes!(reservations::release_reservation))
        .routes(routes!(reservations::extend_reservation))
        .routes(routes!(adjustments::adjust_batch))
        .routes(routes!(mirrors::get_mirror))
        .routes(routes!(mirrors::set_mirror_availability))
        .routes(routes!(
            webhook_endpoints::list_webhook_endpoints,
            webhook_endpoints::create_webhook_endpoint
        ))
        .routes(routes!(
            webhook_endpoints::get_webhook_endpoint,
            webhook_endpoints::delete_webhook_endpoint
        ))
        .routes(routes!(webhook_endpoints::list_deliveries))
        .routes(routes!(webhook_endpoints::redeliver))
        .routes(routes!(webhook_endpoints::rotate_secret));
    document::complete(router.get_openapi_mut());
    router
}

/// Asks the warehouse on behalf of a request.
fn ask(mock: &Mock<Jerky>, call: &Call, command: Command) -> Result<Reply, ApiError> {
    let by = Caller {
        actor: Actor::from(call.principal.name.clone()),
        key: call.idempotency_key.clone(),
    };
    let reply = mock.with(|state, now| {
        let reuses = call.struck.is_to_reuse_sequence();
        let reply = match reuses {
            false => state.vendor.handle(&by, command, now),
            true => {
                let (reply, reused) = state.vendor.handle_without_counting(&by, command, now);
                if reused {
                    call.struck.sequence_reused();
                }
                reply
            }
        };
        if state.webhooks.endpoints().next().is_none() {
            state.vendor.nobody_listens();
        }
        reply
    });
    reply.map_err(ApiError::from)
}
