//! Names of things as newtypes, so that a lot can never be passed where a SKU belongs.
//!
//! All share their text when cloned. No meaning of any name is decided here.

use std::{borrow::Borrow, fmt, sync::Arc};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $example:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, example = $example)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The shared text itself.
            pub fn shared(&self) -> Arc<str> {
                Arc::clone(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<Arc<str>> for $name {
            fn from(text: Arc<str>) -> Self {
                Self(text)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
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
    /// An item, as the jerky vendor names it.
    Sku, "JRK-000017"
);
name!(
    /// A lot (GS1 application identifier 10), unique within its item.
    LotId, "L26-0417-A"
);
name!(
    /// A place in the warehouse.
    Location, "A-03-2"
);
name!(
    /// A reservation, as the vendor names it.
    ReservationId, "res_0000001d4e7a90b1c2d3f4a5"
);
name!(
    /// A line of a reservation, as the caller names it.
    LineId, "1"
);
name!(
    /// What the caller calls its own transaction: an order, a shipment.
    Reference, "ORD-000123"
);
name!(
    /// The caller's name of one stock change; applied at most once, ever.
    ChangeId, "return:RET-000004:1"
);
name!(
    /// Who did it: an OAuth client, or the warehouse itself (`system`, `carrier`, `seed`).
    Actor, "lockstep-hub"
);
