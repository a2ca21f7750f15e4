//! Double entry: what lies in one place of one lot, as balances of accounts.
//!
//! The only way to change a balance takes from one account what it gives to another, so every bin
//! sums to zero for ever. Whether a movement is allowed is decided before it is posted.

use serde::{Deserialize, Serialize};

use crate::{quantity::Quantity, truth::Account};

/// The accounts of one lot in one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Bin {
    balances: [Quantity; Account::ALL.len()],
}

impl Bin {
    pub(super) fn balance(&self, account: Account) -> Quantity {
        self.balances[account as usize]
    }

    pub(super) fn transfer(&mut self, from: Account, to: Account, quantity: Quantity) {
        self.balances[from as usize] -= quantity;
        self.balances[to as usize] += quantity;
    }

    /// All that stands in the warehouse.
    pub(super) fn on_hand(&self) -> Quantity {
        let stock = Account::ALL
            .into_iter()
            .filter(|account| account.is_stock());
        stock.map(|account| self.balance(account)).sum()
    }

    #[cfg(test)]
    pub(super) fn sum(&self) -> Quantity {
        self.balances.iter().copied().sum()
    }
}
