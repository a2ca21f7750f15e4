//! How far a two-phase transfer has come.

use crate::ledger::error::LedgerError;
use crate::ledger::transfer::{Phase, Transfer};
use crate::quantity::Quantity;

/// How far a pending entry is resolved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Still held.
    pub open: Quantity,
    /// Given to its taker.
    pub posted: Quantity,
    /// Given back.
    pub voided: Quantity,
    /// Given back because its time was over.
    pub timed_out: Quantity,
}

impl Held {
    /// What `transfer` holds once it is recorded: all of it, if it is pending.
    pub(super) fn by(transfer: &Transfer) -> Self {
        let open = match transfer.phase {
            Phase::Pending { .. } => transfer.quantity,
            _ => Quantity::ZERO,
        };
        Self {
            open,
            ..Self::default()
        }
    }

    /// Whether `by` may resolve what `pending` still holds.
    pub(super) fn check(&self, pending: &Transfer, by: &Transfer) -> Result<(), LedgerError> {
        let (id, name) = (|| by.id.clone(), || pending.id.clone());
        let Phase::Pending { expires_at } = pending.phase else {
            return Err(LedgerError::NotPending {
                id: id(),
                pending: name(),
            });
        };
        if !is_same_movement(pending, by) {
            return Err(LedgerError::Mismatch {
                id: id(),
                pending: name(),
            });
        }
        let (wanted, open) = (by.quantity, self.open);
        if wanted > open {
            return Err(LedgerError::Resolved {
                id: id(),
                pending: name(),
                wanted,
                open,
            });
        }
        let is_over = by.at >= expires_at && wanted == open;
        if matches!(by.phase, Phase::TimeOut { .. }) && !is_over {
            return Err(LedgerError::NotOver {
                id: id(),
                pending: name(),
            });
        }
        Ok(())
    }

    /// Books `by`, which was checked.
    pub(super) fn settle(&mut self, by: &Transfer) {
        let part = match by.phase {
            Phase::Post { .. } => &mut self.posted,
            Phase::Void { .. } => &mut self.voided,
            Phase::TimeOut { .. } => &mut self.timed_out,
            Phase::Direct | Phase::Pending { .. } => return,
        };
        *part = part.saturating_add(by.quantity);
        self.open = self.open.less(by.quantity);
    }
}

fn is_same_movement(a: &Transfer, b: &Transfer) -> bool {
    a.sku == b.sku && a.lot == b.lot && a.from == b.from && a.to == b.to
}
