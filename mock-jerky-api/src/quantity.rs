//! Exact quantities: integers in base units inside, decimal strings on the wire.
//!
//! Units are UN/ECE Recommendation 20 codes. What a quantity is allowed to be is decided by the
//! operations, not here.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, AddAssign, Neg, Sub, SubAssign},
    str::FromStr,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{ObjectBuilder, Type},
    },
};

/// The largest quantity one bin may hold, in base units: sums of many stay far inside `i64`.
pub const MOST: Quantity = Quantity(1_000_000_000_000_000);

/// A number of base units: grams, millilitres or pieces.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Quantity(pub i64);

/// A unit of measure (UN/ECE Rec 20).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Unit {
    /// Kilogram: 1000 GRM.
    Kgm,
    /// Gram, the base unit of mass.
    Grm,
    /// Litre: 1000 MLT.
    Ltr,
    /// Millilitre, the base unit of volume.
    Mlt,
    /// Piece.
    H87,
}

/// A quantity and how it is written: with three decimals where the unit has a thousand base units
/// (`"12.500"` KGM), with none where it is one (`"37"` H87). So the text alone tells both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    quantity: Quantity,
    in_thousands: bool,
}

/// A decimal as a caller wrote it: up to nine digits and three decimals, unit not yet known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    thousandths: i64,
}

/// Why a text is no decimal quantity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a decimal string with up to 9 digits and 3 decimals, such as \"12.500\"")]
pub struct NotADecimal;

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The larger of this and nothing.
    pub fn at_least_zero(self) -> Self {
        self.max(Self::ZERO)
    }
}

impl Add for Quantity {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Quantity {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Quantity {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl AddAssign for Quantity {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Quantity {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Quantity {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::ZERO, Add::add)
    }
}

impl Unit {
    /// The code of Rec 20.
    pub fn code(self) -> &'static str {
        match self {
            Self::Kgm => "KGM",
            Self::Grm => "GRM",
            Self::Ltr => "LTR",
            Self::Mlt => "MLT",
            Self::H87 => "H87",
        }
    }

    /// Its base unit.
    pub fn base(self) -> Self {
        match self {
            Self::Kgm | Self::Grm => Self::Grm,
            Self::Ltr | Self::Mlt => Self::Mlt,
            Self::H87 => Self::H87,
        }
    }

    /// How many base units it is.
    pub fn factor(self) -> i64 {
        match self {
            Self::Kgm | Self::Ltr => 1000,
            Self::Grm | Self::Mlt | Self::H87 => 1,
        }
    }
}

impl Amount {
    /// `quantity` as it is written in `unit`.
    pub fn new(quantity: Quantity, unit: Unit) -> Self {
        Self {
            quantity,
            in_thousands: unit.factor() == 1000,
        }
    }

    /// How much, in base units.
    pub fn quantity(self) -> Quantity {
        self.quantity
    }

    pub(crate) fn add(&mut self, quantity: Quantity) {
        self.quantity += quantity;
    }
}

impl Decimal {
    /// As base units of `unit`; `None` when a fraction of a base unit would be left.
    pub fn in_base_of(self, unit: Unit) -> Option<Quantity> {
        let scaled = self.thousandths.checked_mul(unit.factor())?;
        (scaled % 1000 == 0).then_some(Quantity(scaled / 1000))
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.thousandths == 0
    }
}

impl FromStr for Decimal {
    type Err = NotADecimal;

    fn from_str(text: &str) -> Result<Self, NotADecimal> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return Err(NotADecimal),
            Some((whole, fraction)) => (whole, fraction),
            None => (digits, ""),
        };
        let thousandths = read(whole, 9)? * 1000 + read_fraction(fraction)?;
        Ok(Self {
            thousandths: if negative { -thousandths } else { thousandths },
        })
    }
}

impl From<Amount> for Decimal {
    fn from(amount: Amount) -> Self {
        Self {
            thousandths: if amount.in_thousands {
                amount.quantity.0
            } else {
                amount.quantity.0.saturating_mul(1000)
            },
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.thousandths < 0 { "-" } else { "" };
        let (whole, rest) = (self.thousandths.abs() / 1000, self.thousandths.abs() % 1000);
        if rest == 0 {
            write!(f, "{sign}{whole}")
        } else {
            write!(f, "{sign}{whole}.{rest:03}")
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quantity = self.quantity.0;
        if !self.in_thousands {
            return write!(f, "{quantity}");
        }
        let sign = if quantity < 0 { "-" } else { "" };
        let size = quantity.unsigned_abs();
        write!(f, "{sign}{}.{:03}", size / 1000, size % 1000)
    }
}

impl FromStr for Amount {
    type Err = NotADecimal;

    fn from_str(text: &str) -> Result<Self, NotADecimal> {
        let in_thousands = match text.split_once('.') {
            Some((_, decimals)) if decimals.len() == 3 => true,
            None => false,
            Some(_) => return Err(NotADecimal),
        };
        let digits = text.replace('.', "");
        let quantity = Quantity(digits.parse().map_err(|_| NotADecimal)?);
        Ok(Self {
            quantity,
            in_thousands,
        })
    }
}

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        decimal_schema(r"^-?[0-9]{1,16}(\.[0-9]{3})?$")
    }
}

impl ToSchema for Amount {}

impl PartialSchema for Decimal {
    fn schema() -> RefOr<Schema> {
        decimal_schema(r"^-?[0-9]{1,9}(\.[0-9]{1,3})?$")
    }
}

impl ToSchema for Decimal {}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

fn decimal_schema(pattern: &str) -> RefOr<Schema> {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("An exact decimal, in the unit given beside it."))
        .pattern(Some(pattern))
        .examples(["12.500"]);
    schema.into()
}

fn read(digits: &str, most: usize) -> Result<i64, NotADecimal> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || digits.len() > most {
        return Err(NotADecimal);
    }
    digits.parse().map_err(|_| NotADecimal)
}

fn read_fraction(digits: &str) -> Result<i64, NotADecimal> {
    if digits.is_empty() {
        return Ok(0);
    }
    let scale = [100, 10, 1][digits.len().clamp(1, 3) - 1];
    Ok(read(digits, 3)? * scale)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_kilogram_is_a_thousand_grams_and_a_piece_has_no_fraction() {
        let read = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(read("12.5").in_base_of(Unit::Kgm), Some(Quantity(12_500)));
        assert_eq!(read("12").in_base_of(Unit::H87), Some(Quantity(12)));
        assert_eq!(read("0.5").in_base_of(Unit::H87), None);
        assert_eq!(read("-0.001").in_base_of(Unit::Ltr), Some(Quantity(-1)));
    }

    #[test]
    fn what_is_no_plain_decimal_is_refused() {
        for text in [
            "",
            "-",
            ".5",
            "1.",
            "1.2345",
            "1e3",
            "+1",
            "1234567890",
            "٣",
            "1,5",
        ] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_amount_reads_back_as_it_was(base in -999_999_999i64..999_999_999) {
            for unit in [Unit::Kgm, Unit::Grm, Unit::Ltr, Unit::Mlt, Unit::H87] {
                let amount = Amount::new(Quantity(base), unit);
                prop_assert_eq!(amount.to_string().parse(), Ok(amount));
                let read: Decimal = amount.to_string().parse().unwrap();
                prop_assert_eq!(read.in_base_of(unit), Some(Quantity(base)));
                prop_assert_eq!(read, Decimal::from(amount));
            }
        }
    }
}
