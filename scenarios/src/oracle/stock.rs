//! The warehouse's stock by replay: every lot's accounts, and what of them may be sold.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{
    formula,
    history::{Account, Fact, JerkyFact, LotStatus},
    names::{JerkySku, Lot},
};

/// All stocked items.
#[derive(Default)]
pub(super) struct Stock<'h> {
    items: BTreeMap<&'h JerkySku, ItemStock<'h>>,
}

/// One item.
pub(super) struct ItemStock<'h> {
    /// The zone in which its lots expire.
    pub(super) zone: TimeZone,
    /// What the vendor itself withholds.
    pub(super) safety: i64,
    /// Its lots.
    pub(super) lots: BTreeMap<&'h Lot, LotStock>,
}

/// One lot, over all places.
#[derive(Clone, Debug)]
pub(super) struct LotStock {
    /// Its status now.
    pub(super) status: LotStatus,
    /// Its last usable day.
    pub(super) expires_on: Option<Date>,
    /// Since when it has had free stock in its present status without a break.
    pub(super) free_since: Timestamp,
    accounts: [i64; ACCOUNTS],
}

const ACCOUNTS: usize = Account::InTransit as usize + 1;

impl<'h> Stock<'h> {
    /// The stock that all these facts leave.
    pub(super) fn at_end(facts: &'h [Fact<JerkyFact>]) -> Self {
        let mut stock = Self::default();
        facts
            .iter()
            .for_each(|fact| stock.apply(fact.at, &fact.what));
        stock
    }

    /// Takes in one fact.
    pub(super) fn apply(&mut self, at: Timestamp, fact: &'h JerkyFact) {
        match fact {
            JerkyFact::Item { sku, zone, safety } => {
                let item = self.item_mut(sku);
                item.zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
                item.safety = *safety;
            }
            JerkyFact::Lot {
                sku,
                lot,
                status,
                expires_on,
            } => {
                let lot = self.item_mut(sku).lots.entry(lot).or_default();
                if lot.status != *status || lot.expires_on != *expires_on {
                    lot.free_since = at;
                }
                lot.status = *status;
                lot.expires_on = *expires_on;
            }
            JerkyFact::Moved {
                sku,
                lot,
                from,
                to,
                quantity,
                ..
            } => {
                let lot = self.item_mut(sku).lots.entry(lot).or_default();
                if lot.free() <= 0 && *to == Account::Available {
                    lot.free_since = at;
                }
                lot.accounts[*from as usize] -= quantity;
                lot.accounts[*to as usize] += quantity;
            }
            _ => {}
        }
    }

    /// An item, if it has ever been heard of.
    pub(super) fn item(&self, sku: &JerkySku) -> Option<&ItemStock<'h>> {
        self.items.get(sku)
    }

    /// All items.
    pub(super) fn items(&self) -> impl Iterator<Item = (&'h JerkySku, &ItemStock<'h>)> {
        self.items.iter().map(|(sku, item)| (*sku, item))
    }

    fn item_mut(&mut self, sku: &'h JerkySku) -> &mut ItemStock<'h> {
        self.items.entry(sku).or_insert_with(|| ItemStock {
            zone: TimeZone::UTC,
            safety: 0,
            lots: BTreeMap::new(),
        })
    }
}

impl<'h> ItemStock<'h> {
    /// Free stock of the lots that may be sold at `at` with `min_days` left.
    pub(super) fn eligible(&self, at: Timestamp, min_days: i64) -> i64 {
        let today = formula::day(at, &self.zone);
        self.lots
            .values()
            .filter(|lot| lot.is_eligible(today, min_days))
            .map(LotStock::free)
            .sum()
    }

    /// What lies on one account, over all lots.
    pub(super) fn on(&self, account: Account) -> i64 {
        self.lots.values().map(|lot| lot.on(account)).sum()
    }

    /// What is in the warehouse, over all lots.
    pub(super) fn on_hand(&self) -> i64 {
        self.lots.values().map(LotStock::on_hand).sum()
    }

    /// Whether the lot may be sold today; a lot never heard of may not.
    pub(super) fn lot(&self, lot: &Lot) -> Option<&LotStock> {
        self.lots.get(lot)
    }
}

impl LotStock {
    /// Promised to nobody.
    pub(super) fn free(&self) -> i64 {
        self.on(Account::Available)
    }

    /// What lies on one account.
    pub(super) fn on(&self, account: Account) -> i64 {
        self.accounts.get(account as usize).copied().unwrap_or(0)
    }

    /// In the warehouse, whatever its condition.
    pub(super) fn on_hand(&self) -> i64 {
        Account::ON_HAND
            .map(|account| self.on(account))
            .iter()
            .sum()
    }

    /// Whether it may be sold on `today` with `min_days` left.
    pub(super) fn is_eligible(&self, today: Date, min_days: i64) -> bool {
        formula::eligible(self.status, self.expires_on, today, min_days)
    }
}

impl Default for LotStock {
    fn default() -> Self {
        Self {
            status: LotStatus::Quarantine,
            expires_on: None,
            free_since: Timestamp::MIN,
            accounts: [0; ACCOUNTS],
        }
    }
}
