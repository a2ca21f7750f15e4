//! Names and sizes of goods: realistic, and a function of the seed and the article's number.

use fake::{Fake, faker::address::en::CityName, faker::lorem::en::Word, faker::name::en::Name};
use schemars::JsonSchema;
use seams::Keyed;
use serde::{Deserialize, Serialize};

const CUTS: [&str; 6] = [
    "Brisket Strips",
    "Biltong Slab",
    "Top Round Jerky",
    "Steak Bites",
    "Flank Jerky",
    "Smoked Sticks",
];
const FLAVOURS: [&str; 8] = [
    "Original",
    "Black Pepper",
    "Teriyaki",
    "Chipotle",
    "Hickory",
    "Habanero",
    "Sea Salt",
    "Sweet Bourbon",
];
const FINISHES: [&str; 6] = ["Creme", "Shimmer", "Matte", "Glitter", "Gel", "Sheer"];
const COLOURS: [&str; 10] = [
    "Oxblood",
    "Coral",
    "Lilac",
    "Midnight",
    "Champagne",
    "Fern",
    "Rosewood",
    "Slate",
    "Peach",
    "Cobalt",
];

/// The unit a jerky item is kept in (UN/ECE Recommendation 20).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Unit {
    /// Kilograms; the base unit is the gram.
    Kgm,
    /// Grams.
    Grm,
    /// Pieces.
    H87,
}

impl Unit {
    /// The code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Kgm => "KGM",
            Self::Grm => "GRM",
            Self::H87 => "H87",
        }
    }

    /// Base units in one of this unit.
    pub fn in_base(self) -> i64 {
        match self {
            Self::Kgm => 1000,
            Self::Grm | Self::H87 => 1,
        }
    }

    /// A quantity in base units as the decimal string of this unit.
    pub fn decimal(self, base: i64) -> String {
        match self {
            Self::Grm | Self::H87 => base.to_string(),
            Self::Kgm => {
                let sign = if base < 0 { "-" } else { "" };
                let base = base.unsigned_abs();
                format!("{sign}{}.{:03}", base / 1000, base % 1000)
            }
        }
    }

    /// The quantity in base units of a decimal string in this unit; `None` if it is not one.
    pub fn parse(self, text: &str) -> Option<i64> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let thousandths: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
        let whole: i64 = whole.parse().ok()?;
        let milli = whole.checked_mul(1000)?.checked_add(thousandths)?;
        Some(sign * milli.checked_mul(self.in_base())? / 1000)
    }
}

/// The name of a jerky.
pub(super) fn jerky_name(keyed: &Keyed, subject: &str) -> String {
    let city: String = CityName().fake_with_rng(&mut keyed.draw("city", subject, 0).rng());
    let flavour = pick(keyed, "flavour", subject, &FLAVOURS);
    let cut = pick(keyed, "cut", subject, &CUTS);
    format!("{city} {flavour} {cut}")
}

/// The name of a nail polish.
pub(super) fn polish_name(keyed: &Keyed, subject: &str) -> String {
    let word: String = Word().fake_with_rng(&mut keyed.draw("word", subject, 0).rng());
    let colour = pick(keyed, "colour", subject, &COLOURS);
    let finish = pick(keyed, "finish", subject, &FINISHES);
    format!("{colour} {finish} \u{2018}{word}\u{2019}")
}

/// The name of a customer.
pub(super) fn customer_name(keyed: &Keyed, subject: &str) -> String {
    Name().fake_with_rng(&mut keyed.draw("customer", subject, 0).rng())
}

/// A three-letter code of an article's flavour or colour, for its SKU.
pub(super) fn letters(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphabetic)
        .take(3)
        .collect::<String>()
        .to_uppercase()
}

/// A GTIN-14 with its check digit (GS1 General Specifications, 7.9).
pub(super) fn gtin(number: u64) -> String {
    let body = format!("0614141{:06}", number % 1_000_000);
    let sum: u32 = body
        .bytes()
        .enumerate()
        .map(|(index, digit)| u32::from(digit - b'0') * if index % 2 == 0 { 3 } else { 1 })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

fn pick(keyed: &Keyed, purpose: &str, subject: &str, of: &'static [&'static str]) -> &'static str {
    keyed
        .draw(purpose, subject, 0)
        .pick(of)
        .copied()
        .unwrap_or("Plain")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_quantity_survives_the_wire(base in -1_000_000_000i64..1_000_000_000) {
            for unit in [Unit::Kgm, Unit::Grm, Unit::H87] {
                prop_assert_eq!(unit.parse(&unit.decimal(base)), Some(base));
            }
        }
    }

    #[test]
    fn a_gtin_has_a_valid_check_digit() {
        for number in [0, 1, 7, 4711] {
            let weights = [3, 1].into_iter().cycle();
            let digits = gtin(number)
                .into_bytes()
                .into_iter()
                .map(|d| u32::from(d - b'0'));
            let sum: u32 = digits
                .zip(weights)
                .map(|(digit, weight)| digit * weight)
                .sum();
            assert_eq!(sum % 10, 0, "{number}");
        }
    }
}
