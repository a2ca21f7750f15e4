//! From what the ledger holds to what a vendor says it has: the movements that explain the step.

use crate::ledger::account::{Account, Balances};
use crate::quantity::Quantity;

/// A quantity that changed accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Who gives.
    pub from: Account,
    /// Who takes.
    pub to: Account,
    /// How much, above zero.
    pub quantity: Quantity,
}

/// The fewest goods moved that bring `recorded` to what was `observed` inside the warehouse, in the
/// order of [`Account::INSIDE`]. What the lot gained or lost as a whole comes from or goes to
/// `outside`, the account that the vendor's cause points to.
///
/// What open pending entries hold of `reserved` stays, whatever was observed: only what is told of
/// their reservations resolves them. What cannot be explained before that is left unexplained.
pub fn movements(
    recorded: &Balances,
    held: Quantity,
    observed: &[Quantity; Account::INSIDE.len()],
    outside: Account,
) -> Vec<Movement> {
    let mut givers = Vec::with_capacity(6);
    let mut takers = Vec::with_capacity(6);
    for (account, seen) in Account::INSIDE.into_iter().zip(observed) {
        let known = recorded.of(account);
        givers.push((account, known.less(*seen)));
        takers.push((account, seen.less(known)));
    }
    let given: Quantity = givers.iter().map(|(_, quantity)| *quantity).sum();
    let taken: Quantity = takers.iter().map(|(_, quantity)| *quantity).sum();
    givers.push((outside, taken.less(given)));
    takers.push((outside, given.less(taken)));
    let loose = recorded.of(Account::Reserved).less(held);
    for (_, quantity) in givers
        .iter_mut()
        .filter(|(account, _)| *account == Account::Reserved)
    {
        *quantity = loose.min(*quantity);
    }
    matched(&mut givers, &mut takers)
}

type Ends = Vec<(Account, Quantity)>;

fn matched(givers: &mut Ends, takers: &mut Ends) -> Vec<Movement> {
    let mut movements = Vec::new();
    for (from, left) in givers {
        for (to, wanted) in &mut *takers {
            let quantity = (*left).min(*wanted);
            if quantity.is_positive() {
                movements.push(Movement {
                    from: *from,
                    to: *to,
                    quantity,
                });
                *left = left.less(quantity);
                *wanted = wanted.less(quantity);
            }
        }
    }
    movements
}
