//! Minimum order quantity and order multiple, for demand and for supply.

use crate::quantity::Units;

/// What is ordered to cover `need`: `m·⌈max(need, MOQ)/m⌉`. `None` when that does not fit. A
/// multiple below one counts as one.
pub fn order_quantity(need: Units, minimum: Units, multiple: Units) -> Option<Units> {
    let multiple = multiple.get().max(1);
    let wanted = need.max(minimum).or_zero().get();
    let lots = wanted / multiple + i64::from(wanted % multiple != 0);
    Units::new(lots).checked_mul(multiple)
}

/// How much of `stock` can be ordered at all: floored to the multiple, and nothing when that is
/// below the minimum.
pub fn sellable(stock: Units, minimum: Units, multiple: Units) -> Units {
    let whole = floored(stock, multiple);
    if whole < minimum { Units::ZERO } else { whole }
}

/// The largest whole multiple within `stock`.
fn floored(stock: Units, multiple: Units) -> Units {
    let stock = stock.or_zero().get();
    Units::new(stock - stock % multiple.get().max(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn an_order_is_the_smallest_that_keeps_the_rules(
            need in 0..10_000i64,
            minimum in 0..500i64,
            multiple in 1..60i64,
        ) {
            let units = |n| Units::new(n);
            let q = order_quantity(units(need), units(minimum), units(multiple)).unwrap().get();
            let keeps = |q: i64| q % multiple == 0 && q >= need && q >= minimum;
            prop_assert!(keeps(q));
            prop_assert!(!keeps(q - multiple));
        }

        #[test]
        fn what_is_sellable_is_the_largest_order_the_stock_covers(
            stock in -10..10_000i64,
            minimum in 1..500i64,
            multiple in 1..60i64,
        ) {
            let units = |n| Units::new(n);
            let sold = sellable(units(stock), units(minimum), units(multiple)).get();
            let allowed = |q: i64| q % multiple == 0 && q >= minimum && q <= stock;
            let largest = (1..=stock).rev().find(|q| allowed(*q)).unwrap_or(0);
            prop_assert_eq!(sold, largest);
        }
    }

    #[test]
    fn an_order_that_cannot_be_counted_is_none() {
        assert_eq!(order_quantity(Units::MAX, Units::ZERO, Units::new(2)), None);
        assert_eq!(
            order_quantity(Units::new(5), Units::new(1), Units::ZERO),
            Some(Units::new(5))
        );
    }
}
