//! Faults of the wire, of HTTP, of meaning, of webhooks and of the clock, one to a file.

mod clock_skew;
mod latency;
mod page_repeated;
mod page_skipped;
mod partial_batch;
mod rate_limit_storm;
mod reply_lost;
mod reset;
mod server_error;
mod stale_read;
mod time_out;
mod token_revoked;
mod webhook_delayed;
mod webhook_duplicated;
mod webhook_forged;
mod webhook_lost;
mod webhook_reordered;

pub use clock_skew::ClockSkew;
pub use latency::Latency;
pub use page_repeated::PageRepeated;
pub use page_skipped::PageSkipped;
pub use partial_batch::PartialBatch;
pub use rate_limit_storm::RateLimitStorm;
pub use reply_lost::ReplyLost;
pub use reset::Reset;
pub use server_error::ServerError;
pub use stale_read::StaleRead;
pub use time_out::TimeOut;
pub use token_revoked::TokenRevoked;
pub use webhook_delayed::WebhookDelayed;
pub use webhook_duplicated::WebhookDuplicated;
pub use webhook_forged::WebhookForged;
pub use webhook_lost::WebhookLost;
pub use webhook_reordered::WebhookReordered;
