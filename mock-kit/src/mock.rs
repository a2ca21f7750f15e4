//! The shell around a vendor: one state behind one lock, and a handle to it.

use std::{
    future::Future,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, middleware, routing::get};
use jiff::Timestamp;
use seams::{Clock, Keyed, Wire};
use tokio::sync::{Notify, watch};

use crate::{
    admin::{self, AdminAccess},
    blueprint::Blueprint,
    clock::VendorClock,
    fault::{Faults, Names},
    idempotency::IdempotencyStore,
    journal::{Exchange, Journal},
    limit::Limiter,
    openapi,
    operation::Operations,
    pipeline,
    serve::Site,
    snapshot::{self, SnapshotError},
    vendor::Vendor,
    webhook::{self, AllowedHosts, Webhooks},
};

/// A handle to one running mock. Cloning shares it.
pub struct Mock<V: Vendor>(Arc<Inner<V>>);

/// Everything that one request touches.
pub struct MockState<V: Vendor> {
    /// The vendor's state machine.
    pub vendor: V,
    /// The rate limits of its clients.
    pub limiter: Limiter<V::Bucket>,
    /// Replies kept under idempotency keys.
    pub idempotency: IdempotencyStore,
    /// Webhook endpoints, queue and log.
    pub webhooks: Webhooks,
    /// What came in.
    pub journal: Journal,
}

/// How a mock is run; a vendor's own settings live in its state machine.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The largest request body taken, in bytes.
    pub body_limit: usize,
    /// How many exchanges the journal keeps.
    pub journal_capacity: usize,
    /// How many of those that faults struck it keeps besides.
    pub struck_capacity: usize,
    /// How many replies are kept under idempotency keys.
    pub idempotency_capacity: usize,
    /// Where webhooks may go, besides loopback.
    pub webhook_hosts: AllowedHosts,
    /// Who may use the admin API; it is not mounted when `None`.
    pub admin: Option<AdminAccess>,
    /// Whether `/openapi.json` and `/docs` are mounted.
    pub docs: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            body_limit: 1 << 20,
            journal_capacity: 10_000,
            struck_capacity: 10_000,
            idempotency_capacity: 50_000,
            webhook_hosts: AllowedHosts::new(["hub.test"]),
            admin: None,
            docs: true,
        }
    }
}

struct Inner<V: Vendor> {
    state: Mutex<MockState<V>>,
    clock: VendorClock,
    faults: Faults,
    blueprint: Arc<Blueprint<V>>,
    settings: Settings,
    signer: V::Signer,
    wake: Notify,
    /// How often the process died.
    life: AtomicU64,
    /// Tells the process to die, and for how long.
    doom: watch::Sender<Option<Duration>>,
}

impl<V: Vendor> Mock<V> {
    /// A mock around `vendor` that takes its time from `world` and its decisions from `keyed`.
    pub fn new(vendor: V, world: Clock, keyed: Keyed, settings: Settings) -> Self {
        let blueprint = Blueprint::shared();
        let clock = VendorClock::over(world);
        let ids = blueprint
            .operations
            .iter()
            .map(|operation| Arc::clone(&operation.id));
        let topics = V::TOPICS.iter().map(|topic| Arc::from(*topic));
        let names = Names::new(V::NAME, ids.chain(topics), V::CLIENTS);
        let faults = Faults::new(names, keyed, clock.world_now());
        let webhooks = Webhooks::new(
            vendor.webhook_policy(),
            settings.webhook_hosts.clone(),
            keyed,
        );
        let state = MockState {
            vendor,
            limiter: Limiter::default(),
            idempotency: IdempotencyStore::new(settings.idempotency_capacity),
            webhooks,
            journal: Journal::new(settings.journal_capacity, settings.struck_capacity),
        };
        Self(Arc::new(Inner {
            state: Mutex::new(state),
            clock,
            faults,
            blueprint,
            settings,
            signer: V::signer(),
            wake: Notify::new(),
            life: AtomicU64::new(0),
            doom: watch::Sender::new(None),
        }))
    }

    /// The whole server: the vendor's operations inside the pipeline, and beside it `/healthz`,
    /// the documents, and the admin API where it is enabled.
    pub fn router(&self) -> Router {
        let routes = self.0.blueprint.routes.clone();
        let piped = routes
            .fallback(pipeline::unmatched::<V>)
            .method_not_allowed_fallback(pipeline::unmatched::<V>)
            .layer(middleware::from_fn_with_state(
                self.clone(),
                pipeline::handle::<V>,
            ));
        let mut router = piped.route("/healthz", get(|| async { "ok" }));
        if self.0.settings.docs {
            router = router.merge(openapi::routes::<V>());
        }
        if let Some(access) = &self.0.settings.admin {
            router = router.merge(admin::routes::<V>(access));
        }
        router.with_state(self.clone())
    }

