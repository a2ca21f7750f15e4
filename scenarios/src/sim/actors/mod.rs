//! The people of a plan: each does its step by real requests to a vendor, with patience of its own.
//!
//! They are clients of the vendors as the middleware is, with their own credentials; what they did
//! is read from the vendors' ground truth, never from here.

mod caller;
mod parts;
mod shop_staff;
mod shopper;
mod warehouse;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{task::JoinSet, time::Instant};

pub use caller::{CallError, Caller, Credential};

use crate::{
    plan::Catalogue,
    scenario::{Span, Step},
};

/// Between the evening's delivery and its last parcels, beyond two of the middleware's sweeps.
const EVENING: Span = Span::from_mins(3);

/// All people, and what they know of each other's orders. Clones share it.
#[derive(Clone)]
pub struct People {
    shopper: Arc<Caller>,
    shop_staff: Arc<Caller>,
    warehouse: Arc<Caller>,
    orders: Orders,
}

impl People {
    /// People with these three sets of credentials.
    pub fn new(shopper: Caller, shop_staff: Caller, warehouse: Caller) -> Self {
        Self {
            shopper: Arc::new(shopper),
            shop_staff: Arc::new(shop_staff),
            warehouse: Arc::new(warehouse),
            orders: Orders::default(),
        }
    }

    /// Does every step at its time from `start`, steps side by side; done when the last one is.
    pub async fn perform(&self, steps: &[Step], start: Instant) {
        let mut busy = JoinSet::new();
        for step in steps {
            tokio::time::sleep_until(start + step.at().to_duration()).await;
            let (people, step) = (self.clone(), step.clone());
            busy.spawn(async move { people.act(&step).await });
            while busy.try_join_next().is_some() {}
        }
        while busy.join_next().await.is_some() {}
    }

    /// The end of the day: a delivery of everything, so that nothing waits for stock for ever, and
    /// then whatever is ready and has not left is shipped. `sweep` is how often the middleware looks at
    /// everything.
    pub async fn evening(&self, catalogue: &Catalogue, sweep: Span) {
        for item in &catalogue.items {
            warehouse::deliver(&self.warehouse, item).await;
        }
        // The middleware gets time to hear of the delivery and to make ready what waited for it.
        tokio::time::sleep(EVENING.plus(sweep).plus(sweep).to_duration()).await;
        for order in self.orders.all() {
            shop_staff::ship_rest(&self.shop_staff, &order).await;
        }
    }

    /// What cannot be done is left undone, as people do; the vendors' ledgers tell.
    async fn act(&self, step: &Step) {
        match step {
            Step::Order(step) => shopper::order(&self.shopper, step, &self.orders).await,
            Step::Cancel(step) => shopper::cancel(&self.shopper, step, &self.orders).await,
            Step::Ship(step) => shop_staff::ship(&self.shop_staff, step, &self.orders).await,
            Step::Return(step) => shop_staff::take_back(&self.shop_staff, step, &self.orders).await,
            Step::ShopCount(step) => shop_staff::count(&self.shop_staff, step).await,
            Step::Receipt(step) => warehouse::receive(&self.warehouse, step).await,
            Step::Count(step) => warehouse::count(&self.warehouse, step).await,
            Step::Damage(step) => warehouse::damage(&self.warehouse, step).await,
            Step::Recall(step) => warehouse::recall(&self.warehouse, step).await,
        }
    }
}

/// The shop's ids of the plan's orders, by the names of their steps.
#[derive(Clone, Debug, Default)]
struct Orders(Arc<Mutex<BTreeMap<String, String>>>);

impl Orders {
    fn placed(&self, step: &str, id: String) {
        let mut orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        orders.insert(step.to_owned(), id);
    }

    fn id(&self, step: &str) -> Option<String> {
        let orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        orders.get(step).cloned()
    }

    fn all(&self) -> Vec<String> {
        let orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        orders.values().cloned().collect()
    }
}
