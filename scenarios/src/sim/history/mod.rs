//! What happened in a run, in the oracle's plain words: both vendors' ledgers, the wire, the hub.
//!
//! Conversion only. Nothing is judged, left out or mended here.

mod disturbed;
mod hub;
mod jerky;
mod polish;
mod skew;
mod tally;
mod wire;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mock_jerky_api::model::Event;

pub(super) use hub::{bodies, checkpoint, cursors};
pub(super) use skew::{Setting, Skew};
pub(super) use tally::Tally;
pub(super) use wire::lost;

use super::{SimError, struck, told, weather, world::World};
use crate::{
    oracle::history::{Actor, History, Level, Limits, Phases},
    plan::Plan,
};

/// The whole history of a run that has ended.
pub(super) fn tell(world: &World, plan: &Plan, phases: Phases) -> Result<History, SimError> {
    let traffic_began = world.traffic_began();
    let (jerky, polish) = (world.jerky_skew.settings(), world.polish_skew.settings());
    let skew = jerky.most() + polish.most() + world.clocks.most();
    let (struck, lost) = (
        struck::collect(&world.vendors),
        world.lost.all(&world.vendors),
    );
    let (exchanges, deliveries) = world
        .tape
        .read(|tape| (wire::exchanges(tape, &struck), wire::deliveries(tape, lost)));
    let (crashes, mut checkpoints) = world.process.biography();
    let orders = world.vendors.orders();
    let end = world
        .process
        .with_store(|store| checkpoint(store, &orders, phases.ended));
    checkpoints.push(end.ok_or(SimError::Ended)??);
    Ok(History {
        limits: Limits {
            skew,
            shop_skew: polish.most(),
            ..limits(plan, traffic_began)
        },
        mapping: told::mapping(&plan.catalogue),
        jerky: world
            .vendors
            .jerky
            .warehouse(|warehouse| jerky::jerky_facts(warehouse.truth().entries(), &jerky)),
        polish: world
            .vendors
            .polish
            .shop(|shop, _| polish::polish_facts(shop.facts(), &polish)),
        feed: jerky::feed(&events(world), &jerky),
        levels: levels(world, plan),
        hub: hub::view(&world.process, &deliveries, phases.ended)?,
        deliveries,
        crashes,
        checkpoints,
        moves: world.process.moves()?,
        disturbed: disturbed::stretches(world, plan, &phases, &exchanges),
        exchanges,
        phases,
    })
}

/// How long what a poll brought may be on its way into a number.
const TRANSIT: SignedDuration = SignedDuration::from_secs(30);
/// How long a number may take to be published.
const PUBLISHED: SignedDuration = SignedDuration::from_secs(60);

/// How long a sweep itself takes, and what it brings to be done: a change just behind one is only seen
/// by the next (seed 142040268).
const A_SWEEP: SignedDuration = SignedDuration::from_secs(10);

/// How long is too long: the usual bounds, and whatever the scenario itself makes unavoidable.
fn limits(plan: &Plan, start: Timestamp) -> Limits {
    let usual = Limits::default();
    let outage = weather::longest_outage(plan, start);
    let sweep = plan
        .scenario
        .hub
        .sweep_every
        .map_or(usual.sweep, crate::scenario::Span::to_signed);
    let poll = plan.scenario.hub.slowest_poll().to_signed();
    Limits {
        staleness: poll + TRANSIT,
        standing: poll + TRANSIT + PUBLISHED,
        sweep: sweep + A_SWEEP + outage,
        notice: poll + SignedDuration::from_secs(10),
        ..usual
    }
}

/// The change feed as far as the vendor still keeps it.
fn events(world: &World) -> Vec<Arc<Event>> {
    let mut events: Vec<Arc<Event>> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event.position);
        match world.vendors.events(after) {
            page if page.is_empty() => return events,
            page => events.extend(page),
        }
    }
}

/// The level of each stocked item as the warehouse states it at the end.
fn levels(world: &World, plan: &Plan) -> Vec<Level> {
    let now = world.clock.now();
    let items = plan.catalogue.items.iter();
    world.vendors.jerky.warehouse(|warehouse| {
        let stated = items.filter_map(|item| warehouse.level(&item.sku.as_str().into(), now));
        stated.map(|level| jerky::level(&level)).collect()
    })
}

/// Who an actor's name means, on either side.
fn actor(name: &str) -> Actor {
    match name {
        "lockstep-hub" | "middleware" => Actor::Middleware,
        "warehouse-staff" | "staff" => Actor::Staff,
        "storefront" => Actor::Storefront,
        _ => Actor::System,
    }
}
