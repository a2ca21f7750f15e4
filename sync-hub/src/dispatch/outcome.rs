//! From what a client says to what the engine is told.

use jiff::{SignedDuration, Timestamp};
use sync_core::{
    outbox::{Mode, OutboxCommand, Outcome, Reply},
    vendor::error::VendorError,
};
use tokio::time::Duration;

use crate::core::Core;

/// What a command came to at a vendor.
pub(super) type Answer = Result<Reply, VendorError>;

/// Credentials that are not accepted are a matter for people; asking every moment helps nobody.
const UNAUTHORIZED_WAIT: Duration = Duration::from_secs(5);

/// What to tell the engine of an answer.
pub(super) fn of(core: &Core, command: &OutboxCommand, answer: Answer) -> Outcome {
    let error = match answer {
        Ok(reply) if command.mode == Mode::Ask => return Outcome::Found(reply),
        Ok(reply) => return Outcome::Applied(reply),
        Err(error) => error,
    };
    let reason = error.to_string();
    tracing::info!(command = %command.id, aggregate = %command.aggregate, reason, "not done");
    match error {
        VendorError::Refused { refusal, .. } => Outcome::Refused(*refusal),
        VendorError::Retryable { after, .. } => later(core, after.unwrap_or_default(), reason),
        VendorError::Unauthorized { .. } => later(core, UNAUTHORIZED_WAIT, reason),
        VendorError::Garbled {
            unreadable: Some(unreadable),
            ..
        } => Outcome::Unreadable(unreadable),
        VendorError::Unknown { .. } | VendorError::Garbled { .. } if only_reads(command) => {
            later(core, Duration::ZERO, reason)
        }
        VendorError::Unknown { .. } | VendorError::Garbled { .. } => Outcome::Unknown { reason },
    }
}

fn only_reads(command: &OutboxCommand) -> bool {
    command.mode == Mode::Ask || command.command.is_read()
}

fn later(core: &Core, after: Duration, reason: String) -> Outcome {
    let after = SignedDuration::try_from(after).unwrap_or(SignedDuration::MAX);
    let at = core.now().saturating_add(after).unwrap_or(Timestamp::MAX);
    Outcome::RetryAt { at, reason }
}
