//! Numbers in a mapping: `"0.050"`, `2` or `"1/3"`, in a unit or in packages of a stated content,
//! made into exact factors and whole quantities.

use std::fmt;
use std::str::FromStr;

use num_rational::Ratio;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::factor::Factor;
use crate::quantity::Quantity;
use crate::unit::{Package, Unit};

/// A number as the mapping writes it: exact, because it never was a float.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    text: String,
    value: Ratio<i128>,
}

/// What a number in a mapping counts: a measure, or packages of so much of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Measure {
    /// The unit of measure.
    pub(super) unit: Unit,
    /// Base units in one of what is counted.
    content: Ratio<i128>,
}

impl Measure {
    /// What `code` counts: a unit of measure, or a package that holds `pack`, such as `0.050 KGM`.
    pub(super) fn new(code: &str, pack: Option<&str>) -> Result<Self, String> {
        match (Unit::from_str(code), Package::from_str(code), pack) {
            (Ok(unit), _, None) => Ok(Self {
                unit,
                content: in_base(unit),
            }),
            (Ok(unit), _, Some(_)) => Err(format!(
                "{unit} is a measure and needs no `pack`; remove it"
            )),
            (_, Ok(_), Some(pack)) => content(pack),
            (_, Ok(package), None) => Err(format!(
                "{package} is a package; say what one holds, such as pack = \"0.050 KGM\""
            )),
            (Err(_), Err(_), _) => Err(unknown(code)),
        }
    }

    /// `number` of these for one selling unit.
    pub(super) fn factor(self, number: &Number) -> Result<Factor, String> {
        let base = number.value * self.content;
        if *base.numer() == 0 {
            return Err("is 0; it must be more".into());
        }
        let (numerator, denominator) = (i64::try_from(*base.numer()), i64::try_from(*base.denom()));
        match (numerator, denominator) {
            (Ok(numerator), Ok(denominator)) => {
                Factor::new(numerator, denominator).map_err(|error| error.to_string())
            }
            _ => Err(format!(
                "{number} is too large or too fine to be counted exactly"
            )),
        }
    }

    /// `number` of these as an amount, which must be whole in base units.
    pub(super) fn quantity(self, number: &Number) -> Result<Quantity, String> {
        let base = number.value * self.content;
        if !base.is_integer() {
            return Err(format!(
                "{number} is not a whole number of {}",
                self.unit.base()
            ));
        }
        i64::try_from(*base.numer())
            .map(Quantity::new)
            .map_err(|_| format!("{number} is more than can be counted"))
    }
}

impl FromStr for Number {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let error = || {
            format!(
                "{text:?} is no number; write one such as 2, \"0.050\" or \"1/3\", zero or more"
            )
        };
        let (above, below) = text.split_once('/').unwrap_or((text, "1"));
        let above = decimal(above).ok_or_else(error)?;
        let below = decimal(below)
            .filter(|below| *below.numer() > 0)
            .ok_or_else(error)?;
        Ok(Self {
            text: text.to_owned(),
            value: above / below,
        })
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number such as 2, \"0.050\" or \"1/3\"")
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Number, E> {
        number.to_string().parse().map_err(E::custom)
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Number, E> {
        number.to_string().parse().map_err(E::custom)
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Number, E> {
        Err(E::custom(format!(
            "{number} is a float and not exact; put it in quotes: \"{number}\""
        )))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Number, E> {
        text.parse().map_err(E::custom)
    }
}

/// So many that products of two still fit the arithmetic.
const MOST_DIGITS: usize = 15;

fn decimal(text: &str) -> Option<Ratio<i128>> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction}");
    let is_clean = !whole.is_empty()
        && (fraction.is_empty() != text.contains('.'))
        && digits.len() <= MOST_DIGITS
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_clean {
        return None;
    }
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    Some(Ratio::new(digits.parse().ok()?, scale))
}

/// `0.050 KGM`: what one package holds.
fn content(pack: &str) -> Result<Measure, String> {
    let error =
        || format!("{pack:?} is no content; write a number and a unit, such as \"0.050 KGM\"");
    let (number, code) = pack.split_once(' ').ok_or_else(error)?;
    let number: Number = number.parse()?;
    let unit = Unit::from_str(code).map_err(|error| error.to_string())?;
    let content = number.value * in_base(unit);
    if *content.numer() == 0 {
        return Err(format!(
            "a package of {pack:?} is empty; say what one holds"
        ));
    }
    Ok(Measure { unit, content })
}

fn in_base(unit: Unit) -> Ratio<i128> {
    Ratio::from_integer(i128::from(unit.in_base()))
}

fn unknown(code: &str) -> String {
    let known = Unit::ALL
        .into_iter()
        .map(Unit::code)
        .chain(Package::ALL.into_iter().map(Package::code));
    let hint = super::problem::nearest(&code.to_uppercase(), known)
        .map(|near| format!("; did you mean {near}?"))
        .unwrap_or_default();
    format!(
        "{code:?} is no unit; expected H87, GRM, KGM, MLT, LTR (UN/ECE Rec 20) or a package PK, BO, CS (Rec 21){hint}"
    )
}
