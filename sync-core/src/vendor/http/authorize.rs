//! Credentials, as the HTTP stack sees them.

use std::future::Future;

use http::{HeaderName, HeaderValue};

use crate::vendor::error::VendorError;

/// A header that proves who calls.
#[derive(Clone, Debug)]
pub(crate) struct Credential {
    pub(crate) name: HeaderName,
    /// Marked sensitive, so that `Debug` does not show it.
    pub(crate) value: HeaderValue,
    /// Counts the credentials of one source, so that many calls that were refused with the same
    /// one renew it once.
    pub(crate) generation: u64,
}

/// Where credentials come from.
pub(crate) trait Authorize: Send + Sync {
    /// The credential to use now; none for calls that need none.
    fn current(&self) -> impl Future<Output = Result<Option<Credential>, VendorError>> + Send;

    /// Another credential than the `spent` one, which was not accepted; none when there is none.
    fn renewed(
        &self,
        spent: u64,
    ) -> impl Future<Output = Result<Option<Credential>, VendorError>> + Send;
}

/// For calls that carry their own proof, such as the one that fetches a token.
pub(crate) struct Anonymous;

impl Authorize for Anonymous {
    async fn current(&self) -> Result<Option<Credential>, VendorError> {
        Ok(None)
    }

    async fn renewed(&self, _: u64) -> Result<Option<Credential>, VendorError> {
        Ok(None)
    }
}
