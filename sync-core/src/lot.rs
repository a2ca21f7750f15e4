//! Lots: what state one is in, what it holds, and whether it may be sold on a given day.
//!
//! *Expired* is not a status: it follows from the date and the warehouse's day (see `expiry`).

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::expiry;
use crate::quantity::Quantity;
use crate::sku::{Location, LotId};

/// Where a lot stands in its life: `quarantine → released → on_hold | recalled → disposed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LotStatus {
    /// Received, not yet tested.
    Quarantine,
    /// Good to sell.
    Released,
    /// Stopped for a while.
    OnHold,
    /// Called back for good.
    Recalled,
    /// Gone.
    Disposed,
}

/// A change of status that a lot does not make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a lot that is {from} does not become {to}")]
pub struct StatusError {
    /// Where it stands.
    pub from: LotStatus,
    /// Where it was told to go.
    pub to: LotStatus,
}

/// One lot of one item at one location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lot {
    /// Which lot.
    pub lot: LotId,
    /// Where it lies.
    pub location: Location,
    /// Where it stands in its life.
    pub status: LotStatus,
    /// Last day of use in the warehouse's zone; `None` never expires.
    pub expires_on: Option<Date>,
    /// All that is physically there.
    pub on_hand: Quantity,
    /// Promised to orders.
    pub reserved: Quantity,
    /// Committed to shipments that have not left yet.
    pub committed: Quantity,
    /// Damaged.
    pub damaged: Quantity,
    /// Under quality control.
    pub quality_control: Quantity,
}

impl LotStatus {
    /// Whether a lot may go from this status to `next`. Staying is no change and always allowed.
    pub fn may_become(self, next: Self) -> bool {
        use LotStatus::{Disposed, OnHold, Quarantine, Recalled, Released};
        self == next
            || match self {
                Quarantine => matches!(next, Released | OnHold | Recalled | Disposed),
                Released => matches!(next, Quarantine | OnHold | Recalled | Disposed),
                OnHold => matches!(next, Quarantine | Released | Recalled | Disposed),
                Recalled => next == Disposed,
                Disposed => false,
            }
    }

    /// The status after the change to `next`, or why a lot does not make that change.
    pub fn then(self, next: Self) -> Result<Self, StatusError> {
        if self.may_become(next) {
            Ok(next)
        } else {
            Err(StatusError {
                from: self,
                to: next,
            })
        }
    }

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quarantine => "quarantine",
            Self::Released => "released",
            Self::OnHold => "on_hold",
            Self::Recalled => "recalled",
            Self::Disposed => "disposed",
        }
    }
}

/// What picking and publishing ask of a lot. [`Lot`] answers from its own fields; a vendor's view
/// of a lot may answer too, so that a hot path need not copy it first.
pub trait Stocked {
    /// Which lot.
    fn lot(&self) -> &LotId;
    /// Where it lies.
    fn location(&self) -> &Location;
    /// Where it stands in its life.
    fn status(&self) -> LotStatus;
    /// Last day of use in the warehouse's zone; `None` never expires.
    fn expires_on(&self) -> Option<Date>;
    /// What nobody has a claim on: on hand less reserved, committed, damaged and quality control.
    /// Never negative, whatever a vendor's numbers add up to.
    fn unreserved(&self) -> Quantity;

    /// Whether it may be sold on `today` with at least `min_days` left: released, and far enough
    /// from its expiry day. 0 days left is the expiry day itself, on which it is still usable.
    fn is_eligible(&self, today: Date, min_days: u16) -> bool {
        self.status() == LotStatus::Released
            && expiry::has_days_left(self.expires_on(), today, min_days)
    }
}

impl Stocked for Lot {
    fn lot(&self) -> &LotId {
        &self.lot
    }

    fn location(&self) -> &Location {
        &self.location
    }

    fn status(&self) -> LotStatus {
        self.status
    }

    fn expires_on(&self) -> Option<Date> {
        self.expires_on
    }

    fn unreserved(&self) -> Quantity {
        self.on_hand
            .saturating_sub(self.reserved)
            .saturating_sub(self.committed)
            .saturating_sub(self.damaged)
            .saturating_sub(self.quality_control)
            .or_zero()
    }
}

impl fmt::Display for LotStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const ALL: [LotStatus; 5] = [
        LotStatus::Quarantine,
        LotStatus::Released,
        LotStatus::OnHold,
        LotStatus::Recalled,
        LotStatus::Disposed,
    ];

    fn lot() -> Lot {
        Lot {
            lot: LotId::parse("L1").unwrap(),
            location: Location::parse("A-1").unwrap(),
            status: LotStatus::Released,
            expires_on: Some(date(2026, 3, 1)),
            on_hand: Quantity::new(100),
            reserved: Quantity::new(30),
            committed: Quantity::new(20),
            damaged: Quantity::new(10),
            quality_control: Quantity::new(5),
        }
    }

    #[test]
    fn unreserved_is_what_nobody_has_a_claim_on() {
        assert_eq!(lot().unreserved(), Quantity::new(35));
        let muddled = Lot {
            reserved: Quantity::new(500),
            ..lot()
        };
        assert_eq!(muddled.unreserved(), Quantity::ZERO);
    }

    #[test]
    fn only_a_released_lot_is_eligible() {
        for status in ALL {
            let eligible = Lot { status, ..lot() }.is_eligible(date(2026, 1, 1), 0);
            assert_eq!(eligible, status == LotStatus::Released, "{status}");
        }
    }

    #[test]
    fn a_lot_is_eligible_through_its_last_day() {
        assert!(lot().is_eligible(date(2026, 3, 1), 0));
        assert!(!lot().is_eligible(date(2026, 3, 2), 0));
        assert!(lot().is_eligible(date(2026, 2, 15), 14));
        assert!(!lot().is_eligible(date(2026, 2, 16), 14));
    }

    #[test]
    fn a_recall_is_for_good_and_disposal_is_the_end() {
        for next in ALL {
            let from_recalled = matches!(next, LotStatus::Recalled | LotStatus::Disposed);
            assert_eq!(LotStatus::Recalled.may_become(next), from_recalled);
            assert_eq!(
                LotStatus::Disposed.may_become(next),
                next == LotStatus::Disposed
            );
        }
        let error = LotStatus::Recalled.then(LotStatus::Released).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a lot that is recalled does not become released"
        );
    }

    #[test]
    fn a_status_is_called_the_same_on_the_wire_and_in_words() {
        for status in ALL {
            assert_eq!(
                serde_json::to_string(&status).unwrap(),
                format!("\"{status}\"")
            );
        }
    }
}
