//! S1: nothing appears and nothing vanishes: goods only move between the accounts of an item.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Case, Findings, Invariant, Violation,
    history::{Account, Fact, JerkyFact, PolishFact, ShopAccount},
    names::{JerkySku, Lot, PolishSku, ReservationId},
    order::ReservationState,
    telling,
    timeline::{Step, same_command},
};

/// S1.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "S1",
    name: "conservation",
    meaning: "Nothing appears and nothing vanishes: goods only move between the accounts of an item.",
    formula: "for each item, sum(accounts) = 0; no account in the warehouse below 0; on hand after a count = counted; the reserved account = open allocations",
    reads: "jerky movements, counts and reservations; the shop's own-stock movements",
    check,
};

fn check(case: &Case<'_>, findings: &mut Findings) {
    warehouse(case, findings);
    shop(case, findings);
}

/// The books are compared after each command: within one, goods are on their way.
fn warehouse(case: &Case<'_>, findings: &mut Findings) {
    let mut books = Books::default();
    let mut facts = case.history.jerky.iter().peekable();
    while let Some(fact) = facts.next() {
        books.apply(fact);
        if facts.peek().is_none_or(|next| !same_command(fact, next)) {
            for complaint in books.compare() {
                findings.violated(|| complaint.violation(case, fact));
            }
        }
    }
    books.items.iter().for_each(|_| findings.judged());
}

type Place<'h> = (&'h JerkySku, &'h Lot, &'h str);

#[derive(Default)]
struct Books<'h> {
    places: BTreeMap<Place<'h>, [i64; Account::InTransit as usize + 1]>,
    /// Reserved by the accounts less held by reservations.
    unexplained: BTreeMap<&'h JerkySku, i64>,
    reservations: BTreeMap<&'h ReservationId, ReservationState<'h>>,
    items: BTreeSet<&'h JerkySku>,
    /// Already reported: what is broken stays broken.
    broken: BTreeSet<&'h JerkySku>,
    touched: BTreeSet<Place<'h>>,
    counted: BTreeMap<Place<'h>, i64>,
    reserved: BTreeSet<&'h JerkySku>,
}

struct Complaint<'h> {
    sku: &'h JerkySku,
    expected: String,
    found: String,
}

impl<'h> Books<'h> {
    fn apply(&mut self, fact: &'h Fact<JerkyFact>) {
        match &fact.what {
            JerkyFact::Moved {
                sku,
                lot,
                location,
                from,
                to,
                quantity,
                ..
            } => {
                self.items.insert(sku);
                let place = (sku, lot, location.as_str());
                let accounts = self.places.entry(place).or_default();
                accounts[*from as usize] -= quantity;
                accounts[*to as usize] += quantity;
                self.touched.insert(place);
                let reserved = |account: Account| i64::from(account == Account::Reserved);
                self.reserve(sku, quantity * (reserved(*to) - reserved(*from)));
            }
            JerkyFact::Counted {
                sku,
                lot,
                location,
                counted,
            } => {
                self.counted.insert((sku, lot, location), *counted);
            }
            JerkyFact::Opened {
                id,
                expires_at,
                lines,
                ..
            } => {
                let state = ReservationState::open(fact.at, *expires_at, lines);
                self.reservations.insert(id, state);
                lines
                    .iter()
                    .for_each(|line| self.reserve(&line.sku, -line.quantity));
            }
            what => {
                let Some(state) = what
                    .reservation()
                    .and_then(|id| self.reservations.get_mut(id))
                else {
                    return;
                };
                let before = open(state);
                state.apply(fact.at, what);
                let after = open(state);
                for ((sku, before), (_, after)) in before.into_iter().zip(after) {
                    self.reserve(sku, before - after);
                }
            }
        }
    }

    fn reserve(&mut self, sku: &'h JerkySku, change: i64) {
        if change != 0 {
            *self.unexplained.entry(sku).or_default() += change;
            self.reserved.insert(sku);
        }
    }

