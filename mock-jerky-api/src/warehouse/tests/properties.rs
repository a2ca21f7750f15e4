//! What holds after any sequence of commands.

use proptest::prelude::*;

use super::*;
use crate::{Actor, warehouse::lot::Lot};

/// A command in terms that always make some sense.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    Reserve(i64),
    Commit(usize, Option<i64>),
    Release(usize, Option<i64>),
    Extend(usize),
    Change(&'static str, usize, i64),
    Wait(i64),
}

pub(super) const LOTS: [&str; 4] = ["A", "B", "C", "D"];

pub(super) fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let some = || prop::option::of(1..6i64);
    let kinds = prop::sample::select(vec![
        r#""kind":"receipt""#,
        r#""kind":"adjustment""#,
        r#""kind":"damage""#,
        r#""kind":"return""#,
        r#""kind":"restock""#,
        r#""kind":"disposal""#,
        r#""kind":"transfer","to_location":"Z""#,
        r#""kind":"lot_status","lot_status":"hold""#,
        r#""kind":"lot_status","lot_status":"release""#,
        r#""kind":"lot_status","lot_status":"dispose""#,
    ]);
    let deed = prop_oneof![
        4 => (1..15i64).prop_map(Deed::Reserve),
        3 => (0..8usize, some()).prop_map(|(which, part)| Deed::Commit(which, part)),
        2 => (0..8usize, some()).prop_map(|(which, part)| Deed::Release(which, part)),
        1 => (0..8usize).prop_map(Deed::Extend),
        5 => (kinds, 0..4usize, -6..9i64).prop_map(|(kind, lot, n)| Deed::Change(kind, lot, n)),
        2 => (1..4000i64).prop_map(Deed::Wait),
    ];
    prop::collection::vec(deed, 1..60)
}

