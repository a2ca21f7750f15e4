//! The same parties on real sockets and real time. Nothing is judged here.

use std::{
    io::Write,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use mock_kit::{BindError, Mock, Settings, Vendor, admin::AdminAccess, bind};
use mock_polish_api::truth::{Fact, Happening};
use seams::{Clock, Wire, WireError};
use sync_core::store::{Store, StoreError};
use sync_hub::{Hub, HubError, Wires};
use tokio::{net::TcpListener, sync::watch, task::JoinSet, time::Instant};

use crate::{
    plan::Plan,
    scenario::{Expect, HubSettings, Scenario, Span, Traffic, World},
    sim::{Addresses, PeoplesWires, SimError, Vendors, catalogue},
};

/// What to serve, and where.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Ports of the jerky vendor, the polish vendor and the hub; 0 takes a free one.
    pub ports: [u16; 3],
    /// The seed of catalogue, credentials and traffic.
    pub seed: u64,
    /// Jerky items, each listed in the shop.
    pub items: u32,
    /// How fast shoppers order.
    pub orders_a_minute: f64,
    /// The hub's store; in memory when `None`.
    pub store: Option<PathBuf>,
    /// Whether both vendors' admin API is open.
    pub admin: bool,
}

/// What came of it, by the shop's own ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// Orders that shoppers placed.
    pub placed: u64,
    /// Orders that the hub confirmed.
    pub confirmed: u64,
    /// Numbers that the hub published.
    pub published: u64,
}

/// Why serving could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// A port is taken.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The hub's store cannot be used.
    #[error("{}: {error}", path.display())]
    Store {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: StoreError,
    },
    /// The parties could not be set up.
    #[error(transparent)]
    Parties(#[from] SimError),
    /// The hub cannot start or go on.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// The machine has no HTTP client to give.
    #[error("no HTTP client: {0}")]
    Wire(#[from] WireError),
    /// The machine refused something.
    #[error("the machine refused: {0}")]
    System(#[from] std::io::Error),
}

/// How long shoppers keep coming.
const OPEN: Span = Span::from_hours(24);

/// Serves both vendors and the hub until the process is interrupted.
///
/// # Errors
/// [`LiveError`].
pub fn serve(stage: &Stage) -> Result<Served, LiveError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let stop = async {
            // Without signals there is nothing to wait for, and nobody to serve for.
            let _ = tokio::signal::ctrl_c().await;
        };
        perform(stage, stop).await
    })
}

/// Serves until `stop` is done.
///
/// # Errors
/// [`LiveError`].
pub async fn perform(stage: &Stage, stop: impl Future<Output = ()>) -> Result<Served, LiveError> {
    let clock = Clock::system();
    let plan = Plan::expand(&scenario(stage, &clock), stage.seed);
    let [jerky, polish, hub] = stage
        .ports
        .map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let (jerky, polish, hub) = (bind(jerky).await?, bind(polish).await?, bind(hub).await?);
    let at = Addresses {
        jerky: url(&jerky)?,
        polish: url(&polish)?,
        hub: url(&hub)?,
    };
    let vendors = Vendors::open(&plan, &clock, settings(stage))?;
    let wire = seams::live::wire()?;
    let middleware = middleware(stage, &plan, &vendors, &at, &wire, &clock)?;
    print_environment(&vendors, &at);
    let (ended, over) = watch::channel(());
    let mut servers = JoinSet::new();
    servers.spawn(vendor(
        Mock::clone(&vendors.jerky),
        jerky,
        wire.clone(),
        until(over.clone()),
    ));
    servers.spawn(vendor(
        vendors.polish.mock().clone(),
        polish,
        wire.clone(),
        until(over.clone()),
    ));
    servers.spawn(mock_kit::serve(hub, middleware.router(), until(over)));
    let mut drives = JoinSet::new();
    drives.spawn(work(vendors.people(wires(&wire), &at)?, plan));
    let result = tokio::select! {
        biased;
        () = stop => Ok(()),
        result = middleware.run() => result,
    };
    drives.shutdown().await;
    drop(ended);
    while servers.join_next().await.is_some() {}
    result?;
    Ok(vendors.polish.shop(|shop, _| Served::of(shop.facts())))
}

