//! The hub between two small vendors in the process, in virtual time.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod crash;
mod fake;
mod feed;
mod orders;
mod quiet;
mod webhooks;
mod world;
