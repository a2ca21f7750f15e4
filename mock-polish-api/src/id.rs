//! What the shop calls things: SKUs, line ids and the numbered ids of its documents.
//!
//! Each kind of id is a type of its own, because an order id where a count id belongs would be
//! looked up, not refused.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A product's key in this shop, compared byte for byte: other case is another product.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, example = "RES-JRK-00001")]
pub struct Sku(Arc<str>);

impl Sku {
    /// The SKU as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Sku {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Sku {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl std::borrow::Borrow<str> for Sku {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A line's place in its order, from 1; a decimal string on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineId(u32);

impl LineId {
    /// The id of the line at `index`, which counts from 0.
    pub fn at(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX - 1) + 1)
    }

    /// Where the line stands in its order, from 0.
    pub fn index(self) -> usize {
        self.0.saturating_sub(1) as usize
    }
}

impl fmt::Display for LineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for LineId {
    type Err = UnknownId;

    fn from_str(text: &str) -> Result<Self, UnknownId> {
        match plain_number(text) {
            Some(number) if number > 0 => u32::try_from(number).map(Self).map_err(|_| UnknownId),
            _ => Err(UnknownId),
        }
    }
}

/// The text is no id that this shop ever gave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such id was ever given out")]
pub struct UnknownId;

macro_rules! numbered_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(u64);

        impl $name {
            /// The id with this number; numbers start at 1.
            pub fn numbered(number: u64) -> Self {
                Self(number)
            }

            /// The running number behind the id.
            pub fn number(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{:06}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = UnknownId;

            fn from_str(text: &str) -> Result<Self, UnknownId> {
                let digits = text.strip_prefix($prefix).ok_or(UnknownId)?;
                let id = plain_number(digits).map(Self).ok_or(UnknownId)?;
                // "ORD-1" names nothing, although its number is that of "ORD-000001".
                if digits.len() == 6 || (digits.len() > 6 && !digits.starts_with('0')) {
                    Ok(id)
                } else {
                    Err(UnknownId)
                }
            }
        }

        text_serde!($name);
    };
}

macro_rules! text_serde {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

text_serde!(LineId);
numbered_id!(
    /// An order: `ORD-000123`.
    OrderId,
    "ORD-"
);
numbered_id!(
    /// A shipment of an order's lines, whole or partial: `SHP-000123`.
    ShipmentId,
    "SHP-"
);
numbered_id!(
    /// A return of shipped goods: `RET-000123`.
    ReturnId,
    "RET-"
);
numbered_id!(
    /// A cancellation of an unfulfilled remainder: `CXL-000123`.
    CancellationId,
    "CXL-"
);
numbered_id!(
    /// A physical count on the shop's side: `CNT-000123`.
    CountId,
    "CNT-"
);

fn plain_number(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numbered_id_reads_back_what_it_writes() {
        for number in [1, 999_999, 1_000_000, 12_345_678] {
            let id = OrderId::numbered(number);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        assert_eq!(OrderId::numbered(123).to_string(), "ORD-000123");
    }

    #[test]
    fn near_misses_are_no_ids() {
        for text in [
            "ORD-123",
            "ORD-0000123",
            "CNT-000123",
            "ORD-+00123",
            "ORD-",
            "",
            "ord-000123",
        ] {
            assert_eq!(text.parse::<OrderId>(), Err(UnknownId), "{text}");
        }
        for text in ["0", "", "+1", "-1", "99999999999"] {
            assert_eq!(text.parse::<LineId>(), Err(UnknownId), "{text}");
        }
    }
}
