//! The polish vendor: API keys, its own error shape, shifting pages, optimistic versions.
//!
//! `client` is how the API is called, `read`, `write` and `webhook` its operations, `key` its
//! credentials, `page` its lists, `signature` its webhooks. `wire` holds the vendor's shapes;
//! nothing outside this module sees them, only the views in `view`.

mod client;
mod key;
mod page;
mod read;
pub mod signature;
pub mod view;
mod webhook;
mod wire;
mod write;

pub use client::{PolishClient, PolishConfig, default_leak};
pub use page::{Page, Step, Sweeps, Walk};
pub use webhook::NewWebhookView;
pub use write::{BulkRow, MOST_BULK_ROWS};