impl Served {
    fn of<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Self {
        let mut served = Self::default();
        for fact in facts {
            match fact.fact {
                Happening::OrderPlaced { .. } => served.placed += 1,
                Happening::OrderConfirmed { .. } => served.confirmed += 1,
                Happening::AvailabilitySet { .. } => served.published += 1,
                _ => {}
            }
        }
        served
    }
}

fn middleware(
    stage: &Stage,
    plan: &Plan,
    vendors: &Vendors,
    at: &Addresses,
    wire: &Wire,
    clock: &Clock,
) -> Result<Hub, LiveError> {
    let store = match &stage.store {
        Some(path) => open(path)?,
        None => Store::in_memory().map_err(SimError::from)?,
    };
    let wires = Wires {
        jerky: wire.clone(),
        polish: wire.clone(),
    };
    let config = vendors.hub_config(&plan.scenario.hub, at)?;
    let hub = Hub::new(
        config,
        Arc::clone(&catalogue(plan)?),
        store,
        wires,
        clock.clone(),
        plan.keyed(),
    );
    Ok(hub?)
}

fn open(path: &Path) -> Result<Store, LiveError> {
    Store::open(path).map_err(|error| LiveError::Store {
        path: path.to_owned(),
        error,
    })
}

async fn work(people: crate::sim::actors::People, plan: Plan) {
    people.perform(&plan.steps, Instant::now()).await;
    // The shop is closed; the servers go on.
    std::future::pending::<()>().await;
}

/// A vendor as a process that the admin API can kill.
async fn vendor<V: Vendor>(
    mock: Mock<V>,
    listener: TcpListener,
    wire: Wire,
    stop: impl Future<Output = ()>,
) {
    if let Err(error) = mock_kit::live(&mock, listener, wire, stop).await {
        tracing::error!(%error, "a vendor cannot be served");
    }
}

async fn until(mut over: watch::Receiver<()>) {
    // Ends when the sender is dropped.
    while over.changed().await.is_ok() {}
}

/// A shop that is open for a day from now on.
fn scenario(stage: &Stage, clock: &Clock) -> Scenario {
    Scenario {
        name: "serve".to_owned(),
        title: "A shop on this machine".to_owned(),
        why: "To be looked at, and to be talked to.".to_owned(),
        seed: None,
        found: None,
        world: World {
            items: stage.items,
            listings: stage.items,
            start: clock.now(),
            duration: OPEN,
            ..World::default()
        },
        traffic: Some(Traffic {
            orders: stage.orders_a_minute * 60.0,
            ..if stage.orders_a_minute > 0.0 {
                Traffic::default()
            } else {
                Traffic::none()
            }
        }),
        hub: HubSettings::default(),
        expect: Expect::default(),
        faults: Vec::new(),
        steps: Vec::new(),
    }
}

fn settings(stage: &Stage) -> Settings {
    Settings {
        admin: stage.admin.then(AdminAccess::default),
        ..Settings::default()
    }
}

fn wires(wire: &Wire) -> PeoplesWires {
    PeoplesWires {
        shopper: wire.clone(),
        shop_staff: wire.clone(),
        warehouse: wire.clone(),
    }
}

fn url(listener: &TcpListener) -> Result<String, LiveError> {
    Ok(format!("http://{}", listener.local_addr()?))
}

/// Lines that a shell or an `.env` file can take.
fn print_environment(vendors: &Vendors, at: &Addresses) {
    let jerky = vendors
        .jerky
        .with(|state, _| state.vendor.environment(&at.jerky));
    let polish = vendors
        .polish
        .mock()
        .with(|state, _| state.vendor.environment(&at.polish));
    let hub = [("HUB_URL", at.hub.clone())];
    let mut out = std::io::stdout().lock();
    for (name, value) in jerky.into_iter().chain(polish).chain(hub) {
        // Whoever started this may have closed the pipe; it serves all the same.
        let _ = writeln!(out, "{name}={value}");
    }
    let _ = out.flush();
}
