//! The pure domain: entries of the stock ledger, a listing's number, a pick from many lots.
//!
//! Rates are elements a second: entries recorded, listings computed, lines picked.
#![expect(
    clippy::expect_used,
    reason = "a number measured on unsound input means nothing"
)]

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use sync_core::catalogue::{
    Component, ConflictPolicy, Criticality, Direction, JerkyComponent, Listing,
};
use sync_core::factor::Factor;
use sync_core::fefo::Shelf;
use sync_core::ledger::{Account, Ledger, Phase, Transfer, TransferId};
use sync_core::lot::{Lot, LotStatus};
use sync_core::published::{ItemStock, published};
use sync_core::quantity::{Quantity, Units};
use sync_core::sku::{JerkySku, Location, LotId, PolishSku};
use sync_core::unit::Unit;

const TODAY: Date = date(2026, 6, 15);
const ITEMS: usize = 1_000;
const LOTS: usize = 20;

criterion_group! {
    name = domain;
    config = Criterion::default().sample_size(20);
    targets = ledger_transfers, published_quantity, fefo
}
criterion_main!(domain);

fn ledger_transfers(criterion: &mut Criterion) {
    let receipts: Vec<_> = (0..ITEMS).map(receipt).collect();
    let sales: Vec<_> = (0..20 * ITEMS).map(sale).collect();
    let reservations: Vec<_> = (0..10 * ITEMS).flat_map(reservation).collect();
    let mut group = criterion.benchmark_group("ledger");
    for (name, entries) in [("direct", &sales), ("two_phase", &reservations)] {
        group.throughput(Throughput::Elements(entries.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || (Ledger::restored(receipts.clone()), entries.clone()),
                |(ledger, entries)| {
                    let mut ledger = ledger.expect("receipts are sound");
                    for entry in entries {
                        ledger.apply(entry).expect("the entry is sound");
                    }
                    ledger
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

fn published_quantity(criterion: &mut Criterion) {
    let stock: BTreeMap<JerkySku, Vec<Lot>> = (0..ITEMS).map(|n| (sku(n), lots())).collect();
    let listings: Vec<_> = (0..ITEMS).map(gift_box).collect();
    let item = |sku: &JerkySku| {
        let lots = stock.get(sku)?;
        let safety_stock = Quantity::new(100);
        Some(ItemStock {
            lots,
            safety_stock,
            today: TODAY,
        })
    };
    let mut group = criterion.benchmark_group("published");
    group.throughput(Throughput::Elements(ITEMS as u64));
    group.bench_function("three_components_of_twenty_lots", |bencher| {
        bencher.iter(|| {
            for listing in &listings {
                let _ = black_box(published(listing, item, |_| None));
            }
        });
    });
    group.finish();
}

fn fefo(criterion: &mut Criterion) {
    let lots = lots();
    let mut group = criterion.benchmark_group("fefo");
    group.throughput(Throughput::Elements(1));
    group.bench_function("pick_from_twenty_lots", |bencher| {
        bencher.iter(|| Shelf::new(black_box(&lots), TODAY).pick(Quantity::new(2_500), 14));
    });
    group.finish();
}

fn receipt(item: usize) -> Transfer {
    entry(
        format!("receipt:{item}"),
        item,
        Account::Supplier,
        Account::OnHand,
        1_000_000,
    )
}

fn sale(number: usize) -> Transfer {
    entry(
        format!("sale:ORD-{number:06}:1"),
        number,
        Account::OnHand,
        Account::Sold,
        50,
    )
}

fn reservation(number: usize) -> [Transfer; 2] {
    let id = format!("reserve:ORD-{number:06}:1");
    let phase = Phase::Pending {
        expires_at: Timestamp::MAX,
    };
    let held = Transfer {
        phase,
        ..entry(id, number, Account::OnHand, Account::Committed, 50)
    };
    let id = TransferId::new(format!("commit:ORD-{number:06}:1"));
    let posted = held.posted(id, held.quantity, Timestamp::UNIX_EPOCH);
    [held, posted]
}

fn entry(id: String, item: usize, from: Account, to: Account, quantity: i64) -> Transfer {
    Transfer {
        id: TransferId::new(id),
        sku: sku(item % ITEMS),
        lot: LotId::parse("L-0001").expect("a clean name"),
        from,
        to,
        quantity: Quantity::new(quantity),
        phase: Phase::Direct,
        at: Timestamp::UNIX_EPOCH,
        cause: "bench".into(),
    }
}

fn sku(item: usize) -> JerkySku {
    JerkySku::parse(&format!("JRK-{:05}", item % ITEMS)).expect("a clean name")
}

fn gift_box(number: usize) -> Listing {
    let component = |offset: usize| {
        Component::Jerky(JerkyComponent {
            sku: sku(number + offset),
            need: Factor::new(50, 1).expect("above zero"),
            unit: Unit::Gram,
            safety_stock: Quantity::new(200),
        })
    };
    Listing {
        polish: PolishSku::parse(&format!("BOX-{number:05}")).expect("a clean name"),
        components: [0, 7, 77].map(component).into(),
        order_multiple: Units::new(5),
        minimum_order: Units::new(10),
        min_days: 14,
        criticality: Criticality::Strong,
        direction: Direction::JerkyToPolish,
        conflict: ConflictPolicy::OwnerWins,
    }
}

/// Lots in an order that picking has to change, one in five of them on hold.
fn lots() -> Vec<Lot> {
    let lot = |n: usize| Lot {
        lot: LotId::parse(&format!("L-{n:04}")).expect("a clean name"),
        location: Location::parse("A-01").expect("a clean name"),
        status: if n.is_multiple_of(5) {
            LotStatus::OnHold
        } else {
            LotStatus::Released
        },
        expires_on: Some(TODAY.saturating_add(((n * 7 % LOTS) as i64 * 10).days())),
        on_hand: Quantity::new(1_000),
        reserved: Quantity::new(300),
        committed: Quantity::ZERO,
        damaged: Quantity::ZERO,
        quality_control: Quantity::ZERO,
    };
    (0..LOTS).map(lot).collect()
}
