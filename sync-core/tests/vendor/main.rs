//! How the vendor clients behave on the wire: real sockets with wiremock, and virtual time with a
//! wire in the process.

mod bodies;
mod errors;
mod hold_off;
mod reading;
mod retries;
mod token;
mod world;
