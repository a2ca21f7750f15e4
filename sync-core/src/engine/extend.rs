//! A reservation that is still needed is extended before it ends.

use super::{
    held::Held,
    next::{Next, World},
    order_saga::Case,
};
use crate::{outbox::Command, vendor::polish::view::OrderStatus};

/// What the key of an extension begins with.
pub(super) const PREFIX: &str = "extend:";

/// Each extension of a reservation has a key of its own. One that came so early that the reservation
/// ended no later for it tells how long it lasts at least, and the next goes by that.
pub(super) fn key(held: &Held) -> String {
    format!("{PREFIX}{}:{}", held.id, held.ends_at().as_second())
}

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
        key(held),
        Command::Extend {
            order: case.order.id.clone(),
            reservation: held.id.clone(),
            ttl_seconds: policy.confirmed_ttl.as_secs(),
        },
    )
}
