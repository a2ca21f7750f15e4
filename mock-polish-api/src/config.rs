//! The shop's rules: what a vendor's terms would say, as plain values.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::actor::Role;

/// Everything that can be set about the mock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The rules of the shop itself.
    pub shop: ShopConfig,
    /// How many requests each role's keys may send.
    pub limits: Limits,
    /// How many products are drawn, where no catalogue is given.
    pub items: usize,
}

/// The rules of the shop itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShopConfig {
    /// The shop's IANA time zone: its timestamps carry the offset that holds there.
    #[serde(with = "jiff::fmt::serde::tz::required")]
    pub time_zone: TimeZone,
    /// How long a pending order keeps its goods, in minutes.
    pub hold_minutes: u32,
    /// ISO 4217 code of all prices.
    pub currency: Arc<str>,
}

/// Leaky buckets by role.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Of the middleware's keys.
    pub middleware: Leak,
    /// Of all other keys: real shoppers come in crowds.
    pub traffic: Leak,
}

/// A leaky bucket: each request adds a drop, and drops leak away evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leak {
    /// Drops that fit in.
    pub size: u32,
    /// Drops that leak away in a second.
    pub per_second: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            shop: ShopConfig::default(),
            limits: Limits::default(),
            items: 200,
        }
    }
}

impl Default for ShopConfig {
    fn default() -> Self {
        Self {
            time_zone: TimeZone::get("America/New_York").unwrap_or(TimeZone::UTC),
            hold_minutes: 30,
            currency: "USD".into(),
        }
    }
}

impl ShopConfig {
    /// When a hold that begins at `now` ends.
    pub(crate) fn hold_end(&self, now: Timestamp) -> Timestamp {
        let length = SignedDuration::from_mins(i64::from(self.hold_minutes));
        now.saturating_add(length).unwrap_or(Timestamp::MAX)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            middleware: Leak {
                size: 40,
                per_second: 20,
            },
            traffic: Leak {
                size: 4_000,
                per_second: 2_000,
            },
        }
    }
}

impl Limits {
    /// The bucket of a key of this role.
    pub fn of(&self, role: Role) -> Leak {
        match role {
            Role::Middleware => self.middleware,
            Role::Staff | Role::Storefront => self.traffic,
        }
    }
}
