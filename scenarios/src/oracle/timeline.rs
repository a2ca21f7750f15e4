//! Both vendors' facts in one order.
//!
//! Within a vendor the ledger's order counts. Across vendors it is the world's time; of two facts
//! of one instant the jerky one goes first, so that a confirmation finds its reservation.

use jiff::Timestamp;

use super::history::{Actor, Fact, JerkyFact, PolishFact};

/// One fact of either vendor.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'h> {
    /// In the warehouse.
    Jerky(&'h Fact<JerkyFact>),
    /// In the shop.
    Polish(&'h Fact<PolishFact>),
}

impl Step<'_> {
    /// World time.
    pub(super) fn at(self) -> Timestamp {
        match self {
            Self::Jerky(fact) => fact.at,
            Self::Polish(fact) => fact.at,
        }
    }

    /// Who caused it.
    pub(super) fn actor(self) -> Actor {
        match self {
            Self::Jerky(fact) => fact.actor,
            Self::Polish(fact) => fact.actor,
        }
    }
}

/// Whether two neighbouring facts of a ledger come from one command.
pub(super) fn same_command<T>(one: &Fact<T>, next: &Fact<T>) -> bool {
    one.at == next.at && one.actor == next.actor && one.key == next.key
}

/// All facts of both vendors.
pub(super) fn merged<'h>(
    jerky: &'h [Fact<JerkyFact>],
    polish: &'h [Fact<PolishFact>],
) -> Vec<Step<'h>> {
    let mut steps = Vec::with_capacity(jerky.len() + polish.len());
    let (mut jerky, mut polish) = (in_order(jerky).peekable(), in_order(polish).peekable());
    loop {
        let warehouse_first = match (jerky.peek(), polish.peek()) {
            (Some((warehouse, _)), Some((shop, _))) => warehouse <= shop,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => return steps,
        };
        if warehouse_first {
            steps.extend(jerky.next().map(|(_, fact)| Step::Jerky(fact)));
        } else {
            steps.extend(polish.next().map(|(_, fact)| Step::Polish(fact)));
        }
    }
}

/// A vendor may note late what happened earlier (a hold that ended unseen): its place in the
/// ledger counts, so the latest time so far stands in for its own.
fn in_order<T>(facts: &[Fact<T>]) -> impl Iterator<Item = (Timestamp, &Fact<T>)> {
    facts.iter().scan(Timestamp::MIN, |latest, fact| {
        *latest = fact.at.max(*latest);
        Some((*latest, fact))
    })
}
