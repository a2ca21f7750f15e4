//! What orders are owed of a component and no reservation holds yet.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::steps::Steps;

/// More sums than this are not told apart: so many orders at once are held back one after the other,
/// or all.
const SUMS: usize = 4096;

/// Base units that orders are owed of one component, as step functions of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Debts<'h> {
    all: Steps,
    by_order: BTreeMap<&'h str, Steps>,
}

impl<'h> Debts<'h> {
    /// From `at` on `order` is owed `units`, and all orders together `all`.
    pub(super) fn push(&mut self, at: Timestamp, order: &'h str, units: i64, all: i64) {
        self.all.push(at, all);
        self.by_order.entry(order).or_default().push(at, units);
    }

    /// What all orders together were owed at one moment.
    pub(super) fn at(&self, at: Timestamp) -> i64 {
        self.all.at(at)
    }

    /// When it changed in `from..=to`.
    pub(super) fn moments(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Iterator<Item = Timestamp> {
        self.all.moments(from, to)
    }

    /// All that any of the orders together were owed in `from..=to`, each at a moment of its own: one
    /// may be reserved, and the reply to it on its way, while the next is still to come.
    pub(super) fn sums(&self, from: Timestamp, to: Timestamp) -> BTreeSet<i64> {
        let mut sums = BTreeSet::from([0]);
        for order in self.by_order.values() {
            let owed: BTreeSet<i64> = order.within(from, to).filter(|owed| *owed > 0).collect();
            let known = if sums.len() > SUMS {
                sums.last().copied().into_iter().collect()
            } else {
                sums.clone()
            };
            sums.extend(
                owed.iter()
                    .flat_map(|owed| known.iter().map(move |sum| sum + owed)),
            );
        }
        sums.remove(&0);
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn any_of_the_orders_may_be_held_back() {
        let mut debts = Debts::default();
        debts.push(second(10), "ORD-1", 5, 5);
        debts.push(second(20), "ORD-2", 3, 8);
        debts.push(second(30), "ORD-1", 0, 3);
        assert_eq!(debts.at(second(25)), 8);
        let sums = |from, to| Vec::from_iter(debts.sums(second(from), second(to)));
        assert_eq!(sums(0, 15), [5]);
        assert_eq!(sums(15, 40), [3, 5, 8]);
        assert_eq!(sums(31, 40), [3]);
        assert!(sums(0, 5).is_empty());
    }
}
