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
