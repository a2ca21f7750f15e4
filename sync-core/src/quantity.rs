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
