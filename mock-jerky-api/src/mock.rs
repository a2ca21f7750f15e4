//! The handle that worlds and tests hold.

use std::{future::Future, ops::Deref};

use axum::Router;
use mock_kit::{Mock, Role, Settings, Site, snapshot};
use seams::{Clock, Keyed, Wire};

use crate::{config::Config, oauth::Credentials, vendor::Jerky, warehouse::Warehouse};

/// A running jerky vendor. Cloning shares it. Everything of mock-kit's [`Mock`] is reached by
/// dereferencing.
#[derive(Clone, Debug)]
pub struct JerkyMock(Mock<Jerky>);

impl JerkyMock {
    /// A vendor under the usual settings, its admin API closed.
    pub fn new(config: Config, clock: Clock, keyed: Keyed) -> Self {
        Self::with_settings(config, clock, keyed, Settings::default())
    }

    /// A vendor under explicit settings.
    pub fn with_settings(config: Config, clock: Clock, keyed: Keyed, settings: Settings) -> Self {
        let vendor = Jerky::open(config, keyed, clock.now());
        Self(Mock::new(vendor, clock, keyed, settings))
    }

    /// Its server.
    pub fn router(&self) -> Router {
        self.0.router()
    }

    /// The whole server with the faults that strike connections in front of it.
    pub fn site(&self) -> Site {
        self.0.site()
    }

    /// The credentials of the client with this role, if there is one.
    pub fn credentials(&self, role: Role) -> Option<Credentials> {
        self.0.with(|state, _| state.vendor.credentials(role))
    }

    /// Looks at the stock, ground truth included, at the vendor's time. The lock is held: be
    /// brief.
    pub fn warehouse<R>(&self, look: impl FnOnce(&Warehouse) -> R) -> R {
        self.0.with(|state, _| look(&state.vendor.warehouse))
    }

    /// What happens without requests: time passing, and webhooks going out through `wire`. Runs
    /// until dropped.
    pub fn run_webhooks(&self, wire: Wire) -> impl Future<Output = ()> + Send + use<> {
        self.0.drive(wire)
    }

    /// The state as one JSON document.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn snapshot(&self) -> Result<Vec<u8>, serde_json::Error> {
        snapshot::take(&self.0)
    }

    /// Takes over a state.
    ///
    /// # Errors
    /// When it is no snapshot of this vendor, or of another version.
    pub fn restore(&self, document: &[u8]) -> Result<(), snapshot::SnapshotError> {
        snapshot::restore(&self.0, document)
    }
}

impl Deref for JerkyMock {
    type Target = Mock<Jerky>;

    fn deref(&self) -> &Mock<Jerky> {
        &self.0
    }
}
