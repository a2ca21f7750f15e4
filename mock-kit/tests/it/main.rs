//! The shell around a toy vendor, from outside: requests in, replies, journal and webhooks out.

#![expect(
    clippy::unwrap_used,
    reason = "clippy takes only test functions for tests, and not what they call"
)]

mod admin;
mod command;
mod connection;
mod documents;
mod everywhere;
mod faults;
mod http_faults;
mod meaning;
mod on_the_wire;
mod pipeline;
mod reach;
mod toy;
mod webhook_faults;
mod webhooks;
mod world;
