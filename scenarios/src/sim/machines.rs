//! The vendors' processes: started, killed at a request or a time, and started again.
//!
//! Dead means dead: connections break, whatever was being served or sent stops where it stands,
//! and nobody listens. What the vendor keeps is what a snapshot of it holds.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{Router, extract::Request, middleware::Next};
use tokio::{task::JoinSet, time::Instant};

use super::{
    net::Net,
    parties::Vendors,
    tape::Party,
    world::{JERKY, POLISH},
};
use crate::{
    plan::Plan,
    report::FaultCount,
    scenario::{CrashPhase, Fault, ProcessFault, VendorCrash, VendorName},
};

/// Both vendors' processes. Clones share them.
#[derive(Clone)]
pub(super) struct Machines(Arc<Inner>);

struct Inner {
    net: Net,
    vendors: Vendors,
    planned: Vec<VendorCrash>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    armed: bool,
    /// Requests that reached each vendor.
    requests: BTreeMap<VendorName, u64>,
    /// What each runs by itself: webhooks going out, time passing. None while it is dead.
    drives: BTreeMap<VendorName, JoinSet<()>>,
    /// Those that are to come back.
    restarts: JoinSet<()>,
    struck: Vec<(VendorName, &'static str)>,
}

const BOTH: [VendorName; 2] = [VendorName::Jerky, VendorName::Polish];

impl Machines {
    /// Processes that have not been started.
    pub(super) fn new(net: Net, vendors: Vendors, plan: &Plan) -> Self {
        let crash = |fault: &Fault| match fault {
            Fault::Process(ProcessFault::VendorCrash(crash)) => Some(crash.clone()),
            _ => None,
        };
        Self(Arc::new(Inner {
            net,
            vendors,
            planned: plan.scenario.faults.iter().filter_map(crash).collect(),
            state: Mutex::default(),
        }))
    }

    /// Starts both.
    pub(super) fn start(&self) {
        BOTH.into_iter().for_each(|vendor| self.boot(vendor));
    }

    /// Begins to count. Crashes at a time come true while the returned future is polled.
    pub(super) fn arm(&self) -> impl Future<Output = ()> + Send + use<> {
        self.lock().armed = true;
        let start = Instant::now();
        let planned = self.0.planned.iter();
        let timed = planned.filter_map(|crash| Some((crash.time()?.as_millis(), crash.clone())));
        let mut timed: Vec<(u64, VendorCrash)> = timed.collect();
        timed.sort_by_key(|(at, _)| *at);
        let machines = self.clone();
        async move {
            for (at, crash) in timed {
                tokio::time::sleep_until(start + std::time::Duration::from_millis(at)).await;
                machines.kill(&crash, "time");
            }
        }
    }

    /// Strikes no more. Who is dead still comes back.
    pub(super) fn disarm(&self) {
        self.lock().armed = false;
    }

    /// Whether both live.
    pub(super) fn are_up(&self) -> bool {
        self.lock().drives.len() == BOTH.len()
    }

    /// The crashes that struck.
    pub(super) fn struck(&self) -> Vec<FaultCount> {
        let count = |(vendor, phase): &(VendorName, &'static str)| FaultCount {
            kind: "vendor_crash".to_owned(),
            operation: vendor.as_str().to_owned(),
            phase: (*phase).to_owned(),
            count: 1,
        };
        self.lock().struck.iter().map(count).collect()
    }

    fn boot(&self, vendor: VendorName) {
        let Inner { net, vendors, .. } = &*self.0;
        let mut drive = JoinSet::new();
        let (host, site) = match vendor {
            VendorName::Jerky => {
                drive.spawn(vendors.jerky.run_webhooks(net.wire(Party::Jerky)));
                (JERKY, vendors.jerky.site())
            }
            VendorName::Polish => {
                drive.spawn(vendors.polish.run_webhooks(net.wire(Party::Polish)));
                (POLISH, vendors.polish.site())
            }
        };
        net.open(host, site.map(|router| self.mortal(vendor, router)));
        self.lock().drives.insert(vendor, drive);
    }

    /// The router of a process that may die while it serves.
    fn mortal(&self, vendor: VendorName, router: Router) -> Router {
        let dies = |crash: &VendorCrash| crash.vendor == vendor && crash.nth_request.is_some();
        if !self.0.planned.iter().any(dies) {
            return router;
        }
        let machines = self.clone();
        router.layer(axum::middleware::from_fn(
            move |request: Request, next: Next| {
                let machines = machines.clone();
                async move {
                    let Some(crash) = machines.request(vendor) else {
                        return next.run(request).await;
                    };
                    if crash.phase == CrashPhase::AppliedReplyLost {
                        next.run(request).await;
                    }
                    machines.kill(&crash, crash.phase.as_str());
                    std::future::pending().await
                }
            },
        ))
    }

    /// Counts a request; the crash that comes with it, if one does.
    fn request(&self, vendor: VendorName) -> Option<VendorCrash> {
        let mut state = self.lock();
        if !state.armed {
            return None;
        }
        let count = state.requests.entry(vendor).or_insert(0);
        *count += 1;
        let comes =
            |crash: &&VendorCrash| crash.vendor == vendor && crash.nth_request == Some(*count);
        self.0.planned.iter().find(comes).cloned()
    }

