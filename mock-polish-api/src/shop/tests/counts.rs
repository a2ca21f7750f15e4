//! Counting shelves.

use super::fixture::*;
use crate::{Command, Count, CountId, ErrorCode, Reply, Role, Topic};

fn counted(reply: Reply) -> (Count, bool) {
    match reply {
        Reply::Counted { count, repeated } => (*count, repeated),
        other => panic!("a count was expected, not {other:?}"),
    }
}

#[test]
fn a_count_of_own_stock_is_the_owners_word() {
    let mut day = Day::new();
    let id = day.place(&[(POLISH, 10)]).unwrap().id;
    day.confirm(id).unwrap();
    let (count, _) = counted(day.count("c1", POLISH, 93).unwrap());
    assert_eq!((count.previous_available, count.delta), (90, -7));
    let polish = day.product(POLISH);
    assert_eq!(
        (polish.on_hand, polish.allocated, polish.available),
        (Some(93), Some(10), 83)
    );
}

#[test]
fn a_count_of_a_mirror_sets_its_number_and_tells_the_owner() {
    let mut day = Day::new();
    let (count, _) = counted(day.count("c1", JERKY, 48).unwrap());
    assert_eq!((count.previous_available, count.delta), (50, -2));
    assert_eq!(day.product(JERKY).available, 48);
    let told: Vec<_> = day.events.iter().map(|event| event.topic).collect();
    assert_eq!(told, [Topic::CountRecorded, Topic::ProductUpdated]);
}

#[test]
fn a_gift_box_is_counted_by_its_components() {
    let mut day = Day::new();
    assert_eq!(code(day.count("c1", GIFT, 3)), ErrorCode::NotCountable);
    assert_eq!(code(day.count("c1", "NOWHERE", 3)), ErrorCode::NotFound);
}

#[test]
fn a_reference_counts_once() {
    let mut day = Day::new();
    let (first, _) = counted(day.count("c1", JERKY, 48).unwrap());
    day.publish(JERKY, 30).unwrap();
    let (again, repeated) = counted(day.count("c1", JERKY, 48).unwrap());
    assert!(repeated);
    assert_eq!(first, again);
    assert_eq!(day.product(JERKY).available, 30);
    assert_eq!(
        code(day.count("c1", JERKY, 47)),
        ErrorCode::ReferenceConflict
    );
}

#[test]
fn counts_are_listed_after_the_last_one_known() {
    let mut day = Day::new();
    for number in 0..5 {
        day.count(&format!("c{number}"), JERKY, number).unwrap();
    }
    let after = Command::ListCounts {
        after: Some(CountId::numbered(2)),
        limit: 2,
    };
    let Ok(Reply::Counts(counts)) = day.ask(Role::Middleware, after) else {
        panic!()
    };
    let ids: Vec<_> = counts.rows.iter().map(|count| count.id.number()).collect();
    assert_eq!(ids, [3, 4]);
}
