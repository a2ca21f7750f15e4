//! Recounts on the shop's side, under each policy.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::saga::until;
use super::vendors::{jerky, polish, problem};
use super::world::{World, catalogue, open};
use crate::{
    catalogue::{ConflictPolicy, Listing},
    engine::{
        Observation,
        counts::{Verdict, decide},
        product::Product,
    },
    quantity::Units,
    sku::CountId,
    store::{Store, scratch::Scratch},
    vendor::polish::view::CountView,
};

fn count(previous: i64, counted: i64) -> CountView {
    CountView {
        id: CountId::parse("CNT-1").unwrap(),
        reference: "shelf".into(),
        sku: polish("SNACK"),
        counted: Units::new(counted),
        previous_available: Units::new(previous),
        delta: Units::new(counted - previous),
        counted_at: Timestamp::UNIX_EPOCH,
    }
}

fn settled(policy: ConflictPolicy, owner: i64, view: &CountView) -> Verdict {
    let mut listing: Listing = catalogue().listing(&polish("SNACK")).unwrap().clone();
    listing.conflict = policy;
    let mut product = Product::default();
    product.aim(Some(Units::new(owner)));
    decide(view, Some(&listing), Some(&product), 1000)
}

fn delta(verdict: &Verdict) -> Option<i64> {
    match verdict {
        Verdict::Taken(change) => Some(change.quantity.get()),
        _ => None,
    }
}

#[test]
fn each_policy_settles_a_count_its_own_way() {
    let newest = count(50, 48);
    let outdated = count(47, 45);
    use ConflictPolicy::{Lowest, NewestSequence, OwnerWins, Review};
    assert_eq!(settled(OwnerWins, 50, &newest), Verdict::KeptOwner);
    assert_eq!(delta(&settled(NewestSequence, 50, &newest)), Some(-4));
    assert_eq!(settled(NewestSequence, 50, &outdated), Verdict::KeptOwner);
    assert_eq!(delta(&settled(Lowest, 50, &outdated)), Some(-10));
    assert_eq!(settled(Lowest, 50, &count(47, 55)), Verdict::KeptOwner);
    assert!(matches!(settled(Review, 50, &newest), Verdict::Review(_)));
}

#[test]
fn nothing_counted_where_nothing_was_shown_takes_nothing_from_the_owner() {
    let wiped = count(0, 0);
    assert_eq!(
        settled(ConflictPolicy::Lowest, 50, &wiped),
        Verdict::KeptOwner
    );
    let sold_out = count(50, 0);
    assert_eq!(
        delta(&settled(ConflictPolicy::Lowest, 50, &sold_out)),
        Some(-100)
    );
}

#[test]
fn a_count_that_contradicts_itself_is_bad() {
    let mut view = count(50, 48);
    view.delta = Units::new(7);
    assert!(matches!(
        settled(ConflictPolicy::Lowest, 50, &view),
        Verdict::Bad(_)
    ));
}

#[test]
fn a_count_is_brought_to_the_owner_exactly_once() {
    let mut world = World::ready();
    let seen = Observation::Counts {
        rows: vec![Ok(count(50, 48))],
        cursor: Some("CNT-1".into()),
    };
    world.vendors.change_product(&polish("SNACK"), |product| {
        product.available = Units::new(48);
    });
    for _ in 0..3 {
        world.engine.observe(seen.clone(), world.now).unwrap();
        world.run();
    }
    assert_eq!(world.vendors.items[&jerky("JRK-1")].on_hand, 96);
    assert_eq!(world.shows("SNACK"), 48);
}

#[test]
fn of_two_recounts_in_one_page_the_second_is_settled_by_what_the_first_left() {
    let file = Scratch::new();
    let store = || Store::open(file.path()).unwrap();
    let mut world = World::on(store());
    world.sweep();
    world.run();
    let mut second = count(48, 49);
    second.id = CountId::parse("CNT-2").unwrap();
    let seen = Observation::Counts {
        rows: vec![Ok(count(50, 48)), Ok(second)],
        cursor: Some("CNT-2".into()),
    };
    world.engine.observe(seen.clone(), world.now).unwrap();
    world.engine = open(store(), world.now);
    for _ in 0..3 {
        world.engine.observe(seen.clone(), world.now).unwrap();
        world.run();
    }
    assert_eq!(world.vendors.items[&jerky("JRK-1")].on_hand, 98);
    assert_eq!(world.shows("SNACK"), 49);
}

#[test]
fn a_batch_that_is_refused_whole_is_tried_ever_more_slowly_and_dies() {
    let mut world = World::ready();
    let seen = Observation::Counts {
        rows: vec![Ok(count(50, 48))],
        cursor: Some("CNT-1".into()),
    };
    world.engine.observe(seen, world.now).unwrap();
    let mut keys = BTreeSet::new();
    let began = world.now;
    for _ in 0..6 {
        let adjust = until(&mut world, "adjust");
        keys.insert(adjust.key.clone());
        let refused = problem("validation", 422);
        world.engine.settle(adjust.id, refused, world.now).unwrap();
        world.now = world.engine.next_wake().unwrap_or(world.now).max(world.now);
    }
    assert_eq!(keys.len(), 6, "an answer is remembered under its key");
    assert!(world.now.duration_since(began).as_secs() > 10);
    world.engine.tick(world.now).unwrap();
    let dead = world.engine.alerts(20).unwrap();
    assert!(dead.iter().any(|alert| alert.kind == "dead-command"));
    world
        .vendors
        .change(&jerky("JRK-1"), "damage", |stock| stock.on_hand -= 10);
    world.listen();
    world.step();
    assert_eq!(world.shows("SNACK"), 45, "it holds up no number");
}
