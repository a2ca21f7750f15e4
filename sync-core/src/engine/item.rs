//! An item of the jerky warehouse as the engine knows it: its last good level.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::next::Next;
use crate::{
    lot::Lot,
    outbox::Command,
    published::eligible,
    quantity::Quantity,
    sku::JerkySku,
    unit::Unit,
    vendor::jerky::view::{LotView, StockLevelView},
};

/// An item of the jerky warehouse.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Item {
    /// IANA name of its warehouse's zone, once the item was read.
    pub(super) zone: Option<String>,
    /// The last good level.
    pub(super) level: Option<Level>,
    /// A level that only a second reading can make good.
    pub(super) doubt: Option<Level>,
    /// Something newer was heard of that could not be used.
    pub(super) reread: bool,
}

/// The part of a stock level that decides anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Level {
    /// Counts every change of the item at the vendor.
    pub(super) sequence: u64,
    pub(super) unit: Unit,
    /// The unit in which the vendor stated it, where that was noted.
    #[serde(default)]
    pub(super) stated_in: Option<Unit>,
    /// Withheld by the vendor, of the item as a whole.
    pub(super) safety_stock: Quantity,
    pub(super) lots: Vec<Lot>,
}

impl Item {
    pub(super) fn sequence(&self) -> u64 {
        self.level.as_ref().map_or(0, |level| level.sequence)
    }

    /// What to do about it: read it, if what is known is not good enough.
    pub(super) fn next(&self, sku: &JerkySku) -> Next {
        if !self.reread {
            return Next::Rest;
        }
        let skus = vec![sku.clone()];
        Next::step(
            format!("read:{sku}:{}", self.sequence()),
            Command::ReadStock { skus },
        )
    }
}

impl Level {
    pub(super) fn on_hand(&self) -> Quantity {
        self.lots.iter().map(|lot| lot.on_hand).sum()
    }

    /// What an order may take, the vendor's safety stock kept back.
    pub(super) fn sellable(&self, today: Date, min_days: u16) -> Quantity {
        eligible(&self.lots, today, min_days).less(self.safety_stock)
    }

    /// What is in quality control, lot by lot.
    pub(super) fn in_control(&self) -> Vec<Quantity> {
        self.lots.iter().map(|lot| lot.quality_control).collect()
    }

    /// Whether both say the same of what moves. What is in quality control changes by the calendar
    /// alone when a lot expires, without a new sequence.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        let moving = |lot: &Lot| (lot.on_hand, lot.reserved, lot.committed, lot.damaged);
        self.sequence == other.sequence
            && self.lots.len() == other.lots.len()
            && self.lots.iter().zip(&other.lots).all(|(a, b)| {
                moving(a) == moving(b)
                    && (&a.lot, &a.location, a.status, a.expires_on)
                        == (&b.lot, &b.location, b.status, b.expires_on)
            })
    }
}

impl From<&StockLevelView> for Level {
    fn from(view: &StockLevelView) -> Self {
        let mut lots: Vec<Lot> = view.lots.iter().map(lot).collect();
        lots.sort_by(|a, b| (&a.lot, &a.location).cmp(&(&b.lot, &b.location)));
        Self {
            sequence: view.sequence,
            unit: view.unit.base(),
            stated_in: Some(view.unit),
            safety_stock: view.safety_stock,
            lots,
        }
    }
}

fn lot(view: &LotView) -> Lot {
    Lot {
        lot: view.lot.clone(),
        location: view.location.clone(),
        status: view.status,
        expires_on: view.expires_on,
        on_hand: view.on_hand,
        reserved: view.reserved,
        committed: view.committed,
        damaged: view.damaged,
        quality_control: view.quality_control,
    }
}
