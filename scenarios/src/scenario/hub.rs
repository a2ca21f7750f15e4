//! `[hub]`: how the middleware under test is set up for this scenario.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Span;

/// Settings of the middleware; what is absent keeps the middleware's own default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HubSettings {
    /// Whether it subscribes to webhooks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhooks: Option<bool>,
    /// Between two reads of the jerky change feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed_every: Option<Span>,
    /// Between two polls of the shop's changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poll_every: Option<Span>,
    /// Between two full reconciliations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sweep_every: Option<Span>,
    /// How long one request may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_timeout: Option<Span>,
    /// From so many numbers at once on, it publishes them in bulk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bulk_from: Option<u32>,
    /// How long it asks the reservation of a confirmed order to live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reservation_ttl: Option<Span>,
    /// Rows it asks for in one page of a list; the vendors' maximum when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_rows: Option<u32>,
}

/// What the middleware does by itself.
const SWEEP: Span = Span::from_mins(15);
const POLL: Span = Span::from_secs(30);

impl HubSettings {
    /// Between two full reconciliations, the middleware's own default included.
    pub fn sweep_every(&self) -> Span {
        self.sweep_every.unwrap_or(SWEEP)
    }

    /// The longest until the middleware hears of a change by itself: by a change feed or a poll, or by
    /// the next full reconciliation where those are slower still. Its own defaults are included.
    pub fn slowest_poll(&self) -> Span {
        let feed = self.feed_every.unwrap_or_default();
        let poll = self.poll_every.unwrap_or(POLL).max(feed);
        poll.min(self.sweep_every())
    }
}
