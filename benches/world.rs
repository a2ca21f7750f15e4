//! Whole simulated worlds, and bare hyper over an in-memory pipe that carries the same number of
//! requests and the same number of bytes in the same run. Rates are requests a second on one core; the
//! worlds' count those between the middleware, the vendors and the people, webhooks included.
#![expect(
    clippy::expect_used,
    reason = "a number measured on unsound input means nothing"
)]

#[path = "floor/duplex.rs"]
mod duplex;

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use duplex::Carried;
use scenarios::{
    command::known,
    hunt::{self, Kinds},
    plan::Plan,
    scenario,
    sim::{self, tape::Entry},
};
use sync_core::store::Store;

/// No fault and no crash: what is measured is the world, not its waiting.
const SCENARIO: &str = "quiet-day";

/// Small worlds, as hunts draw them.
const SMALL_WORLDS: u64 = 100;

criterion_group! {
    name = world;
    config = Criterion::default().sample_size(10).measurement_time(Duration::from_secs(10));
    targets = requests, small_worlds
}
criterion_main!(world);

fn requests(criterion: &mut Criterion) {
    let shipped = scenario::find(SCENARIO).expect("the suite ships it");
    let plan = Plan::expand(&shipped.scenario(&known()).expect("it reads"), 1);
    let played = sim::play(&plan).expect("it plays");
    let carried = carried(&played);
    let mut group = criterion.benchmark_group("world");
    group.throughput(Throughput::Elements(played.run.requests));
    group.bench_function("quiet day", |bencher| {
        bencher.iter(|| black_box(sim::play(&plan).expect("it plays")));
    });
    group.bench_function("bare hyper over duplex", |bencher| {
        bencher.iter(|| runtime().block_on(duplex::carry(&carried)));
    });
    group.finish();
}

/// Small worlds with all that a hunt does to each: drawn, expanded, played under faults and judged. The
/// floor has a fresh runtime and a fresh store for each, and no oracle.
fn small_worlds(criterion: &mut Criterion) {
    let kinds = Kinds::all();
    let play = |seed| {
        let plan = Plan::expand(&hunt::scenario(seed, &kinds), seed);
        sim::play(&plan).expect("it plays")
    };
    let floor: Vec<Vec<Carried>> = (1..=SMALL_WORLDS)
        .map(|seed| carried(&play(seed)))
        .collect();
    let requests: usize = floor.iter().map(Vec::len).sum();
    let mut group = criterion.benchmark_group("small worlds");
    group.throughput(Throughput::Elements(requests as u64));
    group.bench_function("hunted", |bencher| {
        bencher.iter(|| (1..=SMALL_WORLDS).for_each(|seed| drop(black_box(play(seed)))));
    });
    group.bench_function(
        "fresh runtime, store and bare hyper over duplex",
        |bencher| {
            bencher.iter(|| {
                for exchanges in &floor {
                    let store = Store::in_memory().expect("a store");
                    runtime().block_on(duplex::carry(exchanges));
                    black_box(store);
                }
            });
        },
    );
    group.finish();
}

fn carried(played: &sim::Played) -> Vec<Carried> {
    let carried = |entry: &Entry| Carried {
        sent: entry.sent,
        received: entry.received,
    };
    played.tape.read(|tape| tape.iter().map(carried).collect())
}

/// A fresh one for each pass, as each world has its own.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime")
}
