//! Units of measure: UN/ECE Recommendation 20 for measures, Recommendation 21 for packages.
//!
//! A measure has a dimension and a factor to its base unit; a package has neither until somebody
//! says what is in it, so the two are different types. Conversion is in `factor`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A unit of measure, by its UN/ECE Rec 20 common code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// Piece.
    #[serde(rename = "H87")]
    Piece,
    /// Gram.
    #[serde(rename = "GRM")]
    Gram,
    /// Kilogram, 1000 grams.
    #[serde(rename = "KGM")]
    Kilogram,
    /// Millilitre.
    #[serde(rename = "MLT")]
    Millilitre,
    /// Litre, 1000 millilitres.
    #[serde(rename = "LTR")]
    Litre,
}

/// What a unit measures. Amounts of different dimensions never meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// How many.
    Count,
    /// How heavy.
    Mass,
    /// How voluminous.
    Volume,
}

/// A kind of package, by its UN/ECE Rec 21 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Package {
    /// Packet.
    #[serde(rename = "PK")]
    Packet,
    /// Bottle, non-protected, cylindrical.
    #[serde(rename = "BO")]
    Bottle,
    /// Case.
    #[serde(rename = "CS")]
    Case,
}

/// Why a unit cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UnitError {
    /// No such measure.
    #[error(
        "{code:?} is no unit of measure; expected one of H87, GRM, KGM, MLT, LTR (UN/ECE Rec 20)"
    )]
    UnknownUnit {
        /// What stood there.
        code: String,
    },
    /// No such package.
    #[error("{code:?} is no package; expected one of PK, BO, CS (UN/ECE Rec 21)")]
    UnknownPackage {
        /// What stood there.
        code: String,
    },
    /// Two dimensions were mixed.
    #[error("{found} measures {}, but {expected} is needed; correct the unit", found.dimension())]
    Dimension {
        /// The unit that stood there.
        found: Unit,
        /// The dimension that was needed.
        expected: Dimension,
    },
}

impl Unit {
    /// All units, in the order of their declaration.
    pub const ALL: [Self; 5] = [
        Self::Piece,
        Self::Gram,
        Self::Kilogram,
        Self::Millilitre,
        Self::Litre,
    ];

    /// Its UN/ECE Rec 20 common code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Piece => "H87",
            Self::Gram => "GRM",
            Self::Kilogram => "KGM",
            Self::Millilitre => "MLT",
            Self::Litre => "LTR",
        }
    }

    /// What it measures.
    pub const fn dimension(self) -> Dimension {
        match self {
            Self::Piece => Dimension::Count,
            Self::Gram | Self::Kilogram => Dimension::Mass,
            Self::Millilitre | Self::Litre => Dimension::Volume,
        }
    }

    /// How many base units make one of it.
    pub const fn in_base(self) -> i64 {
        match self {
            Self::Piece | Self::Gram | Self::Millilitre => 1,
            Self::Kilogram | Self::Litre => 1000,
        }
    }

    /// The unit in which amounts of its dimension are held.
    pub const fn base(self) -> Self {
        self.dimension().base()
    }

    /// Refuses a unit that measures something else than `expected`.
    pub fn require(self, expected: Dimension) -> Result<Self, UnitError> {
        if self.dimension() == expected {
            Ok(self)
        } else {
            Err(UnitError::Dimension {
                found: self,
                expected,
            })
        }
    }
}

impl Dimension {
    /// The unit in which amounts of it are held.
    pub const fn base(self) -> Unit {
        match self {
            Self::Count => Unit::Piece,
            Self::Mass => Unit::Gram,
            Self::Volume => Unit::Millilitre,
        }
    }
}

impl Package {
    /// All packages, in the order of their declaration.
    pub const ALL: [Self; 3] = [Self::Packet, Self::Bottle, Self::Case];

    /// Its UN/ECE Rec 21 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Packet => "PK",
            Self::Bottle => "BO",
            Self::Case => "CS",
        }
    }
}

impl FromStr for Unit {
    type Err = UnitError;

    fn from_str(code: &str) -> Result<Self, UnitError> {
        Self::ALL
            .into_iter()
            .find(|unit| unit.code() == code)
            .ok_or_else(|| UnitError::UnknownUnit { code: code.into() })
    }
}

impl FromStr for Package {
    type Err = UnitError;

    fn from_str(code: &str) -> Result<Self, UnitError> {
        Self::ALL
            .into_iter()
            .find(|package| package.code() == code)
            .ok_or_else(|| UnitError::UnknownPackage { code: code.into() })
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Count => "a count",
            Self::Mass => "a mass",
            Self::Volume => "a volume",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back_as_their_units_and_match_the_wire() {
        for unit in Unit::ALL {
            assert_eq!(unit.code().parse(), Ok(unit));
            assert_eq!(
                serde_json::to_string(&unit).unwrap(),
                format!("{:?}", unit.code())
            );
        }
        for package in Package::ALL {
            assert_eq!(package.code().parse(), Ok(package));
            assert_eq!(
                serde_json::to_string(&package).unwrap(),
                format!("{:?}", package.code())
            );
        }
    }

    #[test]
    fn a_unit_and_its_base_measure_the_same() {
        for unit in Unit::ALL {
            assert_eq!(unit.base().dimension(), unit.dimension());
            assert_eq!(unit.base().in_base(), 1);
        }
    }

    #[test]
    fn a_unit_of_another_dimension_is_refused_in_words() {
        let error = Unit::Litre.require(Dimension::Mass).unwrap_err();
        assert_eq!(
            error.to_string(),
            "LTR measures a volume, but a mass is needed; correct the unit"
        );
        assert_eq!(Unit::Gram.require(Dimension::Mass), Ok(Unit::Gram));
    }

    #[test]
    fn a_code_of_the_other_recommendation_or_case_is_unknown() {
        assert!("PK".parse::<Unit>().is_err());
        assert!("kgm".parse::<Unit>().is_err());
        assert!("KGM".parse::<Package>().is_err());
    }
}
