//! What a handler learns about the request it serves, beyond what HTTP says.

use std::{convert::Infallible, sync::Arc};

use axum::extract::FromRequestParts;
use http::request::Parts;
use jiff::Timestamp;

use crate::{fault::Struck, principal::Principal};

/// The request as the pipeline let it through. Take it as a handler argument.
#[derive(Clone, Debug)]
pub struct Call {
    /// When the handler began, by the vendor's clock.
    pub now: Timestamp,
    /// Who sent it.
    pub principal: Arc<Principal>,
    /// The operation's id in the OpenAPI document.
    pub operation: Arc<str>,
    /// The idempotency key it came with, where the operation takes one.
    pub idempotency_key: Option<Arc<str>>,
    /// Faults that the handler must play itself.
    pub struck: Struck,
}

impl Call {
    /// A call outside any pipeline, for tests of handlers and state machines.
    pub fn unpiped(principal: Arc<Principal>, operation: &str, now: Timestamp) -> Self {
        Self {
            now,
            principal,
            operation: operation.into(),
            idempotency_key: None,
            struck: Struck::default(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Call {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // Without the pipeline there is no call; the epoch shows that at a glance.
        Ok(parts.extensions.remove::<Self>().unwrap_or_else(|| {
            Self::unpiped(Principal::anonymous(), "unpiped", Timestamp::UNIX_EPOCH)
        }))
    }
}
