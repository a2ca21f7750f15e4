//! What a search came to, as every report tells it: what it found, and what it could not judge.

use serde::Serialize;

/// One violation that a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// The seed of the world.
    pub seed: u64,
    /// The broken invariant, such as `S3 no_oversell`.
    pub invariant: String,
    /// What was found.
    pub evidence: String,
    /// The command that plays it again.
    pub again: String,
}

/// An invariant that could not be judged in some worlds. A search does not fail by it, since some worlds
/// have nothing to judge it by; but nobody may take it for one that held in all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unjudged {
    /// The invariant, such as `S7 order_free`.
    pub invariant: String,
    /// In how many worlds.
    pub worlds: u64,
    /// Why not, in the first of them.
    pub reason: String,
    /// The seed of that world, the lowest.
    pub seed: u64,
}

impl Unjudged {
    /// The same in other worlds as well. Worlds end in any order, and the reports are the same.
    pub fn join(&mut self, other: &Self) {
        self.worlds += other.worlds;
        if other.seed < self.seed {
            self.seed = other.seed;
            self.reason.clone_from(&other.reason);
        }
    }
}
