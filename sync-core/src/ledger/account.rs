//! The accounts of the stock ledger, and what each of them holds for one lot.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::quantity::Quantity;

/// Where a quantity of a lot is, or where it came from or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// On hand, with no claim on it.
    OnHand,
    /// On hand, promised to an order.
    Reserved,
    /// On hand, committed to a shipment that has not left.
    Committed,
    /// On hand, damaged.
    Damaged,
    /// On hand, under quality control.
    QualityControl,
    /// Outside: where receipts come from.
    Supplier,
    /// Outside: what was sold.
    Sold,
    /// Outside: what expired or was otherwise disposed of.
    Disposed,
    /// Outside: what physical counts found missing, less what they found.
    CountedOff,
}

/// All accounts of one lot. They sum to zero: what is on hand came from outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balances([i64; Account::COUNT]);

impl Account {
    /// How many accounts there are.
    pub const COUNT: usize = 9;

    /// All accounts, in the order of their declaration.
    pub const ALL: [Self; Self::COUNT] = [
        Self::OnHand,
        Self::Reserved,
        Self::Committed,
        Self::Damaged,
        Self::QualityControl,
        Self::Supplier,
        Self::Sold,
        Self::Disposed,
        Self::CountedOff,
    ];

    /// The accounts that are physically in the warehouse.
    pub const INSIDE: [Self; 5] = [
        Self::OnHand,
        Self::Reserved,
        Self::Committed,
        Self::Damaged,
        Self::QualityControl,
    ];

    /// Whether it is physically in the warehouse, and therefore never below zero.
    pub const fn is_inside(self) -> bool {
        matches!(
            self,
            Self::OnHand | Self::Reserved | Self::Committed | Self::Damaged | Self::QualityControl
        )
    }

    /// Its name in rows and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OnHand => "on_hand",
            Self::Reserved => "reserved",
            Self::Committed => "committed",
            Self::Damaged => "damaged",
            Self::QualityControl => "quality_control",
            Self::Supplier => "supplier",
            Self::Sold => "sold",
            Self::Disposed => "disposed",
            Self::CountedOff => "counted_off",
        }
    }

    /// The account of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|account| account.name() == name)
    }
}

impl Balances {
    /// What `account` holds; negative for an outside account that gave more than it took.
    pub fn of(&self, account: Account) -> Quantity {
        Quantity::new(self.0[account as usize])
    }

    /// All that is physically in the warehouse.
    pub fn physical(&self) -> Quantity {
        Account::INSIDE
            .into_iter()
            .map(|account| self.of(account))
            .sum()
    }

    /// The sum over all accounts: zero, or the ledger is broken. Wide enough not to overflow.
    pub fn sum(&self) -> i128 {
        self.0.iter().copied().map(i128::from).sum()
    }

    /// These balances after `quantity` moved; `None` when a balance would not fit.
    #[must_use]
    pub(super) fn after(mut self, from: Account, to: Account, quantity: Quantity) -> Option<Self> {
        let [giving, taking] = self.0.get_disjoint_mut([from as usize, to as usize]).ok()?;
        *giving = giving.checked_sub(quantity.get())?;
        *taking = taking.checked_add(quantity.get())?;
        Some(self)
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (balance, more) in self.0.iter_mut().zip(other.0) {
            *balance = balance.saturating_add(more);
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
