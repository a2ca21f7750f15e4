//! What all mocks of one vendor have in common: made once in a process, since a hunt makes
//! thousands of mocks.

use std::{
    any::{Any, TypeId},
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::Router;

use crate::{mock::Mock, openapi, operation::Operations, vendor::Vendor};

/// A vendor's routes, still without a mock behind them, and its operations.
pub(crate) struct Blueprint<V: Vendor> {
    /// The routes.
    pub(crate) routes: Router<Mock<V>>,
    /// The operations.
    pub(crate) operations: Operations<V::Access>,
}

static MADE: Mutex<BTreeMap<TypeId, Arc<dyn Any + Send + Sync>>> = Mutex::new(BTreeMap::new());

impl<V: Vendor> Blueprint<V> {
    /// The one of this vendor.
    pub(crate) fn shared() -> Arc<Self> {
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        let known = made.get(&TypeId::of::<V>()).cloned();
        if let Some(known) = known.and_then(|known| known.downcast().ok()) {
            return known;
        }
        let new = Arc::new(Self::new());
        made.insert(TypeId::of::<V>(), new.clone());
        new
    }

    fn new() -> Self {
        let (routes, _) = V::routes().split_for_parts();
        let operations = Operations::documented(&openapi::document::<V>(), V::access);
        Self { routes, operations }
    }
}
