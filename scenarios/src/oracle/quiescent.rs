//! L7: a system with nothing to do writes nothing.

use super::{Case, Findings, Invariant};

/// L7.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "L7",
    name: "quiescent",
    meaning: "A system with nothing to do writes nothing.",
    formula: "in the quiescent window: no write but extending a reservation or publishing a number that just became true",
    reads: "exchanges, published numbers, both ground truths",
    check,
};

fn check(_case: &Case<'_>, findings: &mut Findings) {
    findings.unknown("the check is not written yet");
}
