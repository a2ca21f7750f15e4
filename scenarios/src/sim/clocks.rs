//! Clocks that are set: the middleware's own, and those of the vendors.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::SignedDuration;
use seams::Clock;
use tokio::time::Instant;

use super::{parties::Vendors, watch, world::World};
use crate::{
    plan::Plan,
    report::FaultCount,
    scenario::{ClockJump, ClockOwner, Fault, ProcessFault, Span},
};

/// The clocks of a run. Clones share them.
#[derive(Clone)]
pub(super) struct Clocks {
    hub: Clock,
    planned: Arc<[ClockJump]>,
    struck: Arc<Mutex<Vec<(ClockOwner, bool)>>>,
}

/// One setting of a clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Setting {
    at: u64,
    of: ClockOwner,
    seconds: i64,
}

impl Clocks {
    /// Clocks that are right until the plan sets them.
    pub(super) fn new(world: &Clock, plan: &Plan) -> Self {
        let jump = |fault: &Fault| match fault {
            Fault::Process(ProcessFault::ClockJump(jump)) => Some(jump.clone()),
            _ => None,
        };
        Self {
            hub: world.skewed(SignedDuration::ZERO),
            planned: plan.scenario.faults.iter().filter_map(jump).collect(),
            struck: Arc::default(),
        }
    }

    /// What the middleware takes for the time.
    pub(super) fn hub(&self) -> Clock {
        self.hub.clone()
    }

    /// Sets them when their time comes, while the returned future is polled.
    pub(super) fn arm(&self, world: &World) -> impl Future<Output = ()> + Send + use<> {
        let start = Instant::now();
        let (clocks, vendors) = (self.clone(), world.vendors.clone());
        let watches = (world.jerky_skew.clone(), world.polish_skew.clone());
        async move {
            for setting in clocks.settings() {
                let at = start + Span::from_millis(setting.at).to_duration();
                tokio::time::sleep_until(at).await;
                clocks.set(&vendors, setting);
                let ahead = SignedDuration::from_secs(setting.seconds);
                match setting.of {
                    ClockOwner::Hub => {}
                    ClockOwner::Jerky => watch::note_jerky(&watches.0, &vendors, ahead),
                    ClockOwner::Polish => watch::note_polish(&watches.1, &vendors, ahead),
                }
            }
        }
    }

    /// Sets all of them right.
    pub(super) fn right(&self, vendors: &Vendors) {
        for jump in self.planned.iter() {
            self.turn(vendors, jump.of, 0);
        }
    }

    /// How far a clock was set at most.
    pub(super) fn most(&self) -> SignedDuration {
        let seconds = self
            .planned
            .iter()
            .map(|jump| jump.seconds.saturating_abs());
        SignedDuration::from_secs(seconds.max().unwrap_or(0))
    }

    /// The jumps that came to pass.
    pub(super) fn struck(&self) -> Vec<FaultCount> {
        let count = |(of, is_forward): &(ClockOwner, bool)| FaultCount {
            kind: "clock_jump".to_owned(),
            operation: of.as_str().to_owned(),
            phase: if *is_forward { "forward" } else { "back" }.to_owned(),
            count: 1,
        };
        self.lock().iter().map(count).collect()
    }

    /// What is set when, in order.
    fn settings(&self) -> Vec<Setting> {
        let settings = self.planned.iter().flat_map(|jump| {
            let at = jump.at.as_millis();
            let (of, seconds) = (jump.of, jump.seconds);
            let right = jump.lasts.map(|lasts| Setting {
                at: at.saturating_add(lasts.as_millis()),
                of,
                seconds: 0,
            });
            [Setting { at, of, seconds }].into_iter().chain(right)
        });
        let mut settings: Vec<Setting> = settings.collect();
        settings.sort();
        settings
    }

    fn set(&self, vendors: &Vendors, setting: Setting) {
        if setting.seconds != 0 {
            self.lock().push((setting.of, setting.seconds > 0));
        }
        self.turn(vendors, setting.of, setting.seconds);
    }

    fn turn(&self, vendors: &Vendors, of: ClockOwner, seconds: i64) {
        let ms = seconds.saturating_mul(1000);
        match of {
            ClockOwner::Hub => self.hub.set_offset(SignedDuration::from_secs(seconds)),
            ClockOwner::Jerky => {
                vendors.jerky.clock().set_offset_ms(ms);
                vendors.jerky.wake();
            }
            ClockOwner::Polish => {
                vendors.polish.mock().clock().set_offset_ms(ms);
                vendors.polish.mock().wake();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(ClockOwner, bool)>> {
        self.struck.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sim::tests::plan_with;

    /// How many seconds the clocks of the middleware and the vendors are ahead.
    fn ahead(world: &World) -> [i64; 3] {
        let now = world.clock.now();
        let clocks = [
            world.clocks.hub().now(),
            world.vendors.jerky.now(),
            world.vendors.polish.mock().now(),
        ];
        clocks.map(|clock| clock.duration_since(now).as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_jumps_at_its_time_until_it_is_set_right_and_no_other_does() {
        let plan = plan_with(
            "kind = \"clock_jump\"\nseconds = 90\nat = \"10s\"\nlasts = \"5s\"\n\
             [[fault]]\nkind = \"clock_jump\"\nof = \"jerky\"\nseconds = -60\nat = \"12s\"\n\
             [[fault]]\nkind = \"clock_jump\"\nof = \"polish\"\nseconds = 7\nat = \"20s\"\nlasts = \"1s\"\n",
        );
        let world = World::new(&plan).unwrap();
        tokio::spawn(world.clocks.arm(&world));
        let mut found = Vec::new();
        for seconds in [9, 2, 2, 3, 4, 2] {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            tokio::time::sleep(Duration::from_millis(1)).await;
            found.push(ahead(&world));
        }
        let expected = [
            [0, 0, 0],
            [90, 0, 0],
            [90, -60, 0],
            [0, -60, 0],
            [0, -60, 7],
            [0, -60, 0],
        ];
        assert_eq!(found, expected);
        world.clocks.right(&world.vendors);
        assert_eq!(ahead(&world), [0, 0, 0]);
        let struck: Vec<String> = world
            .clocks
            .struck()
            .into_iter()
            .map(|one| format!("{} {} {}", one.operation, one.phase, one.count))
            .collect();
        assert_eq!(
            struck,
            ["hub forward 1", "jerky back 1", "polish forward 1"]
        );
    }
}
