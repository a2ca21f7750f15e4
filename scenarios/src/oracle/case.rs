//! One run laid open for judgement: the history and what is derived from it once for all checks.

use super::History;

/// The history and its indexes.
pub(super) struct Case<'h> {
    /// The facts.
    pub(super) history: &'h History,
}

impl<'h> Case<'h> {
    /// Indexes the history.
    pub(super) fn open(history: &'h History) -> Self {
        Self { history }
    }
}
