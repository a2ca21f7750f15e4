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
    for (number, least) in NUMBERS {
        shrink_number(search, number, least);
    }
    for share in SHARES {
        search.change(|scenario| *share(&mut scenario.world) = 0.0);
    }
    search.change(|scenario| scenario.world.stock = Supply::Ample);
    search.change(|scenario| scenario.world.conflict = Conflict::OwnerWins);
    search.change(|scenario| scenario.hub = HubSettings::default());
    for plain in HUB {
        search.change(|scenario| plain(&mut scenario.hub));
    }
    search.change(plain_calendar);
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

/// The least, then half as far from it each time.
fn shrink_number(search: &mut Search, number: Number, least: u32) {
    let mut low = least;
    loop {
        let now = *number(&mut search.best().world.clone());
        if low >= now {
            return;
        }
        if !search.change(|scenario| *number(&mut scenario.world) = low) {
            low += (now - low).div_ceil(2);
        }
    }
}

fn plain_calendar(scenario: &mut Scenario) {
    let plain = World::default();
    scenario.world.start = plain.start;
    scenario.world.warehouse_zone = plain.warehouse_zone;
    scenario.world.shop_zone = plain.shop_zone;
}
