//! Why the hub cannot start or go on.

use sync_core::engine::EngineError;

/// Why the hub cannot start or go on. What vendors do is never a reason.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// The store failed for good, or crashed.
    #[error("the engine cannot go on: {0}")]
    Engine(#[from] EngineError),
    /// A task panicked: a bug.
    #[error("a task of the hub panicked: {0}")]
    Panicked(String),
}
