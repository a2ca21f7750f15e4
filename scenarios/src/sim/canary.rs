//! The canary: one seed whose record is falsified on purpose, in whatever world it is played.
//!
//! A pipeline that shows no failure for it swallows failures.

use crate::oracle::history::{Fact, History, JerkyFact};

/// The seed of the canary, `0xCAFE_BABE`.
pub const CANARY: u64 = 3_405_691_582;

/// Books the first movement of stock twice, which breaks S1 as soon as somebody counts, and S2: the
/// warehouse states otherwise.
pub(super) fn plant(history: &mut History) {
    let is_movement = |fact: &Fact<JerkyFact>| matches!(fact.what, JerkyFact::Moved { .. });
    if let Some(place) = history.jerky.iter().position(is_movement)
        && let Some(first) = history.jerky.get(place).cloned()
    {
        history.jerky.insert(place, first);
    }
}
