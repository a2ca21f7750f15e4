//! The polish mock as its callers see it: over HTTP, through its public surface only.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends at the first thing that is not as expected"
)]

mod admin;
mod documents;
mod errors;
mod faults;
mod keys;
mod limits;
mod listings;
mod orders;
mod shop;
mod webhooks;
