//! S6, for recounts: a count in the shop moves its owner's stock at most once, the right way, by the
//! right amount, and only where its mapping lets counts win. `exactly_once` asks for it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Case, Findings, Violation,
    history::{Account, Actor, Component, Direction, Fact, JerkyFact, Listing, Policy, PolishFact},
    names::{JerkySku, PolishSku},
    telling,
    timeline::{self, Step},
};

// A change that names no count is one without a cause, which `crash_safe` judges. What the owner had
// when the count was settled is taken from the truth within the staleness bound, as for a published
// number. Relaxed as that one is: for what could not be read for a while, and for a day that began.

/// Judges each change of the middleware that a count is behind.
pub(super) fn check(case: &Case<'_>, findings: &mut Findings) {
    let counts = counts(case);
    let mut taken: BTreeMap<&str, Change<'_>> = BTreeMap::new();
    for change in changes(case) {
        let Some(count) = change.names().find_map(|name| counts.get(name)) else {
            continue;
        };
        findings.judged();
        let complaint = match taken.get(count.id) {
            Some(first) if first.id == change.id => continue,
            Some(first) => Some((format!("no change after {}", first.id), change.told())),
            None => wrong(case, count, &change),
        };
        taken.entry(count.id).or_insert(change);
        if let Some((expected, found)) = complaint {
            findings.violated(|| Violation {
                subject: format!("count {} of {}", count.id, count.sku),
                at: change.fact.at,
                expected,
                found,
                history: vec![
                    telling::line(count.step),
                    telling::line(Step::Jerky(change.fact)),
                ],
            });
        }
    }
}

/// A recount on the shop's side.
struct Count<'h> {
    id: &'h str,
    sku: &'h PolishSku,
    counted: i64,
    /// What the shop showed before it.
    previous: i64,
    at: Timestamp,
    step: Step<'h>,
}

/// An adjustment by the middleware, all its movements together.
#[derive(Clone, Copy)]
struct Change<'h> {
    id: &'h str,
    item: &'h JerkySku,
    /// Base units that came to be free.
    delta: i64,
    /// Its last movement.
    fact: &'h Fact<JerkyFact>,
}

impl<'h> Change<'h> {
    fn names(&self) -> impl Iterator<Item = &'h str> {
        self.id.split([':', '/'])
    }

    fn told(&self) -> String {
        format!("{:+} of {} by {}", self.delta, self.item, self.id)
    }
}

fn counts<'h>(case: &Case<'h>) -> BTreeMap<&'h str, Count<'h>> {
    let counted = case
        .history
        .polish
        .iter()
        .filter_map(|fact| match &fact.what {
            PolishFact::Counted {
                id,
                sku,
                counted,
                previous,
            } => Some(Count {
                id,
                sku,
                counted: *counted,
                previous: *previous,
                at: fact.at,
                step: Step::Polish(fact),
            }),
            _ => None,
        });
    counted.map(|count| (count.id, count)).collect()
}

fn changes<'h>(case: &Case<'h>) -> Vec<Change<'h>> {
    let mut changes: Vec<Change<'_>> = Vec::new();
    let ours = case.history.jerky.iter();
    for fact in ours.filter(|fact| fact.actor == Actor::Middleware) {
        let Some(part) = adjusted(fact) else { continue };
        match changes.last_mut() {
            Some(last) if last.id == part.id && timeline::same_command(last.fact, fact) => {
                last.delta += part.delta;
            }
            _ => changes.push(part),
        }
    }
    changes
}

fn adjusted(fact: &Fact<JerkyFact>) -> Option<Change<'_>> {
    match &fact.what {
        JerkyFact::Moved {
            sku,
            to,
            quantity,
            cause,
            subject: Some(id),
            ..
        } if cause == "adjustment" => Some(Change {
            id,
            item: sku,
            delta: match to {
                Account::Available => *quantity,
                _ => -*quantity,
            },
            fact,
        }),
        _ => None,
    }
}

/// What is wrong with a change: what was expected, and what was found.
fn wrong(case: &Case<'_>, count: &Count<'_>, change: &Change<'_>) -> Option<(String, String)> {
    let complain = |expected: String| Some((expected, change.told()));
    let numbers = case.numbers.listings.get(count.sku);
    let Some((numbers, need)) = numbers.and_then(|numbers| {
        let need = sole_need(numbers.listing, change.item)?;
        Some((numbers, need))
    }) else {
        return complain("no change: nothing but that item may be sold by it".to_owned());
    };
    let owner = count.counted - change.delta.div_euclid(need.max(1));
    if let Some(rule) = overruled(numbers.listing, count, owner) {
        return complain(format!("no change: {rule}"));
    }
    let oldest = case.oldest(count.at);
    let newest = case.later(change.fact.at, case.history.limits.skew);
    let is_true = change.delta % need.max(1) == 0 && numbers.is_justified(owner, oldest, newest);
    let is_excused = || {
        case.had_poison(count.sku, numbers.listing, (oldest, newest))
            || case.is_new_day(numbers.listing, change.fact.at)
    };
    if is_true || is_excused() {
        return None;
    }
    let truths = numbers.truths(oldest, newest);
    complain(format!(
        "{} counted less one of {truths:?}, times {need}",
        count.counted
    ))
}

