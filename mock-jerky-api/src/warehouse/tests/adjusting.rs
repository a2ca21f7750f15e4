use super::*;
use crate::truth::Fact;

#[test]
fn goods_come_in_break_come_back_and_are_destroyed() {
    let mut world = world(vec![three_lots()]);
    let new = r#""kind":"receipt","lot":"D","quantity":"9","expires_on":"2027-02-00""#;
    let result = world.change("1", new);
    let lot = result
        .stock
        .unwrap()
        .lots
        .iter()
        .find(|row| row.lot.as_str() == "D")
        .cloned();
    assert_eq!(lot.unwrap().expires_on.unwrap().to_string(), "2027-02-28");
    world.change("2", r#""kind":"damage","lot":"D","quantity":"2""#);
    assert_eq!(world.split(), [42, 0, 0, 2, 0]);
    world.change("3", r#""kind":"return","lot":"A","quantity":"3""#);
    world.change("4", r#""kind":"restock","lot":"A","quantity":"1""#);
    assert_eq!(world.split(), [43, 0, 0, 2, 2]);
    world.change("5", r#""kind":"disposal","lot":"A","quantity":"3""#);
    assert_eq!(world.split(), [42, 0, 0, 2, 0]);
    let moved = world.change(
        "6",
        r#""kind":"transfer","lot":"C","quantity":"5","to_location":"Z""#,
    );
    let rows = moved
        .stock
        .unwrap()
        .lots
        .iter()
        .filter(|row| row.lot.as_str() == "C")
        .count();
    assert_eq!((rows, world.split()), (2, [42, 0, 0, 2, 0]));
}

#[test]
fn a_change_id_works_once_for_ever_and_names_one_change() {
    let mut world = world(vec![three_lots()]);
    let first = world.change("x", r#""kind":"adjustment","lot":"A","quantity":"-4""#);
    world.wait(60 * 24 * 400);
    let again = world.change("x", r#""kind":"adjustment","lot":"A","quantity":"-4""#);
    assert_eq!((again.replayed, again.sequence), (true, first.sequence));
    let other = world.change("x", r#""kind":"adjustment","lot":"A","quantity":"-5""#);
    assert_eq!(other.status, 422);
    assert_eq!(world.level().on_hand.quantity(), Quantity(31));
}

#[test]
fn one_bad_change_does_not_stop_the_others() {
    let mut world = world(vec![three_lots()]);
    let change = |id: &str, rest: &str| -> Change {
        serde_json::from_str(&format!(r#"{{"change_id":"{id}",{rest}}}"#)).unwrap()
    };
    let batch = vec![
        change(
            "1",
            r#""sku":"NO","kind":"receipt","lot":"A","quantity":"1""#,
        ),
        change(
            "2",
            r#""sku":"JRK-1","kind":"receipt","lot":"A","quantity":"1""#,
        ),
        change(
            "3",
            r#""sku":"JRK-1","kind":"damage","lot":"A","quantity":"12""#,
        ),
        change("4", r#""sku":"JRK-1","kind":"damage","quantity":"1""#),
    ];
    let Ok(Reply::Adjusted(results)) = world.ask(Command::AdjustBatch(batch)) else {
        panic!("refused");
    };
    let statuses: Vec<u16> = results.iter().map(|result| result.status).collect();
    assert_eq!(statuses, [404, 200, 409, 400]);
    assert_eq!(world.split(), [36, 0, 0, 0, 0]);
}

#[test]
fn a_count_is_taken_only_while_the_books_say_what_the_counter_believed() {
    let mut world = world(vec![three_lots()]);
    let stale = world.change(
        "1",
        r#""kind":"count","lot":"A","quantity":"8","expected":"11""#,
    );
    assert_eq!(stale.problem.unwrap().slug(), "stale-count");
    let counted = world.change(
        "2",
        r#""kind":"count","lot":"A","quantity":"8","expected":"10""#,
    );
    assert_eq!(counted.status, 200);
    assert_eq!(world.split(), [33, 0, 0, 0, 0]);
    world.reserve("13").unwrap();
    let less = world.change(
        "3",
        r#""kind":"count","lot":"A","quantity":"7","expected":"8""#,
    );
    assert_eq!(
        less.problem.unwrap().slug(),
        "insufficient-stock",
        "8 of lot A are promised"
    );
    let counts = world.warehouse.truth().entries().iter();
    let counts = counts.filter(|entry| matches!(entry.fact, Fact::Counted { .. }));
    assert_eq!(counts.count(), 1);
}

#[test]
fn a_difference_without_a_lot_is_found_where_goods_leave_first() {
    let mut world = world(vec![three_lots()]);
    world.change("1", r#""kind":"adjustment","quantity":"-7""#);
    let lots = |world: &mut World| -> Vec<(String, i64)> {
        let rows = world.level().lots;
        rows.iter()
            .map(|row| (row.lot.to_string(), row.on_hand.quantity().0))
            .collect()
    };
    assert_eq!(lots(&mut world), own(&[("A", 8), ("C", 20)]));
    world.change("2", r#""kind":"adjustment","quantity":"2""#);
    assert_eq!(lots(&mut world), own(&[("A", 8), ("B", 2), ("C", 20)]));
}

#[test]
fn a_recalled_lot_is_never_sold_again() {
    let mut world = world(vec![three_lots()]);
    world.change(
        "1",
        r#""kind":"lot_status","lot":"C","lot_status":"recall""#,
    );
    assert_eq!(world.split(), [15, 0, 0, 0, 20]);
    let back = world.change(
        "2",
        r#""kind":"lot_status","lot":"C","lot_status":"release""#,
    );
    assert_eq!(back.problem.unwrap().slug(), "lot-not-eligible");
    world.change("3", r#""kind":"return","lot":"C","quantity":"1""#);
    let restock = world.change("4", r#""kind":"restock","lot":"C","quantity":"1""#);
    assert_eq!(restock.problem.unwrap().slug(), "lot-not-eligible");
    world.change(
        "5",
        r#""kind":"lot_status","lot":"C","lot_status":"dispose""#,
    );
    assert_eq!(world.split(), [15, 0, 0, 0, 0]);
    let more = world.change("6", r#""kind":"receipt","lot":"C","quantity":"1""#);
    assert_eq!(more.problem.unwrap().slug(), "lot-not-eligible");
}

#[test]
fn one_lot_has_one_expiry_date() {
    let mut world = world(vec![three_lots()]);
    let other = r#""kind":"receipt","lot":"A","quantity":"1","expires_on":"2027-01-01""#;
    assert_eq!(
        world.change("1", other).problem.unwrap().slug(),
        "lot-mismatch"
    );
    let same = r#""kind":"receipt","lot":"A","quantity":"1","expires_on":"2026-12-31""#;
    assert_eq!(world.change("2", same).status, 200);
}
