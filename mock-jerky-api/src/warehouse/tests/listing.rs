use super::*;
use crate::{Seed, ids::Sku};

fn drawn(items: usize) -> World {
    let seed = Seed {
        items,
        seed: 3,
        start: start(),
    };
    world(seed.catalogue().items)
}

#[test]
fn pages_join_up_without_gap_or_overlap() {
    let mut world = drawn(25);
    let mut seen: Vec<Sku> = Vec::new();
    loop {
        let after = seen.last().cloned();
        let Ok(Reply::Levels(data, more)) = world.ask(Command::ListStock {
            after,
            limit: 10,
            only: Vec::new(),
        }) else {
            panic!("no levels");
        };
        seen.extend(data.into_iter().map(|level| level.sku));
        if !more {
            break;
        }
    }
    assert_eq!(seen, world.warehouse.skus().cloned().collect::<Vec<_>>());
}

#[test]
fn a_filter_names_items_once_each_and_leaves_out_strangers() {
    let mut world = drawn(5);
    let only = ["JRK-000004", "NO", "JRK-000002", "JRK-000004"]
        .map(Sku::from)
        .to_vec();
    let reply = world.ask(Command::ListStock {
        after: None,
        limit: 10,
        only,
    });
    let Ok(Reply::Levels(data, false)) = reply else {
        panic!("no levels");
    };
    let skus: Vec<_> = data.iter().map(|level| level.sku.as_str()).collect();
    assert_eq!(skus, ["JRK-000002", "JRK-000004"]);
}

#[test]
fn the_feed_has_no_gaps_and_says_when_it_forgot() {
    let mut world = world(vec![three_lots()]);
    for number in 0..60 {
        world.change(
            &number.to_string(),
            r#""kind":"adjustment","lot":"C","quantity":"1""#,
        );
    }
    let page = |after| Command::ListEvents { after, limit: 200 };
    refused(world.ask(page(9)), ProblemKind::SequenceExpired);
    let Ok(Reply::Events(events)) = world.ask(page(10)) else {
        panic!("no events");
    };
    let positions: Vec<u64> = events.data.iter().map(|event| event.position).collect();
    assert_eq!(positions, (11..=60).collect::<Vec<_>>());
    assert_eq!((events.oldest_position, events.last_position), (11, 60));
    let Ok(Reply::Events(events)) = world.ask(page(u64::MAX)) else {
        panic!("no events");
    };
    assert!(events.data.is_empty());
}

#[test]
fn reservations_are_found_by_reference_and_state() {
    let mut world = world(vec![three_lots()]);
    let first = world.reserve("1").unwrap();
    let second = world.reserve("1").unwrap();
    world.release(&first, None).unwrap();
    let mut find = |reference: Option<&str>, state| {
        let reference = reference.map(Into::into);
        match world.ask(Command::ListReservations {
            after: None,
            limit: 9,
            reference,
            state,
        }) {
            Ok(Reply::Reservations(data, _)) => {
                data.into_iter().map(|held| held.id).collect::<Vec<_>>()
            }
            other => panic!("no reservations: {other:?}"),
        }
    };
    assert_eq!(
        find(Some("ORD-1"), None),
        [first.id.clone(), second.id.clone()]
    );
    assert_eq!(
        find(None, Some(ReservationState::Pending)),
        std::slice::from_ref(&second.id)
    );
    assert_eq!(find(None, Some(ReservationState::Released)), [first.id]);
    assert!(find(Some("ORD-2"), None).is_empty());
}

#[test]
fn a_snapshot_holds_the_whole_warehouse() {
    let mut world = drawn(8);
    world.warehouse.place(three_lots(), start());
    let held = world.reserve("3").unwrap();
    world.commit(&held, Some("1")).unwrap();
    world.change(
        "1",
        r#""kind":"count","lot":"A","quantity":"8","expected":"10""#,
    );
    let saved = serde_json::to_string(&world.warehouse).unwrap();
    let back: Warehouse = serde_json::from_str(&saved).unwrap();
    assert_eq!(back, world.warehouse);
}
