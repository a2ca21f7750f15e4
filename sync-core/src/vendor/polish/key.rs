//! The shop's API keys: up to two are live, so that one can be replaced without a gap.

use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderName, HeaderValue};

use crate::vendor::{
    error::VendorError,
    http::{Authorize, Credential},
    secret::Secret,
};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The hub's keys. The one that last worked is used until it is refused, then the next.
#[derive(Debug)]
pub(super) struct KeyRing {
    keys: Vec<Secret>,
    /// How often a key was given up; says which key is current.
    generation: AtomicU64,
}

impl KeyRing {
    pub(super) fn new(keys: Vec<Secret>) -> Self {
        Self {
            keys,
            generation: AtomicU64::new(0),
        }
    }

    fn credential(&self, generation: u64) -> Result<Option<Credential>, VendorError> {
        let unusable = || VendorError::Unauthorized {
            operation: "choose_key",
            reason: "no API key is configured, or one fits in no header".to_owned(),
        };
        let count = u64::try_from(self.keys.len()).unwrap_or(u64::MAX);
        let index = generation.checked_rem(count).ok_or_else(unusable)?;
        let key = usize::try_from(index).ok().and_then(|i| self.keys.get(i));
        let key = key.ok_or_else(unusable)?;
        let mut value = HeaderValue::from_str(key.reveal()).map_err(|_| unusable())?;
        value.set_sensitive(true);
        Ok(Some(Credential {
            name: API_KEY,
            value,
            generation,
        }))
    }
}

impl Authorize for KeyRing {
    async fn current(&self) -> Result<Option<Credential>, VendorError> {
        self.credential(self.generation.load(Ordering::Relaxed))
    }

    async fn renewed(&self, spent: u64) -> Result<Option<Credential>, VendorError> {
        if self.keys.len() < 2 {
            return Ok(None);
        }
        // Only the first of many refused calls moves on; the others follow it.
        let next = spent.wrapping_add(1);
        let _ = self
            .generation
            .compare_exchange(spent, next, Ordering::Relaxed, Ordering::Relaxed);
        self.current().await
    }
}
