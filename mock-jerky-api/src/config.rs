//! What a jerky mock is made from. How it is served (body limits, admin access) is mock-kit's
//! [`mock_kit::Settings`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{catalogue::Catalogue, seed::Seed, warehouse::WarehousePolicy};

/// The settings of the vendor itself. They go into its snapshots.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// What the warehouse opens with.
    pub opening: Opening,
    /// What bears on stock.
    pub warehouse: WarehousePolicy,
    /// How many requests the middleware's client may make.
    pub middleware_rate: Rate,
    /// How many requests the clients of people may make.
    pub staff_rate: Rate,
    /// How long an access token lives, in seconds.
    pub token_seconds: u32,
    /// How long a paging cursor lives, in minutes.
    pub cursor_minutes: u32,
}

/// What a warehouse opens with; kept so that a reset can open it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opening {
    /// A catalogue drawn from a seed.
    Drawn(Seed),
    /// An explicit catalogue.
    Given(Arc<Catalogue>),
}

/// A token bucket: a burst of `quota` requests, refilled evenly over `window_seconds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// The most requests at once.
    pub quota: u32,
    /// How long an empty bucket takes to fill, in seconds.
    pub window_seconds: u32,
}

impl Config {
    /// The usual settings around an opening.
    pub fn new(opening: Opening) -> Self {
        Self {
            opening,
            warehouse: WarehousePolicy::default(),
            middleware_rate: Rate {
                quota: 100,
                window_seconds: 1,
            },
            staff_rate: Rate {
                quota: 10_000,
                window_seconds: 1,
            },
            token_seconds: 900,
            cursor_minutes: 15,
        }
    }

    /// An explicit catalogue under the usual settings.
    pub fn given(catalogue: Catalogue) -> Self {
        Self::new(Opening::Given(Arc::new(catalogue)))
    }
}

impl Opening {
    /// The catalogue.
    pub fn catalogue(&self) -> Catalogue {
        match self {
            Self::Drawn(seed) => seed.catalogue(),
            Self::Given(catalogue) => Catalogue::clone(catalogue),
        }
    }
}
