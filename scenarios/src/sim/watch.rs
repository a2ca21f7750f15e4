//! Notes how long a vendor's records are whenever a fault sets its clock, so that its times can be
//! put back on the world's clock afterwards.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use mock_kit::{FaultRule, fault::FaultKind};
use seams::Clock;

use super::{
    history::{Setting, Skew},
    parties::Vendors,
    weather,
    world::World,
};
use crate::plan::Plan;

/// How one vendor's clock was set. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Watch(Arc<Mutex<Vec<Setting>>>);

impl Watch {
    /// What was noted so far.
    pub(super) fn settings(&self) -> Skew {
        Skew(
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        )
    }

    fn note(&self, setting: Setting) {
        let mut settings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        settings.push(setting);
    }
}

/// Watches the jerky vendor's clock; done when its last rule has ended.
pub(super) fn jerky(world: &World, plan: &Plan) -> impl Future<Output = ()> + Send + use<> {
    let (vendors, watch) = (world.vendors.clone(), world.jerky_skew.clone());
    let sets = sets("jerky", plan, world.traffic_began());
    keep(world.clock.clone(), sets, move |ahead| {
        watch.note(of_jerky(&vendors, ahead));
    })
}

/// Watches the polish vendor's clock; done when its last rule has ended.
pub(super) fn polish(world: &World, plan: &Plan) -> impl Future<Output = ()> + Send + use<> {
    let (vendors, watch) = (world.vendors.clone(), world.polish_skew.clone());
    let sets = sets("polish", plan, world.traffic_began());
    keep(world.clock.clone(), sets, move |ahead| {
        watch.note(of_polish(&vendors, ahead));
    })
}

/// All rules are lifted: both clocks are right from here on.
pub(super) fn end(world: &World) {
    let right = SignedDuration::ZERO;
    world.jerky_skew.note(of_jerky(&world.vendors, right));
    world.polish_skew.note(of_polish(&world.vendors, right));
}

/// Notes that the jerky vendor's clock was set just now.
pub(super) fn note_jerky(watch: &Watch, vendors: &Vendors, ahead: SignedDuration) {
    watch.note(of_jerky(vendors, ahead));
}

/// Notes that the polish vendor's clock was set just now.
pub(super) fn note_polish(watch: &Watch, vendors: &Vendors, ahead: SignedDuration) {
    watch.note(of_polish(vendors, ahead));
}

async fn keep(
    clock: Clock,
    sets: Vec<(Timestamp, SignedDuration)>,
    note: impl Fn(SignedDuration) + Send,
) {
    for (at, ahead) in sets {
        let wait = at.duration_since(clock.now()).as_millis();
        let wait = u64::try_from(wait).unwrap_or(0);
        tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
        note(ahead);
    }
}

/// When a vendor's clock is set, and to how far ahead.
fn sets(vendor: &str, plan: &Plan, start: Timestamp) -> Vec<(Timestamp, SignedDuration)> {
    let mut sets: Vec<_> = weather::rules(plan, start)
        .iter()
        .filter(|rule| {
            rule.place
                .vendor
                .as_deref()
                .is_none_or(|name| name == vendor)
        })
        .flat_map(|rule| window(rule, start))
        .collect();
    sets.sort();
    sets
}

fn window(rule: &FaultRule, start: Timestamp) -> Vec<(Timestamp, SignedDuration)> {
    let FaultKind::ClockSkew(skew) = &rule.fault else {
        return Vec::new();
    };
    let from = rule.timing.from.map_or(start, |from| from.resolve(start));
    let until = rule.timing.until.map(|until| until.resolve(start));
    let ahead = SignedDuration::from_millis(skew.offset_ms);
    let right = until.map(|until| (until, SignedDuration::ZERO));
    [(from, ahead)].into_iter().chain(right).collect()
}

fn of_jerky(vendors: &Vendors, ahead: SignedDuration) -> Setting {
    let last = vendors.last_event();
    Setting {
        facts: vendors
            .jerky
            .warehouse(|warehouse| warehouse.truth().entries().len()),
        events: usize::try_from(last).unwrap_or(usize::MAX),
        ahead,
    }
}

fn of_polish(vendors: &Vendors, ahead: SignedDuration) -> Setting {
    Setting {
        facts: vendors.polish.shop(|shop, _| shop.facts().len()),
        events: 0,
        ahead,
    }
}
