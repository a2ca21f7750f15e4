//! A world out of a seed: how big, when, how busy, how the middleware is set up, what goes wrong.
//!
//! Worlds are small on purpose. A bug that needs two orders and one lost reply is found a hundred
//! times sooner in a thousand small worlds than in ten large ones, and understood sooner too.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use seams::{Draw, Keyed};

use super::{kinds::Kinds, swarm};
use crate::scenario::{Conflict, Expect, HubSettings, Scenario, Span, Supply, Traffic, World};

/// Warehouses lie in one of these zones, shops too.
const ZONES: [&str; 5] = [
    "America/Chicago",
    "America/New_York",
    "UTC",
    "Asia/Kolkata",
    "Pacific/Auckland",
];

/// Days on which calendars are at their worst, at noon UTC.
const DAYS: [i64; 6] = [
    1_793_620_800, // 2026-11-02, the day after American summer time ended
    1_772_971_200, // 2026-03-08, the day it begins
    1_798_718_400, // 2026-12-31, the last of the year
    1_835_438_400, // 2028-02-29, a leap day
    1_774_785_600, // 2026-03-29, European summer time begins
    1_784_116_800, // 2026-07-15, a day like any other
];

/// Where the shop may recount, its recounts are mostly of some effect.
const CONFLICTS: [Conflict; 3] = [Conflict::Mixed, Conflict::NewestSequence, Conflict::Lowest];

/// The decisions of one world.
pub(super) struct Draws(Keyed);

impl Draws {
    pub(super) fn new(seed: u64) -> Self {
        Self(Keyed::new(seed))
    }

    pub(super) fn of(&self, purpose: &str) -> Draw {
        self.about(purpose, "world")
    }

    pub(super) fn about(&self, purpose: &str, subject: &str) -> Draw {
        self.0.draw(purpose, subject, 0)
    }

    pub(super) fn nth(&self, purpose: &str, number: u64) -> Draw {
        self.0.draw(purpose, "fault", number)
    }

    fn pick<T: Copy>(&self, purpose: &str, choices: &[T], otherwise: T) -> T {
        self.of(purpose).pick(choices).copied().unwrap_or(otherwise)
    }

    fn up_to(&self, purpose: &str, most: u64) -> u32 {
        u32::try_from(1 + self.of(purpose).below(most)).unwrap_or(1)
    }
}

/// The scenario of a seed.
pub fn scenario(seed: u64, kinds: &Kinds) -> Scenario {
    let draws = Draws::new(seed);
    let duration = Span::from_mins(u64::from(3 + draws.up_to("minutes", 12)));
    Scenario {
        name: format!("hunt-{seed}"),
        title: format!("The world of seed {seed}"),
        why: "Drawn by a hunt.".to_owned(),
        seed: Some(seed),
        found: None,
        world: world(&draws, duration),
        traffic: Some(traffic(&draws, duration)),
        hub: hub(&draws),
        expect: Expect::default(),
        faults: swarm::faults(kinds, &draws, duration),
        steps: Vec::new(),
    }
}

fn world(draws: &Draws, duration: Span) -> World {
    let items = draws.up_to("items", 4);
    let often = |purpose| draws.pick(purpose, &[0.0, 0.0, 0.5, 1.0], 0.0);
    let warehouse_zone = draws.pick("warehouse zone", &ZONES, "UTC");
    let supplies = [Supply::Ample, Supply::Tight, Supply::Last];
    World {
        items,
        lots: draws.up_to("lots", 3),
        listings: draws.up_to("listings", 4),
        kits: if items > 1 {
            draws.up_to("kits", 3) - 1
        } else {
            0
        },
        mirrors: draws.up_to("mirrors", 3) - 1,
        both: often("both"),
        conflict: draws.pick("conflict", &CONFLICTS, Conflict::Mixed),
        eventual: often("eventual"),
        multiples: often("multiples"),
        min_days: often("min days"),
        short_dated: often("short dated"),
        undated: draws.pick("undated", &[0.08, 0.5], 0.08),
        kept_back: often("kept back"),
        packs: often("packs"),
        quota: draws.pick("quota", &[100, 100, 100, 100, 20, 6], 100),
        stock: draws.pick("stock", &supplies, Supply::Ample),
        demand: None,
        start: start(draws, warehouse_zone),
        duration,
        warehouse_zone: warehouse_zone.to_owned(),
        shop_zone: draws.pick("shop zone", &ZONES, "UTC").to_owned(),
    }
}

/// Some time of a day; every fifth world begins so late that the warehouse's midnight falls into
/// its traffic.
fn start(draws: &Draws, warehouse_zone: &str) -> Timestamp {
    let noon = draws.pick("day", &DAYS, 1_793_620_800);
    let noon = Timestamp::from_second(noon).unwrap_or(Timestamp::UNIX_EPOCH);
    let late = midnight(noon, warehouse_zone).filter(|_| draws.of("late").chance(0.2));
    let seconds = |purpose, most| SignedDuration::from_secs(draws.up_to(purpose, most).into());
    match late {
        Some(midnight) => midnight - seconds("to go", 900),
        None => noon + seconds("time of day", 86_400),
    }
}

