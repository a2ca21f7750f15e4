//! Exact conversion between stock and what is sold: floor supply, ceil demand.
//!
//! Supply is rounded down and demand up, so that rounding can leave a crumb on the shelf but never
//! sell one that is not there.

use std::fmt;

use num_rational::Ratio;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::quantity::{Quantity, Units};

/// How many base units one selling unit takes: a positive rational, kept in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "(i64, i64)", into = "(i64, i64)")]
pub struct Factor(Ratio<i64>);

/// Why two numbers make no factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{numerator}/{denominator} is no factor; both must be above zero")]
pub struct FactorError {
    /// Above the line.
    pub numerator: i64,
    /// Below the line.
    pub denominator: i64,
}

impl Factor {
    /// One base unit for one selling unit.
    pub const ONE: Self = Self(Ratio::new_raw(1, 1));

    /// `numerator / denominator` base units for one selling unit.
    pub fn new(numerator: i64, denominator: i64) -> Result<Self, FactorError> {
        if numerator > 0 && denominator > 0 {
            Ok(Self(Ratio::new(numerator, denominator)))
        } else {
            Err(FactorError {
                numerator,
                denominator,
            })
        }
    }

    /// `quantity` base units for one selling unit.
    pub fn whole(quantity: Quantity) -> Result<Self, FactorError> {
        Self::new(quantity.get(), 1)
    }

    /// Above the line, in lowest terms.
    pub fn numerator(self) -> i64 {
        *self.0.numer()
    }

    /// Below the line, in lowest terms.
    pub fn denominator(self) -> i64 {
        *self.0.denom()
    }

    /// How many selling units can be made of `supply`: rounded down, none of a negative supply.
    pub fn units_from(self, supply: Quantity) -> Units {
        let supply = supply.or_zero().get();
        if self.denominator() == 1 {
            return Units::new(supply / self.numerator());
        }
        Units::new(scaled(
            supply,
            self.denominator(),
            self.numerator(),
            Rounding::Down,
        ))
    }

    /// How much stock `units` take: rounded up, so that the last crumb is there.
    pub fn stock_for(self, units: Units) -> Quantity {
        Quantity::new(scaled(
            units.get(),
            self.numerator(),
            self.denominator(),
            Rounding::Up,
        ))
    }

    /// How much stock `units` hold: rounded down. For showing stock on the other side, where
    /// [`stock_for`](Self::stock_for) would promise a crumb too many.
    pub fn stock_in(self, units: Units) -> Quantity {
        Quantity::new(scaled(
            units.get(),
            self.numerator(),
            self.denominator(),
            Rounding::Down,
        ))
    }
}

impl TryFrom<(i64, i64)> for Factor {
    type Error = FactorError;

    fn try_from((numerator, denominator): (i64, i64)) -> Result<Self, FactorError> {
        Self::new(numerator, denominator)
    }
}

impl From<Factor> for (i64, i64) {
    fn from(factor: Factor) -> Self {
        (factor.numerator(), factor.denominator())
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Clone, Copy)]
enum Rounding {
    Down,
    Up,
}

/// `amount · times / divisor`, held at the ends of the range. `divisor` is positive.
fn scaled(amount: i64, times: i64, divisor: i64, rounding: Rounding) -> i64 {
    let product = i128::from(amount) * i128::from(times);
    let divisor = i128::from(divisor);
    let down = product.div_euclid(divisor);
    let result = match rounding {
        Rounding::Down => down,
        Rounding::Up => down + i128::from(product.rem_euclid(divisor) != 0),
    };
    i64::try_from(result).unwrap_or(if result < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn factor() -> impl Strategy<Value = Factor> {
        (1..5_000i64, 1..50i64).prop_map(|(n, d)| Factor::new(n, d).unwrap())
    }

    /// `a/b ≤ c/d`, without the division that is being tested.
    fn at_most(a: i128, b: i128, c: i128, d: i128) -> bool {
        a * d <= c * b
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn supply_rounds_down_by_less_than_one_pack(
            supply in 0..10_000_000i64,
            factor in factor(),
        ) {
            let (n, d) = (i128::from(factor.numerator()), i128::from(factor.denominator()));
            let units = i128::from(factor.units_from(Quantity::new(supply)).get());
            // 0 ≤ supply − units·factor < factor
            prop_assert!(at_most(units * n, d, supply.into(), 1));
            prop_assert!(!at_most((units + 1) * n, d, supply.into(), 1));
        }

        #[test]
        fn demand_rounds_up_by_less_than_one_base_unit(
            units in 0..10_000_000i64,
            factor in factor(),
        ) {
            let (n, d) = (i128::from(factor.numerator()), i128::from(factor.denominator()));
            let stock = i128::from(factor.stock_for(Units::new(units)).get());
            prop_assert!(at_most(i128::from(units) * n, d, stock, 1));
            prop_assert!(!at_most(i128::from(units) * n, d, stock - 1, 1));
        }

        #[test]
        fn what_supply_allows_supply_covers(supply in 0..10_000_000i64, factor in factor()) {
            let supply = Quantity::new(supply);
            prop_assert!(factor.stock_for(factor.units_from(supply)) <= supply);
        }

        #[test]
        fn what_demand_takes_makes_that_many_again(
            units in 0..10_000_000i64,
            factor in factor(),
        ) {
            let units = Units::new(units);
            prop_assert!(factor.units_from(factor.stock_for(units)) >= units);
            prop_assert!(factor.stock_in(units) <= factor.stock_for(units));
        }

        #[test]
        fn nothing_panics_or_wraps(amount: i64, n in 1..i64::MAX, d in 1..i64::MAX) {
            let factor = Factor::new(n, d).unwrap();
            prop_assert!(!factor.units_from(Quantity::new(amount)).is_negative());
            prop_assert_eq!(
                factor.stock_for(Units::new(amount)).is_positive(),
                amount > 0
            );
        }
    }

    #[test]
    fn a_third_of_a_kilogram_never_becomes_point_three_three_three() {
        let third = Factor::new(1000, 3).unwrap();
        assert_eq!(third.stock_for(Units::new(3)), Quantity::new(1000));
        assert_eq!(third.units_from(Quantity::new(999)), Units::new(2));
    }

    #[test]
    fn a_factor_is_above_zero_and_in_lowest_terms() {
        assert!(Factor::new(0, 1).is_err());
        assert!(Factor::new(1, 0).is_err());
        assert!(Factor::new(-1, -1).is_err());
        assert_eq!(Factor::new(500, 250), Factor::whole(Quantity::new(2)));
        assert!(serde_json::from_str::<Factor>("[0,1]").is_err());
        assert_eq!(
            serde_json::to_string(&Factor::new(2, 4).unwrap()).unwrap(),
            "[1,2]"
        );
    }
}
