//! What each operation asks of its caller.

use crate::oauth::{HOOKS, MIRROR, READ, RESERVE, Scope, WRITE};

/// What an operation asks of its caller.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    /// The scope its token needs; none for the operation that issues tokens.
    pub(crate) scope: Option<Scope>,
    /// Whether it changes something, and so demands an `Idempotency-Key`.
    pub(crate) writes: bool,
}

pub(crate) fn access(operation: &str) -> Access {
    let (scope, writes) = match operation {
        "issue_token" => (None, false),
        "create_reservation"
        | "commit_reservation"
        | "release_reservation"
        | "extend_reservation" => (Some(RESERVE), true),
        "adjust_batch" => (Some(WRITE), true),
        "set_mirror_availability" => (Some(MIRROR), true),
        "create_webhook_endpoint" | "delete_webhook_endpoint" | "redeliver" | "rotate_secret" => {
            (Some(HOOKS), true)
        }
        "list_webhook_endpoints" | "get_webhook_endpoint" | "list_deliveries" => {
            (Some(HOOKS), false)
        }
        _ => (Some(READ), false),
    };
    Access { scope, writes }
}
