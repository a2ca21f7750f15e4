//! The HTTP face of the shop: it reads requests, hands commands to the shop and writes replies.
//! No rule of the shop lives here.

mod availability;
mod body;
mod counts;
mod document;
mod failure;
mod holds;
mod if_match;
mod keys;
mod orders;
mod paging;
mod products;
mod query;
mod reply;
mod steps;
mod webhooks;

use mock_kit::{Call, Mock};
use utoipa_axum::{router::OpenApiRouter, routes};

pub use failure::Failure;

pub(crate) use document::shared_responses;

use crate::{Command, Reply, refusal::Refusal, vendor::PolishVendor};

/// All operations with their documentation.
pub(crate) fn routes() -> OpenApiRouter<Mock<PolishVendor>> {
    let mut router = OpenApiRouter::with_openapi(document::frame())
        .routes(routes!(products::list_products))
        .routes(routes!(products::get_product))
        .routes(routes!(availability::put_availability))
        .routes(routes!(availability::bulk_availability))
        .routes(routes!(orders::create_order, orders::list_orders))
        .routes(routes!(orders::get_order))
        .routes(routes!(steps::confirm_order))
        .routes(routes!(steps::reject_order))
        .routes(routes!(steps::cancel_order))
        .routes(routes!(steps::ship_order))
        .routes(routes!(steps::return_order))
        .routes(routes!(holds::list_holds))
        .routes(routes!(counts::create_count, counts::list_counts))
        .routes(routes!(webhooks::create_webhook, webhooks::list_webhooks))
        .routes(routes!(webhooks::delete_webhook))
        .routes(routes!(keys::rotate_key));
    document::complete(router.get_openapi_mut());
    router
}

/// Hands a command to the shop on behalf of the caller.
fn ask(mock: &Mock<PolishVendor>, call: &Call, command: Command) -> Result<Reply, Refusal> {
    mock.with(|state, now| state.vendor.handle(&call.principal, command, now))
}
