//! Who sent a request. How a vendor finds out (tokens, keys) is the vendor's own.

use std::sync::{Arc, LazyLock};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The sender of a request, as the vendor's authentication established it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// The client's name, such as `lockstep-hub`. Idempotency keys are kept under it.
    pub name: Arc<str>,
    /// What kind of client it is; fault rules strike by it.
    pub role: Role,
    /// The credential it presented, by a public name (a token's or key's id, never its secret).
    /// Vendors that limit by credential keep their buckets under it.
    pub credential: Arc<str>,
    /// What it may do, as bits whose meaning is the vendor's (OAuth scopes, say).
    pub grants: u32,
}

/// The kinds of client in the simulated world.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The software under test. Faults strike it unless a rule says otherwise.
    Middleware,
    /// People at work: in the warehouse, or in the shop's back office.
    Staff,
    /// The shop window, where shoppers order.
    Storefront,
    /// Nobody that the vendor knows (yet).
    Anonymous,
}

impl Principal {
    /// A principal without grants whose credential bears its name.
    pub fn new(name: &str, role: Role) -> Self {
        let name: Arc<str> = name.into();
        Self {
            credential: Arc::clone(&name),
            name,
            role,
            grants: 0,
        }
    }

    /// The principal of requests that need no credential.
    pub fn anonymous() -> Arc<Self> {
        static ANONYMOUS: LazyLock<Arc<Principal>> =
            LazyLock::new(|| Arc::new(Principal::new("anonymous", Role::Anonymous)));
        Arc::clone(&ANONYMOUS)
    }

    /// Whether all bits of `needed` are granted.
    pub fn may(&self, needed: u32) -> bool {
        self.grants & needed == needed
    }
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 4] = [
        Self::Middleware,
        Self::Staff,
        Self::Storefront,
        Self::Anonymous,
    ];

    /// The role's name in rules and journals.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Middleware => "middleware",
            Self::Staff => "staff",
            Self::Storefront => "storefront",
            Self::Anonymous => "anonymous",
        }
    }
}
