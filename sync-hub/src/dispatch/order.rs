//! Orders: confirmed, rejected, cancelled, read.

use sync_core::{
    outbox::{LineReason, Reply},
    sku::OrderId,
    vendor::{
        error::VendorError,
        polish::{PolishClient, view::OrderView},
    },
};

use super::outcome::Answer;

pub(super) async fn confirm(polish: &PolishClient, id: &OrderId) -> Answer {
    order(polish.confirm(id).await)
}

pub(super) async fn reject(
    polish: &PolishClient,
    id: &OrderId,
    reason: &str,
    lines: &[LineReason],
) -> Answer {
    order(polish.reject(id, reason, lines).await)
}

pub(super) async fn cancel(polish: &PolishClient, id: &OrderId, reason: &str) -> Answer {
    order(polish.cancel(id, reason).await)
}

pub(super) async fn read(polish: &PolishClient, id: &OrderId) -> Answer {
    order(polish.order(id).await)
}

fn order(answered: Result<OrderView, VendorError>) -> Answer {
    answered.map(|view| Reply::Order(Box::new(view)))
}