    fn kill(&self, crash: &VendorCrash, phase: &'static str) {
        let vendor = crash.vendor;
        let mut state = self.lock();
        // The dead do not die.
        if !state.armed || state.drives.remove(&vendor).is_none() {
            return;
        }
        state.struck.push((vendor, phase));
        let (machines, dead_for) = (self.clone(), crash.restart_after.to_duration());
        state.restarts.spawn(async move {
            tokio::time::sleep(dead_for).await;
            machines.revive(vendor);
        });
        drop(state);
        let Inner { net, vendors, .. } = &*self.0;
        match vendor {
            VendorName::Jerky => {
                vendors.jerky.die();
                net.close(JERKY);
            }
            VendorName::Polish => {
                vendors.polish.mock().die();
                net.close(POLISH);
            }
        }
    }

    fn revive(&self, vendor: VendorName) {
        let vendors = &self.0.vendors;
        let revived = match vendor {
            VendorName::Jerky => vendors.jerky.revive(),
            VendorName::Polish => vendors.polish.mock().revive(),
        };
        if let Err(error) = revived {
            tracing::error!(vendor = vendor.as_str(), %error, "a vendor cannot read its own state");
        }
        self.boot(vendor);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use http::Request;
    use mock_kit::Role;
    use seams::{Wire, WireError};

    use super::*;
    use crate::sim::{tests::plan_with, world::World};

    async fn health(wire: &Wire, host: &str) -> Result<u16, WireError> {
        let request = Request::get(format!("http://{host}/healthz")).body(Bytes::new());
        let reply = wire.send(request.unwrap()).await?;
        Ok(reply.status().as_u16())
    }

    fn struck(machines: &Machines) -> Vec<String> {
        let line = |one: FaultCount| format!("{} {} {}", one.operation, one.phase, one.count);
        machines.struck().into_iter().map(line).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_vendor_that_dies_at_a_time_refuses_until_it_is_back_and_the_other_serves_on() {
        let plan = plan_with(
            "kind = \"vendor_crash\"\nvendor = \"polish\"\nat = \"10s\"\nrestart_after = \"5s\"\n",
        );
        let world = World::new(&plan).unwrap();
        tokio::spawn(world.machines.arm());
        let wire = world.machines.0.net.wire(Party::Hub);
        let mut found = Vec::new();
        for seconds in [9, 2, 5] {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            assert_eq!(health(&wire, JERKY).await.ok(), Some(200));
            found.push(health(&wire, POLISH).await.ok());
        }
        assert_eq!(found, [Some(200), None, Some(200)]);
        assert_eq!(struck(&world.machines), ["polish time 1"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_vendor_that_dies_at_a_request_has_applied_it_or_not_and_keeps_its_key() {
        for (phase, applied) in [("before_apply", 0), ("applied_reply_lost", 1)] {
            let plan = plan_with(&format!(
                "kind = \"vendor_crash\"\nnth_request = 3\nphase = \"{phase}\"\n"
            ));
            let world = World::new(&plan).unwrap();
            let wire = world.machines.0.net.wire(Party::Hub);
            assert!(health(&wire, JERKY).await.is_ok());
            tokio::spawn(world.machines.arm());
            let client = world.vendors.jerky.credentials(Role::Middleware).unwrap();
            let form = format!(
                "grant_type=client_credentials&client_id={}&client_secret={}",
                client.client_id, client.client_secret
            );
            let ask = Request::post(format!("http://{JERKY}/oauth/token"))
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Bytes::from(form));
            let token = wire.send(ask.unwrap()).await.unwrap().into_body();
            let token: serde_json::Value = serde_json::from_slice(&token).unwrap();
            let register = || {
                let request = Request::post(format!("http://{JERKY}/v1/webhook-endpoints"))
                    .header("content-type", "application/json")
                    .header("idempotency-key", "k")
                    .header(
                        "authorization",
                        format!("Bearer {}", token["access_token"].as_str().unwrap()),
                    )
                    .body(Bytes::from_static(
                        b"{\"url\":\"http://hub.test/x\",\"event_types\":[\"*\"]}",
                    ));
                wire.send(request.unwrap())
            };
            let endpoints = || {
                let jerky = &world.vendors.jerky;
                jerky.with(|state, _| state.webhooks.endpoints().count())
            };
            assert!(health(&wire, JERKY).await.is_ok());
            assert!(
                matches!(register().await, Err(WireError::Closed(_))),
                "{phase}"
            );
            assert_eq!(endpoints(), applied, "{phase}");
            assert!(matches!(register().await, Err(WireError::Refused(_))));
            assert_eq!(health(&wire, POLISH).await.ok(), Some(200));
            tokio::time::sleep(Duration::from_secs(21)).await;
            let again = register().await.unwrap();
            assert_eq!(again.status(), 201, "{phase}");
            assert_eq!(
                again.headers().contains_key("idempotent-replayed"),
                applied == 1
            );
            assert_eq!(endpoints(), 1);
            assert_eq!(struck(&world.machines), [format!("jerky {phase} 1")]);
        }
    }
}