/// The first midnight in a zone after `at`.
fn midnight(at: Timestamp, zone: &str) -> Option<Timestamp> {
    let zone = TimeZone::get(zone).ok()?;
    let tomorrow = zone.to_datetime(at).date().tomorrow().ok()?;
    let midnight = tomorrow.to_zoned(zone).ok()?;
    Some(midnight.timestamp())
}

fn traffic(draws: &Draws, duration: Span) -> Traffic {
    let hours = duration.as_hours();
    let some = |purpose, most| (f64::from(draws.up_to(purpose, most)) - 1.0) / hours;
    let share = |purpose| draws.pick(purpose, &[0.0, 0.2, 0.5, 0.9], 0.2);
    Traffic {
        orders: some("orders", 12),
        hot: share("hot"),
        kits: share("kits wanted"),
        wrong_quantity: draws.pick("wrong", &[0.0, 0.1], 0.0),
        shipped: draws.pick("shipped", &[0.3, 0.7, 1.0], 0.7),
        split: share("split"),
        cancelled: draws.pick("cancelled", &[0.0, 0.2, 0.5], 0.2),
        cancelled_in_part: draws.pick("cancelled in part", &[0.0, 0.5, 1.0], 0.0),
        racing: share("racing"),
        returned: draws.pick("returned", &[0.0, 0.5, 0.9], 0.5),
        receipts: some("receipts", 4),
        counts: some("counts", 4),
        damages: some("damages", 3),
        recalls: some("recalls", 3),
        shop_counts: some("shop counts", 6),
        tempo: draws.pick("tempo", &[10.0, 40.0, 100.0], 40.0),
    }
}

/// Slow polls keep worlds short; fast ones catch the races between polls and webhooks.
fn hub(draws: &Draws) -> HubSettings {
    let seconds =
        |purpose, choices: &[u64]| Some(Span::from_secs(draws.pick(purpose, choices, 60)));
    HubSettings {
        webhooks: Some(draws.of("webhooks").chance(0.8)),
        feed_every: seconds("feed", &[20, 60, 180]),
        poll_every: seconds("poll", &[30, 60, 180]),
        sweep_every: seconds("sweep", &[120, 180, 300]),
        request_timeout: None,
        reservation_ttl: draws
            .pick("ttl", &[None, None, Some(6), Some(20)], None)
            .map(Span::from_mins),
        bulk_from: draws.pick("bulk", &[None, Some(2)], None),
        page_rows: draws.pick("page", &[None, Some(1), Some(2), Some(5)], None),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        command::known,
        scenario::{Fault, parse, write},
    };

    #[test]
    fn every_drawn_world_is_a_scenario_file_that_reads_back() {
        let (known, kinds) = (known(), Kinds::all());
        for seed in 0..500 {
            let drawn = scenario(seed, &kinds);
            let text = write(&drawn).unwrap();
            let read = parse("hunt.toml", &text, &known).unwrap_or_else(|e| panic!("{e}\n{text}"));
            assert_eq!(write(&read).unwrap(), text);
        }
    }

    #[test]
    fn every_kind_of_fault_is_drawn() {
        let kinds = Kinds::all();
        let drawn: BTreeSet<&str> = (0..2000)
            .flat_map(|seed| scenario(seed, &kinds).faults)
            .map(|fault| Fault::kind(&fault))
            .collect();
        let missing: Vec<_> = kinds
            .names()
            .iter()
            .filter(|k| !drawn.contains(**k))
            .collect();
        assert!(missing.is_empty(), "never drawn: {missing:?}");
    }

    #[test]
    fn a_fault_that_meets_few_requests_may_strike_until_faults_stop() {
        let kinds = Kinds::all();
        let drawn = (0..2000).flat_map(|seed| scenario(seed, &kinds).faults);
        let few = ["partial_batch", "idempotency_key_ignored"];
        let rules = drawn.filter(|fault| few.contains(&fault.kind()));
        let timing = |fault| match fault {
            Fault::Vendor(rule) => Some(rule.timing),
            _ => None,
        };
        let timings: Vec<_> = rules.filter_map(timing).collect();
        assert!(!timings.is_empty(), "it is drawn");
        let bounded =
            |timing: &&mock_kit::fault::Timing| timing.from.is_some() || timing.until.is_some();
        assert_eq!(timings.iter().find(bounded), None);
    }

    #[test]
    fn without_swarm_every_world_has_every_kind() {
        let kinds = Kinds::all().swarming(false);
        for seed in 0..20 {
            let drawn = scenario(seed, &kinds).faults;
            let is_drawn = |name: &&str| drawn.iter().any(|fault| fault.kind() == *name);
            let names = kinds.names().iter();
            let missing: Vec<_> = names.filter(|name| !is_drawn(name)).collect();
            // Late application goes together with neither: no client could help it.
            let apart = ["false_conflict", "idempotency_key_ignored"];
            let missing: BTreeSet<_> = missing.into_iter().copied().collect();
            assert_eq!(missing, BTreeSet::from(apart), "seed {seed}");
        }
    }
}
