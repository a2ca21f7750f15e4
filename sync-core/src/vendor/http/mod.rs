//! The HTTP stack both vendor clients share, over a [`seams::Wire`].
//!
//! A call passes the gate (hold-off, pacing, circuit breaker), is given its time, and its reply is
//! sorted into a [`VendorError`](super::error::VendorError) or handed to whoever reads the body.
//! Safe calls are repeated here with exponential backoff and full jitter; writes are not, because
//! only the outbox knows how to ask what became of one. What a body means is the clients' business.

mod authorize;
mod breaker;
mod call;
mod channel;
mod gate;
mod pace;
mod policy;
mod retry_after;

pub use gate::GateStatus;
pub use policy::HttpPolicy;

pub(crate) use authorize::{Anonymous, Authorize, Credential};
pub(crate) use call::{Call, Reply, escaped};
pub(crate) use channel::{Channel, Fittings, Garble};
