//! What was sent, and what came of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Message;

/// One message on its way to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The delivery's id, such as `dlv_17`.
    pub id: String,
    /// The receiving endpoint's id.
    pub endpoint: String,
    /// What is sent.
    pub message: Message,
    /// When it was queued.
    pub created_at: Timestamp,
    /// Where it stands.
    pub state: DeliveryState,
    /// The attempts so far.
    pub attempts: Vec<Attempt>,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum DeliveryState {
    /// The next attempt is due at this time, or under way.
    Pending {
        /// When it is due.
        due: Timestamp,
    },
    /// The receiver took it.
    Delivered,
    /// All attempts failed, or the endpoint was disabled or removed.
    GivenUp,
    /// A fault lost it; the vendor believes that it was delivered.
    Lost,
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The receiver answered with this status; 2xx is success.
    Status(u16),
    /// No answer, and why.
    Failed(String),
}

impl Outcome {
    /// Whether the receiver took the message.
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Status(200..=299))
    }
}
