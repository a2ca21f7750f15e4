//! Numbers of the shop's own stock, shown in the jerky system.

use sync_core::{
    outbox::Reply, quantity::Quantity, sku::JerkySku, unit::Unit, vendor::jerky::JerkyClient,
};

use super::outcome::Answer;

pub(super) async fn publish(
    jerky: &JerkyClient,
    sku: &JerkySku,
    quantity: Quantity,
    unit: Unit,
    source_sequence: u64,
    key: &str,
) -> Answer {
    let published = jerky.publish_mirror(sku, quantity, unit, source_sequence, key);
    published.await.map(Reply::Mirror)
}

pub(super) async fn read(jerky: &JerkyClient, sku: &JerkySku) -> Answer {
    jerky.mirror(sku).await.map(Reply::Mirror)
}