/// Does a deed; the reservation it made, if any.
pub(super) fn act(world: &mut World, held: &mut Vec<Reservation>, number: usize, deed: &Deed) {
    let text = |quantity: &i64| quantity.to_string();
    match deed {
        Deed::Reserve(quantity) => held.extend(world.reserve(&text(quantity))),
        Deed::Commit(which, part) => {
            if let Some(one) = held.get(*which).cloned() {
                let _ = world.commit(&one, part.as_ref().map(text).as_deref());
            }
        }
        Deed::Release(which, part) => {
            if let Some(one) = held.get(*which).cloned() {
                let _ = world.release(&one, part.as_ref().map(text).as_deref());
            }
        }
        Deed::Extend(which) => {
            if let Some(one) = held.get(*which).cloned() {
                let request = ExtendRequest { ttl_seconds: 3000 };
                let _ = world.ask(Command::ExtendReservation(one.id, request));
            }
        }
        Deed::Change(kind, lot, quantity) => {
            let lot = LOTS[*lot];
            let change = format!(r#"{kind},"lot":"{lot}","quantity":"{quantity}""#);
            world.change(&number.to_string(), &change);
        }
        Deed::Wait(minutes) => world.wait(*minutes),
    }
}

fn check_books(world: &mut World) -> Result<(), TestCaseError> {
    for item in world.warehouse.items.values() {
        let bins = item.lots.values().flat_map(|lot: &Lot| lot.bins.iter());
        for (_, bin) in bins {
            prop_assert_eq!(bin.sum(), Quantity::ZERO);
            for account in crate::truth::Account::ALL
                .into_iter()
                .filter(|one| one.is_stock())
            {
                prop_assert!(
                    bin.balance(account) >= Quantity::ZERO,
                    "{:?} of {:?}",
                    account,
                    bin
                );
            }
        }
    }
    let level = world.level();
    let parts = [
        level.available,
        level.committed,
        level.reserved,
        level.damaged,
        level.safety_stock,
        level.quality_control,
    ];
    let sum: Quantity = parts.into_iter().map(crate::Amount::quantity).sum();
    prop_assert_eq!(sum, level.on_hand.quantity());
    let lots: Quantity = level.lots.iter().map(|row| row.on_hand.quantity()).sum();
    prop_assert_eq!(lots, level.on_hand.quantity());
    Ok(())
}

fn check_reservations(world: &World) -> Result<(), TestCaseError> {
    let mut open = Quantity::ZERO;
    for held in world.warehouse.reservations.values() {
        for line in &held.lines {
            let left = super::super::reservation::open_of(line);
            prop_assert!(left >= Quantity::ZERO, "committed + released <= reserved");
            let kept: Quantity = line
                .allocations
                .iter()
                .map(|part| part.quantity.quantity())
                .sum();
            prop_assert_eq!(kept, line.quantity.quantity() - line.released.quantity());
            open += left;
        }
        let pending = held.state == ReservationState::Pending;
        prop_assert_eq!(pending, world.warehouse.open.contains(&held.id));
    }
    let item = &world.warehouse.items[SKU];
    let reserved: Quantity = (item.lots.values())
        .flat_map(|lot| lot.bins.iter())
        .map(|(_, bin)| bin.balance(crate::truth::Account::Reserved))
        .sum();
    prop_assert_eq!(reserved, open, "what is reserved is what reservations hold");
    Ok(())
}

/// Every level can be recomputed from the facts alone.
fn check_truth(world: &mut World) -> Result<(), TestCaseError> {
    let mut on_hand = Quantity::ZERO;
    for entry in world.warehouse.truth().entries() {
        if let crate::truth::Fact::Moved {
            from, to, quantity, ..
        } = &entry.fact
        {
            prop_assert!(*quantity > Quantity::ZERO);
            on_hand += if to.is_stock() {
                *quantity
            } else {
                Quantity::ZERO
            };
            on_hand -= if from.is_stock() {
                *quantity
            } else {
                Quantity::ZERO
            };
        }
    }
    prop_assert_eq!(on_hand, world.level().on_hand.quantity());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn stock_is_conserved_under_any_sequence(deeds in deeds()) {
        let mut item = three_lots();
        item.safety_stock = Quantity(3);
        let mut world = world(vec![item]);
        let mut held = Vec::new();
        for (number, deed) in deeds.iter().enumerate() {
            act(&mut world, &mut held, number, deed);
            check_books(&mut world)?;
            check_reservations(&world)?;
        }
        check_truth(&mut world)?;
    }

    #[test]
    fn no_earlier_eligible_lot_is_passed_over(
        lots in prop::collection::vec((0..12i8, 0..9i64, any::<bool>()), 1..8),
        wanted in 1..40i64,
    ) {
        let mut item = CatalogueItem::stocked(SKU, Unit::H87, "UTC").unwrap();
        for (number, (day, quantity, dated)) in lots.iter().enumerate() {
            let date = jiff::civil::date(2026, 11, 1).saturating_add(jiff::Span::new().days(*day));
            let expires = dated.then(|| date.into());
            item = item.with_lot(&format!("L{number}"), expires, Quantity(*quantity));
        }
        let mut world = world(vec![item]);
        let before = world.level();
        match world.reserve(&wanted.to_string()) {
            Err(_) => prop_assert!(before.available.quantity() < Quantity(wanted)),
            Ok(held) => {
                let used: Vec<_> = held.lines[0].allocations.iter().collect();
                let last = used.last().unwrap();
                let order = |date: Option<crate::LotDate>| (date.is_none(), date);
                prop_assert!(used.windows(2).all(|two| order(two[0].expires_on) <= order(two[1].expires_on)));
                for row in world.level().lots {
                    let earlier = order(row.expires_on) < order(last.expires_on);
                    prop_assert!(!earlier || row.available.quantity() == Quantity::ZERO, "{:?}", row);
                }
            }
        }
    }

    #[test]
    fn the_same_commands_give_the_same_bytes(deeds in deeds()) {
        let run = || {
            let (mut world, mut held) = (world(vec![three_lots()]), Vec::new());
            for (number, deed) in deeds.iter().enumerate() {
                act(&mut world, &mut held, number, deed);
            }
            serde_json::to_string(&world.warehouse).unwrap()
        };
        prop_assert_eq!(run(), run());
    }
}

#[test]
fn every_fact_names_its_actor() {
    let mut world = world(vec![three_lots()]);
    let held = world.reserve("3").unwrap();
    world.commit(&held, None).unwrap();
    world.wait(60);
    world.level();
    let entries = world.warehouse.truth().entries();
    let actors: std::collections::BTreeSet<Actor> =
        entries.iter().map(|entry| entry.actor.clone()).collect();
    assert_eq!(
        actors,
        ["carrier", "seed", "tester"].map(Actor::from).into()
    );
    assert!(
        entries
            .iter()
            .zip(1..)
            .all(|(entry, number)| entry.number == number)
    );
}
