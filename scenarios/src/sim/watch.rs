//! Notes how long a vendor's records are whenever a fault sets its clock, so that its times can be
//! put back on the world's clock afterwards.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

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

/// When a vendor's clock is set, and to how far ahead: by all the rules in force together.
fn sets(vendor: &str, plan: &Plan, start: Timestamp) -> Vec<(Timestamp, SignedDuration)> {
    let rules = weather::rules(plan, start);
    let is_of = |rule: &&FaultRule| {
        let named = rule.place.vendor.as_deref();
        named.is_none_or(|name| name == vendor)
    };
    let windows = rules.iter().filter(is_of);
    let windows: Vec<Window> = windows.filter_map(|rule| window(rule, start)).collect();
    together(&windows)
}

fn together(windows: &[Window]) -> Vec<(Timestamp, SignedDuration)> {
    let bounds = windows
        .iter()
        .flat_map(|window| [window.from, window.until]);
    let bounds: BTreeSet<Timestamp> = bounds.filter(|at| *at < Timestamp::MAX).collect();
    let ahead = |at: Timestamp| {
        let in_force = windows.iter().filter(|window| window.holds(at));
        in_force.fold(SignedDuration::ZERO, |sum, window| {
            sum.saturating_add(window.ahead)
        })
    };
    bounds.into_iter().map(|at| (at, ahead(at))).collect()
}

/// When a rule sets the clock off.
struct Window {
    from: Timestamp,
    /// Not any more from here on.
    until: Timestamp,
    ahead: SignedDuration,
}

impl Window {
    fn holds(&self, at: Timestamp) -> bool {
        (self.from..self.until).contains(&at)
    }
}

fn window(rule: &FaultRule, start: Timestamp) -> Option<Window> {
    let FaultKind::ClockSkew(skew) = &rule.fault else {
        return None;
    };
    let (from, until) = (rule.timing.from, rule.timing.until);
    Some(Window {
        from: from.map_or(start, |from| from.resolve(start)),
        until: until.map_or(Timestamp::MAX, |until| until.resolve(start)),
        ahead: SignedDuration::from_millis(skew.offset_ms),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn rules_that_overlap_set_the_clock_off_together() {
        let window = |from, until: Option<i64>, ahead| Window {
            from: second(from),
            until: until.map_or(Timestamp::MAX, second),
            ahead: SignedDuration::from_secs(ahead),
        };
        let windows = [
            window(10, Some(30), 90),
            window(20, Some(40), -3),
            window(25, None, 5),
        ];
        let seconds = |(at, ahead): (Timestamp, SignedDuration)| (at.as_second(), ahead.as_secs());
        let sets: Vec<_> = together(&windows).into_iter().map(seconds).collect();
        assert_eq!(sets, [(10, 90), (20, 87), (25, 92), (30, 2), (40, 5)]);
    }
}
