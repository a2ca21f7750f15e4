//! A reservation that is still needed is extended before it ends.

use super::{
    next::{Next, World},
    order_saga::Case,
};
use crate::{outbox::Command, vendor::polish::view::OrderStatus};

/// What follows: sleep until shortly before the end, then extend. The hold of a pending order ends
/// before its reservation does, so that one needs no extension.
pub(super) fn next<W: World>(case: &Case<'_, W>) -> Next {
    let Some(held) = case.order.live() else {
        return Next::Rest;
    };
    let confirmed = matches!(
        case.facts.status,
        OrderStatus::Confirmed | OrderStatus::PartiallyFulfilled
    );
    if !confirmed || !case.is_owed() {
        return Next::Rest;
    }
    let policy = case.world.policy();
    let end = held.ends_at();
    let at = end.saturating_sub(policy.extend_before).unwrap_or(end);
    if case.world.now() < at {
        return Next::sleep(at);
    }
    Next::step(
        format!("extend:{}:{}", held.id, held.expires_at.as_second()),
        Command::Extend {
            order: case.order.id.clone(),
            reservation: held.id.clone(),
            ttl_seconds: policy.confirmed_ttl.as_secs(),
        },
    )
}
