//! What is sent, and how a vendor signs it.

use http::{HeaderName, HeaderValue};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::stored_body::StoredBody;

/// One webhook message, the same for every endpoint and every attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The id that receivers drop duplicates by.
    pub id: String,
    /// The event type or topic that endpoints subscribe to.
    pub topic: String,
    /// The exact bytes that are sent and signed.
    pub body: StoredBody,
}

/// How a vendor signs its webhooks.
pub trait Signer: Send + Sync + 'static {
    /// The headers of one attempt at `at`: ids, time, and a signature for each of `secrets` (more
    /// than one while a rotation overlaps), the newest first.
    fn sign(
        &self,
        message: &Message,
        secrets: &[&str],
        at: Timestamp,
    ) -> Vec<(HeaderName, HeaderValue)>;
}
