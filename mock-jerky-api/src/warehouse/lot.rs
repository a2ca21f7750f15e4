//! A lot: its life, its dates, and the places it lies in.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{account::Bin, bins::Bins};
use crate::{
    date::LotDate,
    ids::{Location, LotId},
    model::LotStatus,
    quantity::Quantity,
    truth::Account,
};

/// A lot of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lot {
    pub(super) status: LotStatus,
    pub(super) produced_on: Option<LotDate>,
    pub(super) expires_on: Option<LotDate>,
    pub(super) bins: Bins,
}

/// One lot in one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) lot: LotId,
    pub(super) location: Location,
}

impl Lot {
    /// Whether it may be sold on this day of the warehouse. The expiry day itself still counts.
    pub(super) fn is_eligible(&self, today: Date) -> bool {
        self.status == LotStatus::Released && !self.has_expired(today)
    }

    pub(super) fn has_expired(&self, today: Date) -> bool {
        self.expires_on.is_some_and(|last| last.date() < today)
    }

    pub(super) fn bin(&self, location: &Location) -> Bin {
        self.bins.get(location).copied().unwrap_or_default()
    }

    /// What stands here and is promised to nobody.
    pub(super) fn unpromised(&self, location: &Location) -> Quantity {
        let bin = self.bin(location);
        bin.on_hand() - bin.balance(Account::Reserved) - bin.balance(Account::Committed)
    }
}

/// Which status may follow which.
pub(super) fn may_become(from: LotStatus, to: LotStatus) -> bool {
    match from {
        LotStatus::Quarantine | LotStatus::Released | LotStatus::OnHold => true,
        // What was called back is never sold again.
        LotStatus::Recalled => matches!(to, LotStatus::Recalled | LotStatus::Disposed),
        LotStatus::Disposed => to == LotStatus::Disposed,
    }
}
