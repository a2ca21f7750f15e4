//! The polish mock as its callers see it: over HTTP, through its public surface only.

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
