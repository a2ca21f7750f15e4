//! Names of things: SKUs of either side, lots, locations, orders, reservations, events.
//!
//! A name is compared exactly. Vendors do send ` jrk-1` for `JRK-1`; guessing would join two
//! products that may differ, so a name that is not clean is refused here, and [`same_but_for_form`]
//! tells whoever quarantines it which known name was probably meant.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// The longest name accepted, in bytes. GS1 stops at 20 for a lot and vendors at about 40 for an
/// id; whatever is longer than this is a fault and would only bloat keys.
pub const LONGEST: usize = 128;

/// Why a text is no name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NameError {
    /// Nothing there.
    #[error("the {kind} is empty; give its exact name")]
    Empty {
        /// What was to be named, in words.
        kind: &'static str,
    },
    /// White space at an end.
    #[error("the {kind} {text:?} begins or ends with white space; send it without")]
    Padded {
        /// What was to be named, in words.
        kind: &'static str,
        /// The text as it came.
        text: String,
    },
    /// A control character, such as a line break.
    #[error("the {kind} {text:?} holds a control character; send printable text only")]
    Control {
        /// What was to be named, in words.
        kind: &'static str,
        /// The text as it came.
        text: String,
    },
    /// Too long to be a name.
    #[error("the {kind} {start:?}… is {length} bytes long; at most {LONGEST} are accepted")]
    Oversize {
        /// What was to be named, in words.
        kind: &'static str,
        /// How it begins.
        start: String,
        /// Its length in bytes.
        length: usize,
    },
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name in `text`, which must be clean: nothing is trimmed or folded.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                check($kind, text)?;
                Ok(Self(text.into()))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                check($kind, &text)?;
                Ok(Self(text.into()))
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        // Lets a map keyed by the name be asked with plain text, without building a name first.
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(D::Error::custom)
            }
        }
    };
}

name! {
    /// A stock keeping unit of the jerky system, stocked there or mirrored into it.
    JerkySku, "jerky SKU"
}
name! {
    /// A stock keeping unit of the polish shop: own product, resale product or kit.
    PolishSku, "polish SKU"
}
name! {
    /// A production lot of one jerky item (GS1 AI 10). Unique within its item only.
    LotId, "lot"
}
name! {
    /// A place in the jerky warehouse.
    Location, "location"
}
name! {
    /// A warehouse of the jerky system.
    Warehouse, "warehouse"
}
name! {
    /// An order of the polish shop.
    OrderId, "order"
}
name! {
    /// A line within one order or reservation. Unique within it only.
    LineId, "line"
}
name! {
    /// A reservation of the jerky system.
    ReservationId, "reservation"
}
name! {
    /// A vendor's event or webhook message, by which duplicates are known.
    EventId, "event"
}
name! {
    /// The reference under which staff shipped (part of) an order.
    ShipmentRef, "shipment reference"
}
name! {
    /// The reference under which goods of an order came back.
    ReturnRef, "return reference"
}
name! {
    /// A recount on the shop's side.
    CountId, "count"
}

/// The known name that differs from `text` in case and white space only, which explains most
/// unknown SKUs. Linear in `known`: for messages, not for look-ups.
pub fn same_but_for_form<'a, N: AsRef<str> + ?Sized>(
    text: &str,
    known: impl IntoIterator<Item = &'a N>,
) -> Option<&'a N> {
    let wanted = folded(text);
    known
        .into_iter()
        .find(|name| name.as_ref() != text && folded(name.as_ref()) == wanted)
}

/// `text` without white space and in lower case: equal for names that a hurried person would take
/// for one.
pub fn folded(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .flat_map(char::to_lowercase)
        .collect()
}

fn check(kind: &'static str, text: &str) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::Empty { kind });
    }
    if text.len() > LONGEST {
        return Err(NameError::Oversize {
            kind,
            start: text.chars().take(24).collect(),
            length: text.len(),
        });
    }
    if text.chars().any(char::is_control) {
        return Err(NameError::Control {
            kind,
            text: text.into(),
        });
    }
    if text.trim().len() != text.len() {
        return Err(NameError::Padded {
            kind,
            text: text.into(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_clean_name_is_kept_as_it_is() {
        let sku = JerkySku::parse("JRK-Péppér 50g").unwrap();
        assert_eq!(sku.as_str(), "JRK-Péppér 50g");
        assert_eq!(serde_json::to_string(&sku).unwrap(), "\"JRK-Péppér 50g\"");
    }

    #[test]
    fn an_unclean_name_is_refused_and_not_mended() {
        for text in ["", " JRK-1", "JRK-1 ", "\u{a0}JRK-1", "JRK\n1", "JRK\u{0}1"] {
            assert!(JerkySku::parse(text).is_err(), "{text:?}");
            let json = serde_json::to_string(text).unwrap();
            assert!(serde_json::from_str::<JerkySku>(&json).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_longest_name_fits_and_one_more_does_not() {
        assert!(LotId::parse(&"é".repeat(LONGEST / 2)).is_ok());
        let error = LotId::parse(&"x".repeat(LONGEST + 1)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the lot \"xxxxxxxxxxxxxxxxxxxxxxxx\"… is 129 bytes long; at most 128 are accepted"
        );
    }

    #[test]
    fn names_are_compared_exactly() {
        assert_ne!(
            PolishSku::parse("NP-1").unwrap(),
            PolishSku::parse("np-1").unwrap()
        );
    }

    #[test]
    fn a_name_in_another_form_finds_the_one_that_was_meant() {
        let known = ["JRK-1", "JRK-11", "BOX 2"].map(|text| JerkySku::parse(text).unwrap());
        let meant = |text| same_but_for_form(text, &known).map(JerkySku::as_str);
        assert_eq!(meant(" jrk-1 "), Some("JRK-1"));
        assert_eq!(meant("box2"), Some("BOX 2"));
        assert_eq!(meant("JRK-2"), None);
        assert_eq!(meant("JRK-1"), None, "a name is no near match of itself");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn no_text_panics_and_every_name_reads_back_as_itself(text in ".{0,140}") {
            if let Ok(name) = OrderId::parse(&text) {
                prop_assert_eq!(name.as_str(), text.as_str());
                let json = serde_json::to_string(&name).unwrap();
                prop_assert_eq!(serde_json::from_str::<OrderId>(&json).unwrap(), name);
            }
        }
    }
}
