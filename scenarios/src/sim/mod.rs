//! The simulated world: in-memory network, virtual time, both vendors, the middleware, people.
//!
//! Nothing here judges: [`play`] records a run and asks the oracle.

pub mod actors;
mod canary;
mod clocks;
mod disk;
mod doom;
mod guarded;
mod history;
mod last_words;
pub mod ledger;
mod lost;
mod machines;
mod moves;
pub mod net;
mod parties;
mod process;
mod restraint;
mod run;
pub mod struck;
pub mod tape;
mod told;
mod watch;
mod weather;
mod world;

#[cfg(test)]
mod net_tests;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use canary::CANARY;
pub use guarded::play_guarded;
pub use parties::{Addresses, PeoplesWires, Vendors, catalogue};
pub use run::{Played, play};
pub use told::Untellable;
pub use weather::{Window, windows};

/// Why a run could not be played to its end. Never what a vendor suffers.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The machine did not give what was needed.
    #[error("the machine refused: {0}")]
    System(#[from] std::io::Error),
    /// Somebody does not take the catalogue.
    #[error(transparent)]
    Told(#[from] Untellable),
    /// A vendor has no credentials for somebody.
    #[error("no credentials for {0}")]
    NoCredentials(&'static str),
    /// A fault rule fits no vendor.
    #[error("fault: {0}")]
    Fault(String),
    /// The middleware's store cannot be read.
    #[error("the middleware's store: {0}")]
    Store(#[from] sync_core::store::StoreError),
    /// The middleware gave up.
    #[error("the middleware ended: {0}")]
    Hub(String),
    /// The middleware ended without a reason.
    #[error("the middleware ended without a reason")]
    Ended,
    /// The harness panicked, or the middleware in it.
    #[error("it panicked: {0}")]
    Panicked(String),
}

/// The operations and webhook topics of both vendors, by their names in fault rules.
pub fn operations() -> BTreeMap<String, Vec<String>> {
    BTreeMap::from([
        names::<mock_jerky_api::Jerky>(),
        names::<mock_polish_api::PolishVendor>(),
    ])
}

/// Whose requests a fault may strike: roles, clients of either vendor, and all.
pub fn clients() -> Vec<String> {
    let roles = mock_kit::Role::ALL.map(mock_kit::Role::as_str);
    let jerky = <mock_jerky_api::Jerky as mock_kit::Vendor>::CLIENTS;
    let polish = <mock_polish_api::PolishVendor as mock_kit::Vendor>::CLIENTS;
    let mut names: Vec<&str> = [&roles, jerky, polish, &["any"]].concat();
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(str::to_owned).collect()
}

fn names<V: mock_kit::Vendor>() -> (String, Vec<String>) {
    let document = mock_kit::openapi::document::<V>();
    let operations = mock_kit::Operations::documented(&document, |_| ());
    let ids = operations.iter().map(|operation| operation.id.to_string());
    let topics = V::TOPICS.iter().map(ToString::to_string);
    (V::NAME.to_owned(), ids.chain(topics).collect())
}
