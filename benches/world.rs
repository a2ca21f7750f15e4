//! A whole simulated world, and bare hyper over an in-memory pipe that carries the same number of
//! requests and the same number of bytes in the same run. Rates are requests a second on one core; the world's counts those between the
//! middleware, the vendors and the people, webhooks included.
#![expect(
    clippy::expect_used,
    reason = "a number measured on unsound input means nothing"
)]

#[path = "floor/duplex.rs"]
mod duplex;

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use duplex::Carried;
use scenarios::{command::known, plan::Plan, scenario, sim};

/// No fault and no crash: what is measured is the world, not its waiting.
const SCENARIO: &str = "quiet-day";

criterion_group! {
    name = world;
    config = Criterion::default().sample_size(10).measurement_time(Duration::from_secs(10));
    targets = requests
}
criterion_main!(world);

fn requests(criterion: &mut Criterion) {
    let shipped = scenario::find(SCENARIO).expect("the suite ships it");
    let plan = Plan::expand(&shipped.scenario(&known()).expect("it reads"), 1);
    let played = sim::play(&plan).expect("it plays");
    let carried: Vec<Carried> = played
        .tape
        .entries()
        .iter()
        .map(|entry| Carried {
            sent: entry.sent,
            received: entry.received,
        })
        .collect();
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

/// A fresh one for each pass, as each world has its own.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime")
}
