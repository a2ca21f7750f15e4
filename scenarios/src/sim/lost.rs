//! Webhooks that a fault lost. They never reach the wire, and the vendors' logs forget them, so
//! they are collected while the run goes on.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use mock_kit::{
    Mock, Vendor as MockVendor,
    webhook::{Delivery as Logged, DeliveryState},
};

use super::{history, parties::Vendors};
use crate::{
    oracle::history::{Delivery, Vendor},
    scenario::Span,
};

/// How often they are collected: long before a log is full.
const EVERY: Span = Span::from_mins(5);

/// The webhooks lost so far, by vendor and message. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Lost(Arc<Mutex<BTreeMap<(Vendor, String), Delivery>>>);

impl Lost {
    /// Collects until dropped.
    pub(super) async fn keep(self, vendors: Vendors) {
        loop {
            tokio::time::sleep(EVERY.to_duration()).await;
            self.collect(&vendors);
        }
    }

    /// All that were lost.
    pub(super) fn all(&self, vendors: &Vendors) -> Vec<Delivery> {
        self.collect(vendors);
        let found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found.values().cloned().collect()
    }

    fn collect(&self, vendors: &Vendors) {
        let lost = lost(Vendor::Jerky, &vendors.jerky)
            .into_iter()
            .chain(lost(Vendor::Polish, vendors.polish.mock()));
        let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found.extend(lost.map(|delivery| ((delivery.vendor, delivery.message.clone()), delivery)));
    }
}

fn lost<V: MockVendor>(vendor: Vendor, mock: &Mock<V>) -> Vec<Delivery> {
    let is_lost = |logged: &&Logged| logged.state == DeliveryState::Lost;
    mock.with(|state, _| {
        let logged = state.webhooks.all_deliveries().filter(is_lost);
        logged.map(|logged| history::lost(vendor, logged)).collect()
    })
}
