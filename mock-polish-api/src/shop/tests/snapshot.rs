//! The shop as text and back.

use proptest::prelude::*;

use super::{
    fixture::*,
    steps::{any_steps, play},
};
use crate::{Role, Shop};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_restored_shop_goes_on_exactly_like_the_one_that_was_saved(
        before in any_steps(40),
        after in any_steps(40),
    ) {
        let mut first = Day::new();
        for (number, step) in before.iter().enumerate() {
            let _ = play(&mut first, step, number);
        }
        let text = serde_json::to_string(&first.shop).unwrap();
        let shop: Shop = serde_json::from_str(&text).unwrap();
        let mut second = Day { shop, now: first.now, events: first.events.clone() };
        for (number, step) in after.iter().enumerate() {
            let one = play(&mut first, step, 1_000 + number);
            let other = play(&mut second, step, 1_000 + number);
            prop_assert_eq!(one, other);
        }
        prop_assert_eq!(first.shop.facts(), second.shop.facts());
        prop_assert_eq!(first.events, second.events);
        prop_assert_eq!(
            serde_json::to_string(&first.shop).unwrap(),
            serde_json::to_string(&second.shop).unwrap()
        );
    }
}

#[test]
fn facts_carry_who_did_what_under_which_reference() {
    let mut day = Day::new();
    let id = day.place(&[(POLISH, 1)]).unwrap().id;
    day.confirm(id).unwrap();
    day.ship(id, "s1", None).unwrap();
    let shipped = day.shop.facts().last().unwrap();
    assert_eq!(
        (&*shipped.actor, shipped.key.as_deref()),
        (Role::Staff.as_str(), Some("s1"))
    );
    assert_eq!(shipped.operation.unwrap().id(), "ship_order");
    let numbers = day.shop.facts().iter().map(|fact| fact.number);
    assert!(numbers.eq(1..=day.shop.facts().len() as u64));
}
