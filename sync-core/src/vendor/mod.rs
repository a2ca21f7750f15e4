//! Clients of the two vendors: what they say, parsed into the views the engine decides on.
//!
//! `http` is the stack both share (time-outs, retries, pacing, circuit breaking); `jerky` and
//! `polish` know one API each. Every failure is a [`error::VendorError`], sorted by whether the
//! call can have had an effect. Nothing here decides anything about stock or orders.

pub mod error;
pub mod http;
pub mod jerky;
pub mod polish;
pub mod reading;
pub mod secret;
pub mod signature;
