//! A smaller and plainer world: fewer items, lots, listings, kits and mirrors, the usual settings.

use super::search::Search;
use crate::scenario::{Conflict, HubSettings, Scenario, Supply, World};

type Number = fn(&mut World) -> &mut u32;
type Share = fn(&mut World) -> &mut f64;

const NUMBERS: [(Number, u32); 5] = [
    (|world| &mut world.kits, 0),
    (|world| &mut world.mirrors, 0),
    (|world| &mut world.listings, 1),
    (|world| &mut world.items, 1),
    (|world| &mut world.lots, 1),
];

const SHARES: [Share; 8] = [
    |world| &mut world.both,
    |world| &mut world.eventual,
    |world| &mut world.multiples,
    |world| &mut world.min_days,
    |world| &mut world.short_dated,
    |world| &mut world.undated,
    |world| &mut world.kept_back,
    |world| &mut world.packs,
];

pub(super) fn smaller(search: &mut Search) {
    let least = NUMBERS
        .map(|(number, least)| move |scenario: &mut Scenario| *number(&mut scenario.world) = least);
    if !search.change(|scenario| least.iter().for_each(|least| least(scenario))) {
        for (number, least) in NUMBERS {
            shrink_number(search, number, least);
        }
    }
    let shares =
        SHARES.map(|share| move |scenario: &mut Scenario| *share(&mut scenario.world) = 0.0);
    let hub = HUB.map(|plain| move |scenario: &mut Scenario| plain(&mut scenario.hub));
    let mut changes: Vec<&dyn Fn(&mut Scenario)> = vec![
        &|scenario| scenario.world.stock = Supply::Ample,
        &|scenario| scenario.world.conflict = Conflict::OwnerWins,
        &|scenario| scenario.hub = HubSettings::default(),
        &plain_calendar,
    ];
    changes.extend(shares.iter().map(|share| share as &dyn Fn(&mut Scenario)));
    changes.extend(hub.iter().map(|plain| plain as &dyn Fn(&mut Scenario)));
    search.changes(&changes);
}

/// Each setting by itself, back to the middleware's own.
const HUB: [fn(&mut HubSettings); 7] = [
    |hub| hub.webhooks = None,
    |hub| hub.feed_every = None,
    |hub| hub.poll_every = None,
    |hub| hub.sweep_every = None,
    |hub| hub.reservation_ttl = None,
    |hub| hub.page_rows = None,
    |hub| hub.bulk_from = None,
];

/// The least that does it: tried itself, and then what lies between one that does and one that does
/// not, by thirds.
fn shrink_number(search: &mut Search, number: Number, least: u32) {
    let now = |search: &Search| *number(&mut search.best().world.clone());
    let mut failed = least;
    if now(search) <= least || search.change(|scenario| *number(&mut scenario.world) = least) {
        return;
    }
    while now(search) - failed > 1 {
        let gap = now(search) - failed;
        let thirds = [failed + gap.div_ceil(3), failed + (2 * gap).div_ceil(3)];
        let candidate = |third| search.with(|scenario| *number(&mut scenario.world) = third);
        failed = match search.first(thirds.map(candidate).into()) {
            Some(0) => failed,
            Some(_) => thirds[0],
            None => thirds[1],
        };
    }
}

fn plain_calendar(scenario: &mut Scenario) {
    let plain = World::default();
    scenario.world.start = plain.start;
    scenario.world.warehouse_zone = plain.warehouse_zone;
    scenario.world.shop_zone = plain.shop_zone;
}
