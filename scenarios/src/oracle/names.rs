//! Names the oracle tells apart: two systems, two kinds of SKU, and what hangs off them.

use std::{borrow::Borrow, fmt};

use serde::{Deserialize, Serialize};

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The bare text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// An item of the jerky system.
    JerkySku
);
name!(
    /// A product of the polish shop.
    PolishSku
);
name!(
    /// A lot of one jerky item (GS1 application identifier 10).
    Lot
);
name!(
    /// A reservation in the jerky system.
    ReservationId
);
name!(
    /// An order of the polish shop.
    OrderId
);
