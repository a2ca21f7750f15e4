//! A running polish mock: the shop, its keys and its webhooks in one shell.

use std::future::Future;

use axum::Router;
use jiff::Timestamp;
use mock_kit::{
    Faults, Mock, Settings, Site,
    snapshot::{self, SnapshotError},
};
use seams::{Clock, Keyed, Wire};

use crate::{
    actor::Role,
    config::Config,
    keys::Credentials,
    shop::{OpeningProduct, Shop},
    vendor::{Opening, PolishVendor},
};

/// A handle to one running mock. Cloning shares it.
#[derive(Clone, Debug)]
pub struct PolishMock(Mock<PolishVendor>);

impl PolishMock {
    /// A shop with products drawn from `keyed`, on this clock.
    pub fn new(config: Config, clock: Clock, keyed: Keyed) -> Self {
        Self::open(config, Opening::Drawn, clock, keyed, Settings::default())
    }

    /// A shop with these products.
    pub fn with_catalogue(
        config: Config,
        products: Vec<OpeningProduct>,
        clock: Clock,
        keyed: Keyed,
    ) -> Self {
        let opening = Opening::Given(products.into());
        Self::open(config, opening, clock, keyed, Settings::default())
    }

    /// A shop that opens with `opening`, run as `settings` say.
    pub fn open(
        config: Config,
        opening: Opening,
        clock: Clock,
        keyed: Keyed,
        settings: Settings,
    ) -> Self {
        let vendor = PolishVendor::open(config, opening, keyed, clock.now());
        Self(Mock::new(vendor, clock, keyed, settings))
    }

    /// The shell around the shop: clock, journal, webhook log, admin.
    pub fn mock(&self) -> &Mock<PolishVendor> {
        &self.0
    }

    /// The whole server.
    pub fn router(&self) -> Router {
        self.0.router()
    }

    /// The whole server with the faults that strike connections in front of it.
    pub fn site(&self) -> Site {
        self.0.site()
    }

    /// Sends webhooks through `wire` and ends holds in time; runs until dropped.
    pub fn run_webhooks(&self, wire: Wire) -> impl Future<Output = ()> + Send + use<> {
        self.0.drive(wire)
    }

    /// The live keys of the principal of this role.
    pub fn credentials(&self, role: Role) -> Credentials {
        self.0.with(|state, _| state.vendor.credentials(role))
    }

    /// Looks at the shop, ground truth included, after all that time alone has brought about. The
    /// lock is held throughout, so `look` must be short.
    pub fn shop<R>(&self, look: impl FnOnce(&Shop, Timestamp) -> R) -> R {
        self.0.with(|state, now| look(state.vendor.shop(), now))
    }

    /// The faults in force.
    pub fn faults(&self) -> &Faults {
        self.0.faults()
    }

    /// Everything the mock knows, as one JSON document.
    ///
    /// # Errors
    /// When the state cannot be written as JSON.
    pub fn snapshot(&self) -> Result<Vec<u8>, serde_json::Error> {
        snapshot::take(&self.0)
    }

    /// Puts a snapshot in place of everything the mock knows.
    ///
    /// # Errors
    /// [`SnapshotError`]; the mock is then as it was.
    pub fn restore(&self, document: &[u8]) -> Result<(), SnapshotError> {
        snapshot::restore(&self.0, document)
    }
}