/// Base units for one sell unit, of a listing of that item alone. A count of a kit cannot be shared
/// out to its parts.
fn sole_need(listing: &Listing, item: &JerkySku) -> Option<i64> {
    match listing.components.as_slice() {
        [Component::Jerky { sku, need, .. }] if sku == item => Some(*need),
        _ => None,
    }
}

/// Why the count may not win over `owner`, the owner's number.
fn overruled(listing: &Listing, count: &Count<'_>, owner: i64) -> Option<String> {
    match (listing.direction, listing.policy) {
        (Direction::OneWay, _) => Some("the stock changes on its owner's side only".to_owned()),
        (_, policy @ (Policy::OwnerWins | Policy::Review)) => {
            Some(format!("the policy is {policy:?}"))
        }
        (_, Policy::Lowest) => {
            (count.counted >= owner).then(|| format!("{owner} is the lower number"))
        }
        (_, Policy::NewestSequence) => (count.previous != owner).then(|| {
            format!(
                "{} stood, and not {owner}, when it was counted",
                count.previous
            )
        }),
    }
}

#[cfg(test)]
mod tests {
    use crate::oracle::{
        history::{Account, Actor, Direction, Listing, Policy, PolishFact},
        testing::{World, assert_holds, assert_violated},
    };

    /// A day on which BAG, which shows 38 of 50 g, is counted under a policy.
    fn counted(policy: Policy, counted: i64, previous: i64) -> World {
        let mut world = World::quiet_day();
        let bag: &mut Listing = world.history.mapping.listings.get_mut("BAG").unwrap();
        (bag.direction, bag.policy) = (Direction::Both, policy);
        world.actor = Actor::Staff;
        world.polish(PolishFact::Counted {
            id: "CNT-1".to_owned(),
            sku: "BAG".into(),
            counted,
            previous,
        });
        world.actor = Actor::Middleware;
        world
    }

    fn adjust(world: &mut World, id: &str, item: &str, delta: i64) {
        let (from, to) = match delta > 0 {
            true => (Account::CountedOff, Account::Available),
            false => (Account::Available, Account::CountedOff),
        };
        let lot = if item == "J1" { "B" } else { "C" };
        let quantity = delta.abs();
        world.moved(item, lot, from, to, quantity, "adjustment", Some(id));
    }

    fn shown() -> i64 {
        let world = World::quiet_day();
        let case = crate::oracle::Case::open(&world.history);
        let mut listings = case.numbers.listings.iter();
        let bag = listings.find_map(|(sku, bag)| (sku.as_str() == "BAG").then_some(bag));
        bag.unwrap().shown_at(world.now).unwrap().value
    }

    #[test]
    fn a_count_that_moves_its_owners_stock_once_holds() {
        for policy in [Policy::Lowest, Policy::NewestSequence] {
            let mut world = counted(policy, shown() - 3, shown());
            adjust(&mut world, "count:CNT-1", "J1", -150);
            assert_holds("exactly_once", &world.end());
        }
    }

    #[test]
    fn a_count_that_moves_it_again_under_another_name_breaks_it() {
        let mut world = counted(Policy::NewestSequence, shown() - 3, shown());
        adjust(&mut world, "count:CNT-1:-3", "J1", -150);
        adjust(&mut world, "count:CNT-1:-4", "J1", -150);
        let broken = assert_violated("exactly_once", &world.end(), "CNT-1");
        assert_eq!(broken.expected, "no change after count:CNT-1:-3");
    }

    #[test]
    fn the_wrong_way_breaks_it() {
        let mut world = counted(Policy::Lowest, shown() - 3, shown());
        adjust(&mut world, "count:CNT-1", "J1", 150);
        assert_violated("exactly_once", &world.end(), "CNT-1");
    }

    #[test]
    fn the_wrong_amount_breaks_it() {
        for delta in [-50, -149, -200] {
            let mut world = counted(Policy::Lowest, shown() - 3, shown());
            adjust(&mut world, "count:CNT-1", "J1", delta);
            assert_violated("exactly_once", &world.end(), "CNT-1");
        }
    }

    #[test]
    fn a_policy_that_lets_the_owner_win_is_kept_to() {
        for policy in [Policy::OwnerWins, Policy::Review] {
            let mut world = counted(policy, shown() - 3, shown());
            adjust(&mut world, "count:CNT-1", "J1", -150);
            assert_violated("exactly_once", &world.end(), "CNT-1");
        }
        let mut world = counted(Policy::Lowest, shown() + 3, shown());
        adjust(&mut world, "count:CNT-1", "J1", 150);
        assert_violated("exactly_once", &world.end(), "CNT-1");
        let mut world = counted(Policy::NewestSequence, shown() - 3, shown() + 1);
        adjust(&mut world, "count:CNT-1", "J1", -150);
        assert_violated("exactly_once", &world.end(), "CNT-1");
    }

    #[test]
    fn a_listing_that_changes_on_one_side_only_takes_no_count() {
        let mut world = counted(Policy::Lowest, shown() - 3, shown());
        let bag = world.history.mapping.listings.get_mut("BAG").unwrap();
        bag.direction = Direction::OneWay;
        adjust(&mut world, "count:CNT-1", "J1", -150);
        assert_violated("exactly_once", &world.end(), "CNT-1");
    }

    #[test]
    fn the_stock_of_something_else_breaks_it() {
        let mut world = counted(Policy::Lowest, shown() - 3, shown());
        adjust(&mut world, "count:CNT-1", "J2", -150);
        assert_violated("exactly_once", &world.end(), "CNT-1");
    }
}
