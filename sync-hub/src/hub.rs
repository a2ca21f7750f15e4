//! The hub as one value: made from its seams, asked for its router, run, and dropped to crash.

use std::sync::Arc;

use axum::Router;
use seams::{Clock, Keyed, Wire};
use sync_core::{
    catalogue::Catalogue,
    engine::Engine,
    store::Store,
    vendor::{jerky::JerkyClient, polish::PolishClient},
};
use tokio::task::JoinSet;

use crate::{
    config::HubConfig,
    core::Core,
    dispatch,
    error::HubError,
    intake, registration,
    status::{self, HubStatus, Pending},
    sweep,
};

/// How the hub reaches its vendors.
#[derive(Clone, Debug)]
pub struct Wires {
    /// To the jerky vendor.
    pub jerky: Wire,
    /// To the polish vendor.
    pub polish: Wire,
}

/// The middleware. Cloning shares it.
#[derive(Clone)]
pub struct Hub(Arc<Core>);

impl Hub {
    /// Takes over a store and gets ready; nothing is sent before [`run`](Self::run).
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn new(
        config: HubConfig,
        catalogue: Arc<Catalogue>,
        store: Store,
        wires: Wires,
        clock: Clock,
        keyed: Keyed,
    ) -> Result<Self, HubError> {
        let engine = Engine::open(store, catalogue, config.engine.clone(), keyed, clock.now())?;
        let jerky = JerkyClient::new(config.jerky.clone(), wires.jerky, clock.clone(), keyed);
        let polish = PolishClient::new(config.polish.clone(), wires.polish, clock.clone(), keyed);
        let core = Core::new(config, engine, jerky, polish, clock, keyed);
        registration::recall(&core)?;
        Ok(Self(Arc::new(core)))
    }

    /// What the hub answers: `POST /webhooks/jerky`, `POST /webhooks/polish`, `GET /healthz`,
    /// `GET /status`.
    pub fn router(&self) -> Router {
        intake::webhook::router(Arc::clone(&self.0)).merge(status::router(Arc::clone(&self.0)))
    }

    /// Runs until [`shutdown`](Self::shutdown), or until the store fails for good. Every task
    /// belongs to this future: dropping it stops all of them where they stand, as a crash would.
    ///
    /// # Errors
    /// When the hub cannot go on.
    pub async fn run(&self) -> Result<(), HubError> {
        let mut tasks: JoinSet<Result<(), HubError>> = JoinSet::new();
        tasks.spawn(dispatch::run(Arc::clone(&self.0)));
        tasks.spawn(registration::run(Arc::clone(&self.0)));
        tasks.spawn(sweep::jerky::run(Arc::clone(&self.0)));
        tasks.spawn(sweep::polish::run(Arc::clone(&self.0)));
        tasks.spawn(intake::feed::run(Arc::clone(&self.0)));
        tasks.spawn(intake::orders::run(Arc::clone(&self.0)));
        tasks.spawn(intake::products::run(Arc::clone(&self.0)));
        tasks.spawn(intake::counts::run(Arc::clone(&self.0)));
        // Tasks end when asked to; one that ends for another reason takes the rest down with it.
        while let Some(ended) = tasks.join_next().await {
            ended.map_err(|error| HubError::Panicked(error.to_string()))??;
        }
        Ok(())
    }

    /// Asks [`run`](Self::run) to end: commands in flight are settled, nothing new is begun.
    pub fn shutdown(&self) {
        self.0.stop();
    }

    /// Why the hub has not converged; empty when it has nothing left to do.
    pub fn pending(&self) -> Vec<Pending> {
        status::pending(&self.0)
    }

    /// What `GET /status` shows.
    pub fn status(&self) -> HubStatus {
        status::status(&self.0)
    }

    /// Reads the engine: its catalogue, its store, its quarantine. Keep it short; everything else
    /// waits.
    pub fn with_engine<T>(&self, read: impl FnOnce(&mut Engine) -> T) -> T {
        read(&mut self.0.engine())
    }
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hub")
    }
}
