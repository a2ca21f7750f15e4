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
    by_order: BTreeMap<&'h str, Vec<Steps>>,
}

/// What one order is owed of an item.
#[derive(Clone, Debug)]
pub(super) struct Debt {
    /// By line, as far as the lines can be told apart.
    pub(super) lines: Vec<i64>,
    /// With all other orders.
    pub(super) all: i64,
}

impl<'h> Debts<'h> {
    /// From `at` on `order` is owed this.
    pub(super) fn push(&mut self, at: Timestamp, order: &'h str, debt: &Debt) {
        self.all.push(at, debt.all);
        let known = self.by_order.entry(order).or_default();
        known.resize(known.len().max(debt.lines.len()), Steps::default());
        for (place, line) in known.iter_mut().enumerate() {
            line.push(at, debt.lines.get(place).copied().unwrap_or(0));
        }
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

    /// All that any of the lines together were owed in `from..=to`, each at a moment of its own: one
    /// order may be reserved, and the reply to it on its way, while the next is still to come; one
    /// line may be read and the next be unreadable.
    pub(super) fn sums(&self, from: Timestamp, to: Timestamp) -> BTreeSet<i64> {
        let mut sums = BTreeSet::from([0]);
        for line in self.by_order.values().flatten() {
            let owed: BTreeSet<i64> = line.within(from, to).filter(|owed| *owed > 0).collect();
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
    fn any_of_the_lines_may_be_held_back() {
        let mut debts = Debts::default();
        let owed = |lines: &[i64], all| Debt {
            lines: lines.to_vec(),
            all,
        };
        debts.push(second(10), "ORD-1", &owed(&[5], 5));
        debts.push(second(20), "ORD-2", &owed(&[3, 1], 9));
        debts.push(second(30), "ORD-1", &owed(&[], 4));
        assert_eq!(debts.at(second(25)), 9);
        let sums = |from, to| Vec::from_iter(debts.sums(second(from), second(to)));
        assert_eq!(sums(0, 15), [5]);
        assert_eq!(sums(15, 40), [1, 3, 4, 5, 6, 8, 9]);
        assert_eq!(sums(31, 40), [1, 3, 4]);
        assert!(sums(0, 5).is_empty());
    }
}
