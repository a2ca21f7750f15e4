//! Stock of the jerky warehouse: adjusted, read.

use sync_core::{
    outbox::{Change, Reply},
    sku::JerkySku,
    vendor::jerky::JerkyClient,
};

use super::outcome::Answer;

pub(super) async fn adjust(jerky: &JerkyClient, changes: &[Change], key: &str) -> Answer {
    jerky.adjust(changes, key).await.map(Reply::Batch)
}

pub(super) async fn read(jerky: &JerkyClient, skus: &[JerkySku]) -> Answer {
    jerky.stock_of(skus).await.map(Reply::Stock)
}
