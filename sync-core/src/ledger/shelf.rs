//! The balances of one lot, and the key under which they are found.

use std::hash::{Hash, Hasher};

use indexmap::Equivalent;

use crate::ledger::account::{Account, Balances};
use crate::ledger::error::LedgerError;
use crate::ledger::transfer::{Phase, Transfer};
use crate::quantity::Quantity;
use crate::sku::{JerkySku, LotId};

/// What is known of one lot.
#[derive(Clone, Debug, Default)]
pub(super) struct Shelf {
    pub(super) balances: Balances,
    /// What open pending entries hold of `reserved`; a direct entry may not take it.
    pub(super) open: Quantity,
    /// The place of the latest entry.
    pub(super) latest: Option<usize>,
}

/// Which lot of which item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ShelfKey(pub(super) JerkySku, pub(super) LotId);

/// A borrowed [`ShelfKey`], so that a look-up clones no names.
pub(super) struct ShelfRef<'a>(pub(super) &'a JerkySku, pub(super) &'a LotId);

impl Shelf {
    /// The balances after `transfer`, if nothing is overdrawn.
    pub(super) fn after(&self, transfer: &Transfer) -> Result<Balances, LedgerError> {
        let (giver, taker) = transfer.legs();
        let wanted = transfer.quantity;
        let kept = match (giver, &transfer.phase) {
            (Account::Reserved, Phase::Direct) => self.open,
            _ => Quantity::ZERO,
        };
        let available = self.balances.of(giver).less(kept);
        if giver.is_inside() && available < wanted {
            let id = transfer.id.clone();
            return Err(LedgerError::Overdrawn {
                id,
                account: giver,
                wanted,
                available,
            });
        }
        self.balances
            .after(giver, taker, wanted)
            .ok_or_else(|| LedgerError::Overflow {
                id: transfer.id.clone(),
                quantity: wanted,
            })
    }

    /// Books `transfer`, the entry at `place`, which leaves `balances`. Returns the place of the
    /// entry before it.
    pub(super) fn book(
        &mut self,
        transfer: &Transfer,
        balances: Balances,
        place: usize,
    ) -> Option<usize> {
        self.balances = balances;
        self.open = match transfer.phase {
            Phase::Direct => self.open,
            Phase::Pending { .. } => self.open.saturating_add(transfer.quantity),
            Phase::Post { .. } | Phase::Void { .. } | Phase::TimeOut { .. } => {
                self.open.less(transfer.quantity)
            }
        };
        self.latest.replace(place)
    }
}

// Must hash like the derived `Hash` of `ShelfKey`: field by field.
impl Hash for ShelfRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
        self.1.hash(state);
    }
}

impl Equivalent<ShelfKey> for ShelfRef<'_> {
    fn equivalent(&self, key: &ShelfKey) -> bool {
        *self.0 == key.0 && *self.1 == key.1
    }
}
