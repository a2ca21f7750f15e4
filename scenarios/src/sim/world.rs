//! One simulated world: a clock, a network, both vendors, the middleware, and the people.

use std::cell::OnceCell;

use jiff::Timestamp;
use mock_kit::Settings;
use seams::Clock;

use super::{
    SimError,
    actors::People,
    clocks::Clocks,
    disk::Disk,
    doom::Doom,
    lost::Lost,
    machines::Machines,
    net::Net,
    parties::{Addresses, PeoplesWires, Vendors, catalogue},
    process::{HOST, Process, Setup},
    tape::{Party, Tape},
    watch::Watch,
};
use crate::{
    plan::Plan,
    scenario::{Crash, Fault},
};

/// The jerky vendor's host.
pub(super) const JERKY: &str = "jerky.test";
/// The polish vendor's host.
pub(super) const POLISH: &str = "polish.test";

/// Everything that takes part in one run.
pub(super) struct World {
    pub(super) clock: Clock,
    pub(super) tape: Tape,
    net: Net,
    pub(super) vendors: Vendors,
    pub(super) process: Process,
    pub(super) people: People,
    pub(super) doom: Doom,
    /// The vendors' processes.
    pub(super) machines: Machines,
    /// The clocks that are set wrong.
    pub(super) clocks: Clocks,
    /// The disk of the middleware's store.
    pub(super) disk: Disk,
    /// Webhooks that a fault lost.
    pub(super) lost: Lost,
    /// How each vendor's clock was set.
    pub(super) jerky_skew: Watch,
    pub(super) polish_skew: Watch,
    /// When people began to work, once they have.
    pub(super) traffic_began: OnceCell<Timestamp>,
}

/// How many struck requests a vendor remembers: all of any run, and none of the others, which the tape
/// has. One that was left out would leave what the middleware set aside because of it without a cause
/// (seed 142088159, of 10,896).
const STRUCK: usize = 1_000_000;

impl World {
    /// A world in which nothing has begun. Call it inside the runtime of the run.
    pub(super) fn new(plan: &Plan) -> Result<Self, SimError> {
        let clock = Clock::starting_at(plan.world().start);
        let tape = Tape::default();
        let net = Net::new(clock.clone(), plan.keyed(), tape.clone());
        let settings = Settings {
            docs: false,
            journal_capacity: 0,
            struck_capacity: STRUCK,
            ..Settings::default()
        };
        let vendors = Vendors::open(plan, &clock, settings)?;
        let machines = Machines::new(net.clone(), vendors.clone(), plan);
        machines.start();
        let clocks = Clocks::new(&clock, plan);
        let disk = Disk::new(plan);
        let doom = Doom::of(crashes(plan));
        let setup = Setup {
            config: vendors.hub_config(&plan.scenario.hub, &addresses())?,
            catalogue: catalogue(plan)?,
            net: net.clone(),
            tape: tape.clone(),
            vendors: vendors.clone(),
            clock: clock.clone(),
            own_clock: clocks.hub(),
            gate: disk.clone(),
            keyed: plan.keyed(),
        };
        Ok(Self {
            people: vendors.people(peoples_wires(&net), &addresses())?,
            process: Process::new(setup, doom.clone())?,
            vendors,
            clock,
            tape,
            net,
            machines,
            clocks,
            disk,
            doom,
            lost: Lost::default(),
            jerky_skew: Watch::default(),
            polish_skew: Watch::default(),
            traffic_began: OnceCell::new(),
        })
    }

    /// When people began to work, or now if they have not.
    pub(super) fn traffic_began(&self) -> Timestamp {
        *self.traffic_began.get_or_init(|| self.clock.now())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.net.shut();
    }
}

fn addresses() -> Addresses {
    Addresses {
        jerky: format!("http://{JERKY}"),
        polish: format!("http://{POLISH}"),
        hub: format!("http://{HOST}"),
    }
}

fn peoples_wires(net: &Net) -> PeoplesWires {
    PeoplesWires {
        shopper: net.wire(Party::Shopper),
        shop_staff: net.wire(Party::ShopStaff),
        warehouse: net.wire(Party::Warehouse),
    }
}

fn crashes(plan: &Plan) -> Vec<Crash> {
    let faults = plan.scenario.faults.iter();
    let crash = |fault: &Fault| match fault {
        Fault::Crash(crash) => Some(crash.clone()),
        Fault::Process(_) | Fault::Vendor(_) => None,
    };
    faults.filter_map(crash).collect()
}
