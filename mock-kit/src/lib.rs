//! What both vendor mocks share: one request pipeline with faults, rate limits and idempotency in
//! it, webhooks out, a journal of what came in, an admin API, and the command line around it.
//!
//! A vendor implements [`Vendor`] on its state machine and writes handlers; [`Mock`] is the shell
//! around it. No vendor's wire type, stock rule or error body lives here, and nothing of the
//! middleware under test.

mod blueprint;
mod call;
mod clock;
mod live;
mod mock;
mod operation;
mod pipeline;
mod principal;
mod refusal;
mod serve;
mod stored_body;
mod vendor;

pub mod admin;
pub mod command;
pub mod extract;
pub mod fault;
pub mod idempotency;
pub mod journal;
pub mod limit;
pub mod nearest;
pub mod openapi;
pub mod snapshot;
pub mod webhook;

pub use call::Call;
pub use clock::VendorClock;
pub use live::live;
pub use mock::{Mock, MockState, Settings};
pub use operation::{Operation, Operations};
pub use principal::{Principal, Role};
pub use refusal::{Refusal, http_date};
pub use serve::{BindError, Cut, Entry, Site, Then, bind, serve, serve_connection};
pub use stored_body::StoredBody;
pub use vendor::{Revocation, Vendor};

pub use fault::{FaultRule, Faults, Phase, Struck};
pub use limit::{Bucket, LeakyBucket, TokenBucket};
