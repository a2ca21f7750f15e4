//! Decimal strings of the jerky wire, to and from [`Quantity`], exactly.
//!
//! No floating point comes near: a text is digits, and digits that do not make a whole number of
//! base units are refused rather than rounded.

use thiserror::Error;

use crate::quantity::Quantity;
use crate::unit::Unit;

/// Why a text is no quantity.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DecimalError {
    /// Not digits with at most one point between them.
    #[error(
        "{text:?} is no decimal number; write digits with at most one point, such as \"12.500\""
    )]
    NotDecimal {
        /// The text as it came, shortened.
        text: String,
    },
    /// Below zero where only an amount makes sense.
    #[error("{text} {unit} is negative; an amount of stock is zero or more")]
    Negative {
        /// The text as it came.
        text: String,
        /// The unit it was given in.
        unit: Unit,
    },
    /// Finer than the base unit.
    #[error("{text} {unit} is not a whole number of {}; write at most {digits} digits after the point", unit.base())]
    NotWhole {
        /// The text as it came.
        text: String,
        /// The unit it was given in.
        unit: Unit,
        /// How many decimals the unit can carry.
        digits: usize,
    },
    /// More than the arithmetic holds.
    #[error("{text} {unit} is more than can be counted; correct the quantity or use a larger unit")]
    Overflow {
        /// The text as it came, shortened.
        text: String,
        /// The unit it was given in.
        unit: Unit,
    },
}

/// The amount that `text` states in `unit`: zero or more.
pub fn amount(text: &str, unit: Unit) -> Result<Quantity, DecimalError> {
    let quantity = delta(text, unit)?;
    if quantity.is_negative() {
        return Err(DecimalError::Negative {
            text: shortened(text),
            unit,
        });
    }
    Ok(quantity)
}

/// The change that `text` states in `unit`: of either sign.
pub fn delta(text: &str, unit: Unit) -> Result<Quantity, DecimalError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = split(digits).ok_or_else(|| DecimalError::NotDecimal {
        text: shortened(text),
    })?;
    let decimals = decimals(unit);
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > decimals {
        return Err(DecimalError::NotWhole {
            text: shortened(text),
            unit,
            digits: decimals,
        });
    }
    let padding = std::iter::repeat_n(b'0', decimals - fraction.len());
    digits_to_number(
        whole.bytes().chain(fraction.bytes()).chain(padding),
        negative,
    )
    .map(Quantity::new)
    .ok_or_else(|| DecimalError::Overflow {
        text: shortened(text),
        unit,
    })
}

/// How `quantity` is written in `unit`: with all the decimals the unit can carry, so that the same
/// amount is always the same text.
pub fn text(quantity: Quantity, unit: Unit) -> String {
    let base = quantity.get();
    let per_unit = unit.in_base().unsigned_abs();
    if per_unit == 1 {
        return base.to_string();
    }
    let (whole, rest) = (
        base.unsigned_abs() / per_unit,
        base.unsigned_abs() % per_unit,
    );
    let sign = if base < 0 { "-" } else { "" };
    format!("{sign}{whole}.{rest:0width$}", width = decimals(unit))
}

/// How many decimals `unit` can carry and still be whole in base units.
fn decimals(unit: Unit) -> usize {
    match unit {
        Unit::Piece | Unit::Gram | Unit::Millilitre => 0,
        Unit::Kilogram | Unit::Litre => 3,
    }
}

fn split(digits: &str) -> Option<(&str, &str)> {
    let (whole, fraction) = match digits.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (digits, ""),
    };
    let clean = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    (!whole.is_empty() && clean(whole) && clean(fraction)).then_some((whole, fraction))
}

fn digits_to_number(digits: impl Iterator<Item = u8>, negative: bool) -> Option<i64> {
    let sign = if negative { -1 } else { 1 };
    let mut number: i64 = 0;
    for digit in digits {
        let digit = i64::from(digit - b'0') * sign;
        number = number.checked_mul(10)?.checked_add(digit)?;
    }
    Some(number)
}

/// A vendor may send a megabyte of digits; a message quotes the beginning.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unit() -> impl Strategy<Value = Unit> {
        prop::sample::select(&Unit::ALL[..])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn every_quantity_reads_back_from_its_text(base: i64, unit in unit()) {
            let quantity = Quantity::new(base);
            prop_assert_eq!(delta(&text(quantity, unit), unit), Ok(quantity));
        }

        #[test]
        fn no_text_panics(input in ".{0,60}", unit in unit()) {
            let _ = delta(&input, unit);
        }

        #[test]
        fn digits_mean_what_they_say(whole in 0..1_000_000i64, thousandths in 0..1000i64) {
            let input = format!("{whole}.{thousandths:03}");
            prop_assert_eq!(
                amount(&input, Unit::Kilogram),
                Ok(Quantity::new(whole * 1000 + thousandths))
            );
            prop_assert_eq!(amount(&input, Unit::Piece).is_ok(), thousandths == 0);
        }
    }

    #[test]
    fn trailing_zeros_change_nothing() {
        for input in ["12.5", "12.50", "12.500", "12.500000"] {
            assert_eq!(
                amount(input, Unit::Litre),
                Ok(Quantity::new(12_500)),
                "{input}"
            );
        }
        assert_eq!(amount("37.000", Unit::Piece), Ok(Quantity::new(37)));
    }

    #[test]
    fn what_is_no_decimal_number_is_refused() {
        for input in [
            "", " 1", "1 ", ".5", "5.", "1e3", "+1", "--1", "1,5", "0x1", "1.2.3", "٣", "NaN", "-",
        ] {
            let error = delta(input, Unit::Kilogram).unwrap_err();
            assert!(
                matches!(error, DecimalError::NotDecimal { .. }),
                "{input:?}: {error}"
            );
        }
    }

    #[test]
    fn errors_say_what_and_what_to_do() {
        let said = |input, unit| amount(input, unit).unwrap_err().to_string();
        assert_eq!(
            said("0.0125", Unit::Kilogram),
            "0.0125 KGM is not a whole number of GRM; write at most 3 digits after the point"
        );
        assert_eq!(
            said("-3", Unit::Piece),
            "-3 H87 is negative; an amount of stock is zero or more"
        );
        assert_eq!(
            said("9223372036854775.808", Unit::Kilogram),
            "9223372036854775.808 KGM is more than can be counted; correct the quantity or use a \
             larger unit"
        );
        assert!(said(&"9".repeat(1_000_000), Unit::Gram).len() < 200);
    }

    #[test]
    fn nothing_has_no_sign() {
        assert_eq!(amount("-0.000", Unit::Kilogram), Ok(Quantity::ZERO));
        assert_eq!(text(Quantity::ZERO, Unit::Kilogram), "0.000");
    }
}
