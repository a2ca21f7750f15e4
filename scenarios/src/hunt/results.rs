//! What a hunt came to, once what broke was made small: what every report is made of.

use std::time::Duration;

use sync_core::sometimes::Mark;

use super::{Campaign, Found, Holes, Settings};
use crate::report::Caught;

/// The results of a hunt.
#[derive(Clone, Copy, Debug)]
pub struct Results<'a> {
    /// What was hunted through.
    pub settings: &'a Settings,
    /// The campaign.
    pub campaign: &'a Campaign,
    /// How long it took.
    pub elapsed: Duration,
    /// How often each rare branch was taken, by the worlds of the campaign: making what broke small
    /// plays others, and takes them as well.
    pub marks: &'a [(Mark, u64)],
    /// What was never reached.
    pub never: &'a Holes,
    /// What broke.
    pub found: &'a [Found],
}

impl Results<'_> {
    /// Milliseconds of the machine.
    pub fn wall_ms(&self) -> u64 {
        u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX)
    }

    /// Worlds a second.
    pub fn rate(&self) -> f64 {
        self.campaign.worlds as f64 / self.elapsed.as_secs_f64().max(0.001)
    }

    /// What a report without pictures says of a find.
    pub fn caught(&self, found: &Found) -> Caught {
        Caught {
            seed: found.seed,
            invariant: found.broken.invariant.clone(),
            evidence: found.broken.evidence.join("\n"),
            again: found.again(&self.settings.kinds),
        }
    }
}