    /// The whole server with the faults that strike connections in front of it.
    pub fn site(&self) -> Site {
        Site::behind(self.router(), self.0.faults.clone(), self.0.clock.clone())
    }

    /// What happens without requests: time passing (holds ending, midnight) and webhooks going
    /// out through `wire`. Runs until dropped; a mock needs it once.
    pub fn drive(&self, wire: Wire) -> impl Future<Output = ()> + Send + use<V> {
        webhook::drive(self.clone(), wire)
    }

    /// Works on the state at the vendor's time, after everything that time alone brings about.
    /// Webhook messages that arise are queued. The one way to the state: the lock is held
    /// throughout, so `work` must be short.
    pub fn with<R>(&self, work: impl FnOnce(&mut MockState<V>, Timestamp) -> R) -> R {
        let (result, arose) = {
            let mut state = self.lock();
            let now = self.now();
            state.catch_up(now);
            let result = work(&mut state, now);
            state.queue_messages(now);
            (result, state.webhooks.take_news())
        };
        if arose {
            self.0.wake.notify_one();
        }
        result
    }

    /// The vendor's time, any fault's skew included.
    pub fn now(&self) -> Timestamp {
        self.0.clock.skew(self.0.faults.skew(&self.0.clock));
        self.0.clock.now()
    }

    /// The faults in force.
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// The vendor's clock.
    pub fn clock(&self) -> &VendorClock {
        &self.0.clock
    }

    /// The vendor's operations.
    pub fn operations(&self) -> &Operations<V::Access> {
        &self.0.blueprint.operations
    }

    /// How it is run.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Makes [`Mock::drive`] look again: the clock was moved, or state was put in.
    pub fn wake(&self) {
        self.0.wake.notify_one();
    }

    /// Lets the process that serves it die, and stay dead for so long; `false` where no process of
    /// its own serves it (see [`crate::live`]).
    pub fn crash(&self, dead_for: Duration) -> bool {
        let is_mortal = self.is_mortal();
        self.0.doom.send_replace(is_mortal.then_some(dead_for));
        is_mortal
    }

    /// Whether a process of its own serves it, and can die.
    pub fn is_mortal(&self) -> bool {
        self.0.doom.receiver_count() > 0
    }

    /// How long the process is to be dead, once it has to die.
    pub(crate) fn doomed(&self) -> impl Future<Output = Duration> + Send + use<V> {
        self.0.doom.send_replace(None);
        let mut doom = self.0.doom.subscribe();
        async move {
            let dead_for = doom.wait_for(Option::is_some).await;
            dead_for.ok().and_then(|found| *found).unwrap_or_default()
        }
    }

    /// The process dies: what waited to be applied late never comes. Its connections and
    /// [`Mock::drive`] are its owner's to drop, until [`Mock::revive`].
    pub fn die(&self) {
        self.0.life.fetch_add(1, Ordering::Relaxed);
    }

    /// The process comes back with what it kept: all that a snapshot holds, and nothing else.
    /// Rate limits and requests under way are forgotten; webhooks under way are sent again.
    ///
    /// # Errors
    /// When its own state cannot be read back: a mistake of the mock's.
    pub fn revive(&self) -> Result<(), SnapshotError> {
        let kept = snapshot::take(self).map_err(|error| SnapshotError::Unreadable {
            vendor: V::NAME,
            detail: error.to_string(),
        })?;
        snapshot::restore(self, &kept)
    }

    /// Which of its lives the process is in.
    pub(crate) fn life(&self) -> u64 {
        self.0.life.load(Ordering::Relaxed)
    }

    pub(crate) fn record(&self, exchange: Exchange) {
        self.lock().journal.record(exchange);
    }

    pub(crate) async fn woken(&self) {
        self.0.wake.notified().await;
    }

    pub(crate) fn signer(&self) -> &V::Signer {
        &self.0.signer
    }

    fn lock(&self) -> MutexGuard<'_, MockState<V>> {
        // A handler that panicked left its mark in the log; the mock goes on, as a vendor would.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V: Vendor> MockState<V> {
    fn catch_up(&mut self, now: Timestamp) {
        if self.vendor.next_due().is_some_and(|due| due <= now) {
            self.vendor.tick(now);
        }
    }

    fn queue_messages(&mut self, now: Timestamp) {
        for message in self.vendor.take_messages() {
            self.webhooks.publish(&message, now);
        }
    }
}

impl<V: Vendor> Clone for Mock<V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V: Vendor> std::fmt::Debug for Mock<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mock({})", V::NAME)
    }
}
