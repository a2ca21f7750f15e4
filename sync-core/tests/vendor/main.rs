//! How the vendor clients behave on the wire: real sockets with wiremock, and virtual time with a
//! wire in the process.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bodies;
mod errors;
mod hold_off;
mod reading;
mod retries;
mod token;
mod world;
