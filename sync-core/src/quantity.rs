//! Amounts: [`Quantity`] of stock in base units and [`Units`] of a listing in selling units.
//!
//! The two are different types because a mix-up sells a kilogram for a packet. Neither panics or
//! wraps. How an amount is written on the wire is in `decimal`, how one becomes the other in
//! `factor`.

use std::fmt;
use std::iter::Sum;

use serde::{Deserialize, Serialize};

macro_rules! amount {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);
            /// The largest amount there is, about nine quintillion.
            pub const MAX: Self = Self(i64::MAX);

            /// This many.
            pub const fn new(count: i64) -> Self {
                Self(count)
            }

            /// The bare number, for storage and arithmetic that leaves the type.
            pub const fn get(self) -> i64 {
                self.0
            }

            /// Whether this is nothing.
            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }

            /// Whether this is less than nothing: a delta, or a vendor's mistake.
            pub const fn is_negative(self) -> bool {
                self.0 < 0
            }

            /// Whether this is more than nothing.
            pub const fn is_positive(self) -> bool {
                self.0 > 0
            }

            /// Itself, or nothing when negative.
            pub const fn or_zero(self) -> Self {
                if self.0 < 0 { Self::ZERO } else { self }
            }

            /// The sum; `None` when it does not fit.
            pub const fn checked_add(self, other: Self) -> Option<Self> {
                match self.0.checked_add(other.0) {
                    Some(sum) => Some(Self(sum)),
                    None => None,
                }
            }

            /// The difference, which may be negative; `None` when it does not fit.
            pub const fn checked_sub(self, other: Self) -> Option<Self> {
                match self.0.checked_sub(other.0) {
                    Some(difference) => Some(Self(difference)),
                    None => None,
                }
            }

            /// So many times as much; `None` when it does not fit.
            pub const fn checked_mul(self, times: i64) -> Option<Self> {
                match self.0.checked_mul(times) {
                    Some(product) => Some(Self(product)),
                    None => None,
                }
            }

            /// The opposite delta; `None` for the one number that has no opposite.
            pub const fn checked_neg(self) -> Option<Self> {
                match self.0.checked_neg() {
                    Some(opposite) => Some(Self(opposite)),
                    None => None,
                }
            }

            /// The sum, held at the ends of the range.
            pub const fn saturating_add(self, other: Self) -> Self {
                Self(self.0.saturating_add(other.0))
            }

            /// The difference, which may be negative, held at the ends of the range.
            pub const fn saturating_sub(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }

            /// What is left of this after taking `other`, nothing when that is more than there is.
            pub const fn less(self, other: Self) -> Self {
                self.saturating_sub(other).or_zero()
            }
        }

        /// Sums are held at the ends of the range, so that an absurd vendor number cannot wrap
        /// into a plausible one.
        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
                amounts.fold(Self::ZERO, Self::saturating_add)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

amount! {
    /// An amount of stock in base units: grams (`GRM`), millilitres (`MLT`) or pieces (`H87`).
    /// Signed, because deltas are quantities too; whoever reads one from outside says whether a
    /// negative is allowed.
    Quantity
}

amount! {
    /// An amount of a listing in selling units: what the shop counts, what a shopper orders.
    Units
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn checked_arithmetic_agrees_with_arithmetic_that_cannot_overflow(a: i64, b: i64) {
            let (left, right) = (Quantity::new(a), Quantity::new(b));
            let fits = |wide: i128| i64::try_from(wide).ok().map(Quantity::new);
            let (a, b) = (i128::from(a), i128::from(b));
            prop_assert_eq!(left.checked_add(right), fits(a + b));
            prop_assert_eq!(left.checked_sub(right), fits(a - b));
            prop_assert_eq!(left.checked_mul(right.get()), fits(a * b));
        }

        #[test]
        fn saturating_arithmetic_stops_at_the_ends(a: i64, b: i64) {
            let held = |wide: i128| {
                Units::new(wide.clamp(i64::MIN.into(), i64::MAX.into()) as i64)
            };
            let (left, right) = (Units::new(a), Units::new(b));
            prop_assert_eq!(left.saturating_add(right), held(i128::from(a) + i128::from(b)));
            prop_assert_eq!(left.saturating_sub(right), held(i128::from(a) - i128::from(b)));
            prop_assert_eq!([left, right].into_iter().sum::<Units>(), left.saturating_add(right));
        }

        #[test]
        fn what_is_left_is_never_negative(a: i64, b: i64) {
            prop_assert!(!Quantity::new(a).less(Quantity::new(b)).is_negative());
        }
    }

    #[test]
    fn an_absurd_number_does_not_wrap_a_sum_into_a_plausible_one() {
        let sum: Quantity = [Quantity::MAX, Quantity::new(5)].into_iter().sum();
        assert_eq!(sum, Quantity::MAX);
    }

    #[test]
    fn an_amount_is_a_bare_number_in_storage() {
        assert_eq!(serde_json::to_string(&Quantity::new(-7)).unwrap(), "-7");
        assert_eq!(serde_json::from_str::<Units>("12").unwrap(), Units::new(12));
        assert!(serde_json::from_str::<Units>("1.5").is_err());
    }
}
