//! Webhooks out: who wants them, what waits to be sent, what was sent. [`Webhooks`] is plain data
//! in the vendor's state; the `dispatcher` is the shell that sends.

mod allowed_hosts;
mod dispatcher;
mod endpoint;
mod fate;
mod lane;
mod log;
mod policy;
mod queue;
mod saved;
mod signer;

pub use allowed_hosts::{AllowedHosts, UrlRefused};
pub use dispatcher::{Forged, Garbled};
pub use endpoint::{Endpoint, EndpointStatus, NewEndpoint, Secret};
pub use log::{Attempt, Delivery, DeliveryState, Outcome};
pub use policy::Policy;
pub use queue::Webhooks;
pub use saved::SavedWebhooks;
pub use signer::{Message, Signer};

pub(crate) use dispatcher::drive;