    fn compare(&mut self) -> Vec<Complaint<'h>> {
        let mut complaints = Vec::new();
        for place in std::mem::take(&mut self.touched) {
            complaints.extend(self.out_of_bounds(place));
        }
        for (place, counted) in std::mem::take(&mut self.counted) {
            complaints.extend(self.miscounted(place, counted));
        }
        for sku in std::mem::take(&mut self.reserved) {
            let unexplained = self.unexplained.get(sku).copied().unwrap_or(0);
            complaints.extend((unexplained != 0).then(|| Complaint {
                sku,
                expected: "the reserved account to be what open reservations hold".to_owned(),
                found: format!("{unexplained} more on the account"),
            }));
        }
        complaints.retain(|complaint| self.broken.insert(complaint.sku));
        complaints
    }

    fn out_of_bounds(&self, place: Place<'h>) -> Option<Complaint<'h>> {
        let accounts = self.places.get(&place)?;
        let below = Account::ON_HAND
            .into_iter()
            .find(|account| accounts[*account as usize] < 0);
        let transit = accounts[Account::InTransit as usize];
        let (sku, lot, location) = place;
        below
            .map(|account| Complaint {
                sku,
                expected: format!("{account:?} of lot {lot} at {location} not to fall below 0"),
                found: accounts[account as usize].to_string(),
            })
            .or_else(|| {
                let stranded = self.stranded(place) != 0 && transit != 0;
                stranded.then(|| Complaint {
                    sku,
                    expected: format!("nothing of lot {lot} between two places after a transfer"),
                    found: transit.to_string(),
                })
            })
    }

    /// A transfer leaves one place's transit account and enters another's: the lot as a whole.
    fn stranded(&self, (sku, lot, _): Place<'h>) -> i64 {
        self.places
            .range((sku, lot, "")..)
            .take_while(|((item, of, _), _)| *item == sku && *of == lot)
            .map(|(_, accounts)| accounts[Account::InTransit as usize])
            .sum()
    }

    fn miscounted(&self, place: Place<'h>, counted: i64) -> Option<Complaint<'h>> {
        let accounts = self.places.get(&place);
        let on_hand: i64 = accounts.map_or(0, |accounts| {
            Account::ON_HAND
                .map(|account| accounts[account as usize])
                .iter()
                .sum()
        });
        let (sku, lot, location) = place;
        (on_hand != counted).then(|| Complaint {
            sku,
            expected: format!("{counted} on hand of lot {lot} at {location}, as counted"),
            found: on_hand.to_string(),
        })
    }
}

fn open<'h>(state: &ReservationState<'h>) -> Vec<(&'h JerkySku, i64)> {
    let expired = state.has_expired();
    let open = |line: &super::order::HeldLine<'h>| if expired { 0 } else { line.open() };
    state
        .lines
        .values()
        .map(|line| (line.sku, open(line)))
        .collect()
}

impl Complaint<'_> {
    fn violation(self, case: &Case<'_>, fact: &Fact<JerkyFact>) -> Violation {
        Violation {
            subject: self.sku.to_string(),
            at: fact.at,
            expected: self.expected,
            found: self.found,
            history: case.told_of_item(self.sku, fact.at),
        }
    }
}

/// Own stock: what is promised is never below zero. `Free` may be, after a count.
fn shop(case: &Case<'_>, findings: &mut Findings) {
    let mut shelves: BTreeMap<&PolishSku, [i64; 6]> = BTreeMap::new();
    let mut broken = BTreeSet::new();
    for fact in &case.history.polish {
        let PolishFact::OwnMoved {
            sku,
            from,
            to,
            quantity,
        } = &fact.what
        else {
            continue;
        };
        let shelf = shelves.entry(sku).or_default();
        shelf[*from as usize] -= quantity;
        shelf[*to as usize] += quantity;
        let below = [ShopAccount::Held, ShopAccount::Allocated]
            .into_iter()
            .find(|account| shelf[*account as usize] < 0);
        if let Some(account) = below
            && broken.insert(sku)
        {
            findings.violated(|| Violation {
                subject: sku.to_string(),
                at: fact.at,
                expected: format!("{account:?} not to fall below 0"),
                found: shelf[account as usize].to_string(),
                history: telling::steps(std::iter::once(Step::Polish(fact))),
            });
        }
    }
    shelves.iter().for_each(|_| findings.judged());
}

#[cfg(test)]
mod tests {
    use crate::oracle::{
        history::{Account, JerkyFact, ShopAccount},
        testing::{World, assert_holds, assert_violated},
    };

    #[test]
    fn books_that_only_move_goods_hold() {
        let mut world = World::quiet_day();
        world.count("J1", "B", 990, -10);
        assert_holds("conservation", &world.end());
    }

    #[test]
    fn taking_more_than_there_is_breaks_it() {
        let mut world = World::quiet_day();
        world.moved(
            "J1",
            "A",
            Account::Available,
            Account::Damaged,
            901,
            "damage",
            None,
        );
        let broken = assert_violated("conservation", &world.end(), "J1");
        assert_eq!(broken.found, "-1");
        assert!(
            broken.history.last().unwrap().contains("damage: 901"),
            "{broken}"
        );
    }

    #[test]
    fn a_count_that_the_books_do_not_follow_breaks_it() {
        let mut world = World::quiet_day();
        world.count("J1", "B", 990, -9);
        let broken = assert_violated("conservation", &world.end(), "J1");
        assert_eq!(broken.found, "991");
    }

    #[test]
    fn goods_on_the_reserved_account_that_no_reservation_holds_break_it() {
        let mut world = World::quiet_day();
        world.moved(
            "J1",
            "B",
            Account::Available,
            Account::Reserved,
            50,
            "reservation",
            None,
        );
        assert_violated("conservation", &world.end(), "J1");
    }

    #[test]
    fn a_reservation_that_no_account_shows_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        world.reserve("ORD-9", &[("J1", "A", 50)]);
        world.history.jerky.retain(|fact| {
            fact.key.as_deref() != Some("reserve:res_4")
                || !matches!(fact.what, JerkyFact::Moved { .. })
        });
        assert_violated("conservation", &world.end(), "J1");
    }

    #[test]
    fn a_transfer_that_never_arrives_breaks_it() {
        let mut world = World::quiet_day();
        world.moved(
            "J1",
            "B",
            Account::Available,
            Account::InTransit,
            50,
            "transfer",
            None,
        );
        assert_violated("conservation", &world.end(), "J1");
    }

    #[test]
    fn own_stock_allocated_below_zero_breaks_it() {
        let mut world = World::quiet_day();
        world.own("NAIL", ShopAccount::Allocated, ShopAccount::Sold, 1);
        assert_violated("conservation", &world.end(), "NAIL");
    }
}
