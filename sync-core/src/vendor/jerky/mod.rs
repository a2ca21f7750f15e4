//! The jerky vendor: OAuth 2.0, RFC 9457 problems, cursors, decimal quantities.
//!
//! `client` is how the API is called, `read`, `write` and `endpoint` its operations, `token` its
//! access token, `page` its lists, `signature` its webhooks. `wire` and `request` hold the vendor's
//! shapes; nothing outside this module sees them, only the views in `view`.

mod client;
mod endpoint;
mod line_units;
mod page;
mod read;
mod request;
pub mod signature;
mod token;
pub mod view;
mod wire;
mod write;

pub use client::{JerkyClient, JerkyConfig};
pub use endpoint::NewEndpointView;
pub use page::{FeedPage, Listed, Page, Pages};
pub use token::ClientCredentials;
