//! What holds after any sequence of commands.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{
    fixture::*,
    steps::{any_steps, holds, play},
};
use crate::{
    Order, OrderStatus, ProductKind,
    truth::{Happening, OwnAccount},
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]
    #[test]
    fn orders_holds_and_stock_agree_after_any_commands(steps in any_steps(80)) {
        let mut day = Day::new();
        for (number, step) in steps.iter().enumerate() {
            let before = (day.shop.facts().len(), day.events.len());
            let refused = play(&mut day, step, number).is_err();
            let expired = day.shop.facts().get(before.0..).unwrap().iter()
                .all(|fact| &*fact.actor == "shop");
            prop_assert!(!refused || expired, "a refused command leaves no facts");
            day.shop.orders().try_for_each(|order| order_is_conserved(&order))?;
        }
        holds_are_what_products_say(&mut day)?;
        facts_replay_to_own_stock(&day)?;
        facts_replay_to_published_numbers(&day)?;
    }
}

fn order_is_conserved(order: &Order) -> Result<(), TestCaseError> {
    let mut open = 0;
    for line in &order.lines {
        let shipped: i64 = order
            .shipments
            .iter()
            .flat_map(|made| &made.lines)
            .filter(|part| part.line_id == line.line_id)
            .map(|part| part.quantity)
            .sum();
        let cancelled: i64 = order
            .cancellations
            .iter()
            .flat_map(|made| &made.lines)
            .filter(|part| part.line_id == line.line_id)
            .map(|part| part.quantity)
            .sum();
        prop_assert_eq!((shipped, cancelled), (line.fulfilled, line.cancelled));
        prop_assert!(line.fulfilled + line.cancelled <= line.quantity);
        prop_assert!(line.restocked <= line.returned && line.returned <= line.fulfilled);
        open += line.quantity - line.fulfilled - line.cancelled;
    }
    let live = matches!(
        order.status,
        OrderStatus::Pending | OrderStatus::Confirmed | OrderStatus::PartiallyFulfilled
    );
    prop_assert_eq!(live, open > 0, "{:?}", order);
    prop_assert_eq!(
        order.hold_expires_at.is_some(),
        order.status == OrderStatus::Pending
    );
    Ok(())
}

fn holds_are_what_products_say(day: &mut Day) -> Result<(), TestCaseError> {
    let mut held: BTreeMap<String, i64> = BTreeMap::new();
    for hold in holds(day) {
        prop_assert!(hold.quantity > 0);
        *held.entry(hold.sku.to_string()).or_default() += hold.quantity;
    }
    for product in day.shop.products() {
        let expected = held.get(product.sku.as_str()).copied().unwrap_or(0);
        prop_assert_eq!(product.held, expected, "{}", product.sku);
    }
    Ok(())
}

fn facts_replay_to_own_stock(day: &Day) -> Result<(), TestCaseError> {
    let mut accounts: BTreeMap<(String, OwnAccount), i64> = BTreeMap::new();
    for fact in day.shop.facts() {
        if let Happening::OwnStockMoved {
            sku,
            from,
            to,
            quantity,
            ..
        } = &fact.fact
        {
            prop_assert!(*quantity > 0);
            *accounts.entry((sku.to_string(), *from)).or_default() -= quantity;
            *accounts.entry((sku.to_string(), *to)).or_default() += quantity;
        }
    }
    for product in day
        .shop
        .products()
        .filter(|product| product.kind == ProductKind::Own)
    {
        let of = |account| {
            accounts
                .get(&(product.sku.to_string(), account))
                .copied()
                .unwrap_or(0)
        };
        let (free, held) = (of(OwnAccount::Free), of(OwnAccount::Held));
        let allocated = of(OwnAccount::Allocated);
        prop_assert_eq!(product.on_hand, Some(free + held + allocated));
        prop_assert_eq!((product.held, product.allocated), (held, Some(allocated)));
        prop_assert_eq!(product.sellable, free.max(0));
        let outside = of(OwnAccount::Supplier) + of(OwnAccount::Sold) + of(OwnAccount::CountedOff);
        prop_assert_eq!(free + held + allocated + outside, 0);
        prop_assert!(product.on_hand >= Some(0));
    }
    Ok(())
}

fn facts_replay_to_published_numbers(day: &Day) -> Result<(), TestCaseError> {
    let mut published: BTreeMap<String, i64> = BTreeMap::new();
    for fact in day.shop.facts() {
        let (sku, number) = match &fact.fact {
            Happening::ProductSeeded {
                sku,
                available: Some(number),
                ..
            }
            | Happening::AvailabilitySet {
                sku,
                available: number,
                ..
            }
            | Happening::AvailabilityTaken {
                sku,
                available: number,
                ..
            }
            | Happening::AvailabilityGivenBack {
                sku,
                available: number,
                ..
            }
            | Happening::Counted {
                sku,
                counted: number,
                ..
            } => (sku, *number),
            _ => continue,
        };
        published.insert(sku.to_string(), number);
    }
    for product in day
        .shop
        .products()
        .filter(|product| product.kind != ProductKind::Own)
    {
        prop_assert_eq!(published[product.sku.as_str()], product.available);
        prop_assert!(product.sellable <= (product.available - product.held).max(0));
    }
    Ok(())
}
