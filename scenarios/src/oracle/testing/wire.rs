//! What goes over the wire, and what the middleware says of itself.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::World;
use crate::oracle::history::{Checkpoint, Delivery, Exchange, FeedEvent, Vendor};

impl World {
    /// A request of the middleware, answered half a second later.
    pub(in crate::oracle) fn exchange(
        &mut self,
        method: &str,
        path: &str,
        status: u16,
    ) -> &mut Exchange {
        self.history.exchanges.push(Exchange {
            sent_at: self.now,
            ended_at: self.now + SignedDuration::from_millis(500),
            vendor: Vendor::Jerky,
            method: method.to_owned(),
            path: path.to_owned(),
            since: None,
            struck: false,
            misread: false,
            status: Some(status),
            idempotency_key: None,
            retry_after: None,
            date: None,
            policy: None,
        });
        self.pass(1);
        self.history.exchanges.last_mut().unwrap()
    }

    /// A webhook that arrives at once and is accepted.
    pub(in crate::oracle) fn deliver(
        &mut self,
        vendor: Vendor,
        message: &str,
        subject: &str,
        sequence: u64,
    ) -> &mut Delivery {
        self.history.deliveries.push(Delivery {
            vendor,
            message: message.to_owned(),
            subject: subject.to_owned(),
            sequence,
            sent_at: self.now,
            signed_at: Some(self.now),
            arrived_at: Some(self.now),
            status: Some(204),
            forged: false,
            garbled: false,
        });
        self.pass(1);
        self.history.deliveries.last_mut().unwrap()
    }

    /// The feed has one event of J1; the middleware has applied it up to `sequence`, and all that
    /// happened to orders.
    pub(in crate::oracle) fn checkpoint(&mut self, sequence: u64) {
        self.history.feed.push(FeedEvent {
            position: self.history.feed.len() as u64 + 1,
            id: format!("evt_{}", self.history.feed.len() + 1),
            sku: "J1".into(),
            sequence,
            at: self.now,
        });
        self.pass(10);
        let mut orders: BTreeMap<String, u64> = BTreeMap::new();
        let mut covered = self.history.phases.started;
        for fact in &self.history.polish {
            if let Some(order) = fact.what.order() {
                *orders.entry(order.to_string()).or_default() += 1;
                covered = fact.at;
            }
        }
        self.history.checkpoints.push(Checkpoint {
            at: self.now,
            feed: Some(self.history.feed.len() as u64),
            sequences: [("J1".into(), sequence)].into(),
            covered: [("orders".to_owned(), covered)].into(),
            orders,
        });
    }
}
