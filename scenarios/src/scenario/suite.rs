//! The scenarios that ship, embedded so that the binary works anywhere.

use super::{Known, Mistake, Scenario, parse};

/// A scenario file that ships.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// The file's name without `.toml`.
    pub name: &'static str,
    /// What is in it.
    pub text: &'static str,
}

/// One entry for each file of `suite/`, in the order in which they run.
macro_rules! suite {
    ($($name:literal),* $(,)?) => {
        &[$(Shipped {
            name: $name,
            text: include_str!(concat!("../../suite/", $name, ".toml")),
        }),*]
    };
}

const SUITE: &[Shipped] = suite![
    "quiet-day",
    "reply-lost-on-reservation",
    "reply-lost-on-publish",
    "jerky-time-outs",
    "polish-429-storm",
    "jerky-503-retry-after",
    "jerky-503-burst",
    "resets",
    "partial-batch",
    "webhooks-lost",
    "webhooks-scrambled",
    "webhooks-forged",
    "pages-shifting",
    "stale-reads",
    "bad-data",
    "token-revoked",
    "clock-skew",
    "hub-crash-mid-order",
    "midnight-expiry",
    "recall",
    "kits-last-unit",
    "minimum-orders",
    "cancel-racing-shipment",
    "expired-return",
    "both-directions",
    "eventual-backorders",
    "cursor-under-crashes",
    "sweeps-alone",
    "poison-row",
    "counts-under-lost-replies",
    "publish-applied-late",
];

/// All scenarios that ship.
pub fn shipped() -> &'static [Shipped] {
    SUITE
}

/// A scenario that ships, by name.
pub fn find(name: &str) -> Option<Shipped> {
    SUITE.iter().copied().find(|shipped| shipped.name == name)
}

impl Shipped {
    /// What the file says.
    ///
    /// # Errors
    /// When it is mistaken, which a test rules out.
    pub fn scenario(&self, known: &Known) -> Result<Scenario, Box<Mistake>> {
        parse(&format!("suite/{}.toml", self.name), self.text, known)
    }
}
