//! When a task does its work: at an interval, sooner after a failure, and never after the end.

use std::{future::Future, sync::Arc};

use sync_core::{engine::EngineError, vendor::error::VendorError};
use tokio::time::Duration;

use crate::{core::Core, error::HubError};

/// How one round of a task failed.
pub(crate) enum Trouble {
    /// A vendor did not serve it, or the store is busy: to be tried again.
    Passing(String),
    /// The hub cannot go on.
    Fatal(HubError),
}

impl From<VendorError> for Trouble {
    fn from(error: VendorError) -> Self {
        Self::Passing(error.to_string())
    }
}

impl From<EngineError> for Trouble {
    fn from(error: EngineError) -> Self {
        if error.is_retryable() {
            return Self::Passing(error.to_string());
        }
        Self::Fatal(error.into())
    }
}

/// Does `round` at once and then at every `interval`, sooner after a failure, until the hub is
/// asked to stop. `name` is what the task is called in the status.
pub(crate) async fn every<F, Fut>(
    core: Arc<Core>,
    name: &'static str,
    interval: Duration,
    mut round: F,
) -> Result<(), HubError>
where
    F: FnMut(Arc<Core>) -> Fut + Send,
    Fut: Future<Output = Result<(), Trouble>> + Send,
{
    core.intake().entry(name).or_default();
    loop {
        let result = tokio::select! {
            biased;
            () = core.stopped() => return Ok(()),
            result = round(Arc::clone(&core)) => result,
        };
        let wait = match result {
            Ok(()) => {
                core.succeeded(name);
                interval
            }
            Err(Trouble::Passing(reason)) => {
                tracing::info!(task = name, reason, "will be tried again");
                core.failed(name, reason).min(interval)
            }
            Err(Trouble::Fatal(error)) => return Err(error),
        };
        tokio::select! {
            biased;
            () = core.stopped() => return Ok(()),
            () = tokio::time::sleep(wait) => {}
        }
    }
}

impl Core {
    fn succeeded(&self, name: &'static str) {
        let now = self.now();
        let mut intake = self.intake();
        let state = intake.entry(name).or_default();
        state.current_at = Some(now);
        state.trouble = None;
        state.failures = 0;
    }

    /// Notes a failure and says how long to wait.
    fn failed(&self, name: &'static str, reason: String) -> Duration {
        let mut intake = self.intake();
        let state = intake.entry(name).or_default();
        state.failures = state.failures.saturating_add(1);
        state.trouble = Some(reason);
        self.config.intervals.retry(state.failures)
    }
}
