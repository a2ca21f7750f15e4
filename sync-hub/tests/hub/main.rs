//! The hub between two small vendors in the process, in virtual time.

mod crash;
mod fake;
mod feed;
mod orders;
mod quiet;
mod webhooks;
mod world;
