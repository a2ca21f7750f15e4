//! The webhook state as snapshots hold it.

use serde::{Deserialize, Serialize};

use super::{Delivery, Endpoint, Webhooks, fate::Odd};

/// Endpoints, queue and log as plain data. Policy and allowed hosts are the mock's own.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SavedWebhooks {
    endpoints: Vec<Endpoint>,
    deliveries: Vec<SavedDelivery>,
    next: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct SavedDelivery {
    number: u64,
    delivery: Delivery,
    odd: Odd,
    consulted: bool,
    #[serde(default)]
    is_garbled: bool,
}

impl Webhooks {
    /// The state as plain data. An attempt under way is saved as one that is due.
    pub fn save(&self) -> SavedWebhooks {
        let delivery = |(number, tracked): (&u64, &super::queue::Tracked)| SavedDelivery {
            number: *number,
            delivery: tracked.delivery.clone(),
            odd: tracked.odd.clone(),
            consulted: tracked.consulted,
            is_garbled: tracked.is_garbled,
        };
        SavedWebhooks {
            endpoints: self.endpoints.values().cloned().collect(),
            deliveries: self.tracked.iter().map(delivery).collect(),
            next: self.next,
        }
    }

    /// Replaces everything by saved state.
    pub fn restore(&mut self, saved: SavedWebhooks) {
        self.clear();
        self.next = saved.next.max(1);
        for endpoint in saved.endpoints {
            self.endpoints.insert(endpoint.id.clone(), endpoint);
        }
        for one in saved.deliveries {
            self.track(one.number, one.delivery, one.odd, one.consulted);
            if let Some(tracked) = self.tracked.get_mut(&one.number) {
                tracked.is_garbled = one.is_garbled;
            }
        }
    }

    /// Forgets endpoints, queue and log. Numbers go on, so that no old attempt is taken for a new.
    pub fn clear(&mut self) {
        self.endpoints.clear();
        self.tracked.clear();
        self.finished.clear();
        self.lanes.clear();
    }
}
