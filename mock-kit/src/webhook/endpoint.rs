//! Who wants webhooks.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a vendor registers. Ids and secrets are the vendor's to draw.
#[derive(Clone, Debug)]
pub struct NewEndpoint {
    /// The endpoint's id.
    pub id: String,
    /// The principal it belongs to.
    pub owner: Arc<str>,
    /// Where messages are posted to.
    pub url: String,
    /// The topics it wants; `*` for all.
    pub topics: Vec<String>,
    /// What messages are signed with.
    pub secret: String,
}

/// A registered receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// The endpoint's id.
    pub id: String,
    /// The principal it belongs to.
    pub owner: Arc<str>,
    /// Where messages are posted to.
    pub url: String,
    /// The topics it wants; `*` for all.
    pub topics: Vec<String>,
    /// The secrets messages are signed with, the newest first.
    pub secrets: Vec<Secret>,
    /// Whether it is served.
    pub status: EndpointStatus,
    /// Until when a fault keeps it disabled; for good when none says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_until: Option<Timestamp>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Messages given up since the last success.
    pub given_up_in_a_row: u32,
}

/// One secret of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// The secret as the vendor gave it out.
    pub value: String,
    /// Until when it signs; `None` for the current one.
    pub until: Option<Timestamp>,
}

/// Whether an endpoint is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointStatus {
    /// Messages go to it.
    Enabled,
    /// It answered `410 Gone`.
    Gone,
    /// It failed too often.
    Failing,
}

impl Endpoint {
    pub(crate) fn new(new: NewEndpoint, now: Timestamp) -> Self {
        Self {
            id: new.id,
            owner: new.owner,
            url: new.url,
            topics: new.topics,
            secrets: vec![Secret {
                value: new.secret,
                until: None,
            }],
            status: EndpointStatus::Enabled,
            disabled_until: None,
            created_at: now,
            given_up_in_a_row: 0,
        }
    }

    /// Whether messages of this topic go to it.
    pub fn wants(&self, topic: &str) -> bool {
        self.status == EndpointStatus::Enabled
            && self
                .topics
                .iter()
                .any(|wanted| wanted == "*" || wanted == topic)
    }

    /// The secrets that sign at `now`, the newest first.
    pub fn live_secrets(&self, now: Timestamp) -> Vec<&str> {
        let live = |secret: &&Secret| secret.until.is_none_or(|until| now < until);
        self.secrets
            .iter()
            .filter(live)
            .map(|secret| secret.value.as_str())
            .collect()
    }
}
