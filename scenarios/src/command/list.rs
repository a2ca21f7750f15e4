//! `lockstep list`: the scenarios that ship, a line each.

use super::{Exit, known, say, usage};
use crate::scenario::shipped;

/// Prints name and title of every scenario.
pub(super) fn execute() -> Exit {
    let known = known();
    let width = shipped().iter().map(|s| s.name.len()).max().unwrap_or(0);
    for file in shipped() {
        match file.scenario(&known) {
            Ok(scenario) => say(format_args!("{:width$}  {}", scenario.name, scenario.title)),
            Err(mistake) => return usage(mistake),
        }
    }
    Exit::Holds
}
