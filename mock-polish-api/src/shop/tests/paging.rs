//! Numbered pages over rows that move.

use proptest::prelude::*;

use super::fixture::*;
use crate::{
    Command, Config, OpeningProduct, OrderStatus, Product, ProductKind, Reply, Role, Shop,
};

fn shop_of(count: usize) -> Day {
    let product = |number| {
        OpeningProduct::new(
            &format!("RES-{number:04}"),
            "Jerky",
            ProductKind::Resale,
            10,
        )
    };
    let products = (0..count).map(product).collect();
    Day {
        shop: Shop::open(Config::default().shop, products, start()),
        now: start(),
        events: Vec::new(),
    }
}

fn products(day: &mut Day, number: usize, size: usize) -> (Vec<Product>, usize) {
    let command = Command::ListProducts {
        updated_after: None,
        page: page(number, size),
    };
    match day.ask(Role::Middleware, command) {
        Ok(Reply::Products(found)) => (found.rows, found.total),
        other => panic!("{other:?}"),
    }
}

fn sweep(day: &mut Day, size: usize, mut between: impl FnMut(&mut Day, usize)) -> Vec<String> {
    let mut seen = Vec::new();
    for number in 1.. {
        let (rows, _) = products(day, number, size);
        if rows.is_empty() {
            break;
        }
        seen.extend(rows.iter().map(|product| product.sku.to_string()));
        between(day, number);
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_sweep_over_a_still_shop_sees_every_row_once(
        count in 0usize..600,
        size in 1usize..=250,
        changes in prop::collection::vec(0usize..600, 0..40),
    ) {
        let mut day = shop_of(count);
        for change in changes {
            let _ = day.publish(&format!("RES-{change:04}"), change as i64);
        }
        let mut seen = sweep(&mut day, size, |_, _| {});
        seen.sort();
        let all: Vec<_> = (0..count).map(|number| format!("RES-{number:04}")).collect();
        prop_assert_eq!(seen, all);
    }
}

#[test]
fn a_sweep_while_rows_change_skips_rows() {
    let mut day = shop_of(100);
    // Each row that moves to the end pulls the rest one place forward, past the reader.
    let seen = sweep(&mut day, 10, |day, number| {
        if number == 1 {
            day.publish("RES-0000", 99).unwrap();
        }
    });
    assert!(
        !seen.contains(&"RES-0010".to_owned()),
        "the row at the page's edge is skipped"
    );
    assert_eq!(
        seen.iter().filter(|sku| *sku == "RES-0000").count(),
        2,
        "and one is seen twice"
    );
}

#[test]
fn updated_after_takes_in_what_changed_at_that_very_instant() {
    let mut day = shop_of(4);
    day.publish("RES-0001", 5).unwrap();
    day.publish("RES-0003", 5).unwrap();
    let instant = day.now;
    day.publish("RES-0002", 5).unwrap();
    let command = Command::ListProducts {
        updated_after: Some(instant),
        page: page(1, 50),
    };
    let Ok(Reply::Products(found)) = day.ask(Role::Middleware, command) else {
        panic!()
    };
    let skus: Vec<_> = found.rows.iter().map(|row| row.sku.as_str()).collect();
    assert_eq!((skus, found.total), (vec!["RES-0003", "RES-0002"], 2));
}

#[test]
fn orders_are_listed_by_status_and_move_between_the_lists() {
    let mut day = Day::new();
    let ids: Vec<_> = (0..5)
        .map(|_| day.place(&[(POLISH, 1)]).unwrap().id)
        .collect();
    day.confirm(ids[1]).unwrap();
    let mut list = |status| {
        let command = Command::ListOrders {
            status,
            updated_after: None,
            page: page(1, 50),
        };
        match day.ask(Role::Middleware, command) {
            Ok(Reply::Orders(found)) => found.rows.iter().map(|order| order.id).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        list(Some(OrderStatus::Pending)),
        [ids[0], ids[2], ids[3], ids[4]]
    );
    assert_eq!(list(Some(OrderStatus::Confirmed)), [ids[1]]);
    assert_eq!(list(Some(OrderStatus::Returned)), []);
    assert_eq!(list(None), [ids[0], ids[2], ids[3], ids[4], ids[1]]);
}

#[test]
fn a_hundred_thousand_products_are_listed_to_the_last_page_while_numbers_are_published() {
    let mut day = shop_of(100_000);
    for number in 1..=400 {
        assert_eq!(products(&mut day, number, 250).0.len(), 250);
    }
    for number in 0..2_000 {
        let sku = format!("RES-{:04}", number * 37 % 100_000);
        day.publish(&sku, 1).unwrap();
    }
    let (last, total) = products(&mut day, 400, 250);
    assert_eq!((last.len(), total), (250, 100_000));
}
