//! S8: what is older never overwrites what is newer.

use jiff::Timestamp;

use super::{
    Case, Findings, Invariant, Violation,
    history::Checkpoint,
    names::PolishSku,
    numbers::{ListingNumbers, Shown},
    shop_changes, telling,
};

/// S8.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "S8",
    name: "newer_wins",
    meaning: "What is older never overwrites what is newer.",
    formula: "publishes of a listing can be matched to true states at never-decreasing moments; each replaces only what its sender had read, and raises nothing that the shop took down before its order can arrive; source sequences of a mirror, and what is applied of an item or order, never fall",
    reads: "published numbers, exchanges, mirrors, checkpoints, jerky truth",
    check,
};

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (sku, numbers) in &case.numbers.listings {
        publishes(case, sku, numbers, findings);
    }
    shop_changes::check(case, findings);
    mirrors(case, findings);
    positions(case, findings);
}

/// Matches each published number to the earliest true moment that is not before the last one's.
/// Taking the earliest never rules out a later match, so a number that finds none is proof that an
/// older state overwrote a newer one. Numbers true at no moment are left to `justified`.
///
/// Only listings of one component: the parts of a kit are sampled at moments of their own. None of an
/// item that the shop sells by itself as well. Counterexample: the reply to a reservation is lost,
/// and until it is found what it holds is kept back twice, as reserved and as still to be reserved.
fn publishes(
    case: &Case<'_>,
    sku: &PolishSku,
    numbers: &ListingNumbers<'_>,
    findings: &mut Findings,
) {
    let [_] = numbers.parts.as_slice() else {
        return;
    };
    if case.is_sold_unasked(numbers.listing) {
        return;
    }
    let limits = &case.history.limits;
    let mut reached = Timestamp::MIN;
    let mut before: Option<Shown<'_>> = None;
    for shown in numbers.published() {
        findings.judged();
        let oldest = case.oldest(shown.at);
        let newest = case.later(shown.at, limits.skew);
        if let Some(at) = numbers.first(shown.value, oldest, oldest.max(reached), newest) {
            reached = at;
        } else if let Some(at) = numbers.first(shown.value, oldest, oldest, newest)
            && let Some(before) = before
            && !case.had_poison(sku, numbers.listing, (oldest, newest))
            && !case.is_new_day(numbers.listing, shown.at)
        {
            findings.violated(|| overwritten(sku, before, reached, *shown, at));
            return;
        }
        before = Some(*shown);
    }
}

fn overwritten(
    sku: &PolishSku,
    before: Shown<'_>,
    reached: Timestamp,
    shown: Shown<'_>,
    at: Timestamp,
) -> Violation {
    Violation {
        subject: sku.to_string(),
        at: shown.at,
        expected: format!(
            "nothing older than the {} of {}",
            before.value,
            telling::time(reached)
        ),
        found: format!(
            "{}, true from {} and not since",
            shown.value,
            telling::time(at)
        ),
        history: [before, shown]
            .map(|shown| telling::line(shown.step))
            .into(),
    }
}

fn mirrors(case: &Case<'_>, findings: &mut Findings) {
    for (sku, numbers) in &case.numbers.mirrors {
        for (one, next) in numbers.shown.iter().zip(numbers.shown.iter().skip(1)) {
            findings.judged();
            if next.sequence < one.sequence {
                findings.violated(|| Violation {
                    subject: sku.to_string(),
                    at: next.at,
                    expected: format!("a source sequence of at least {}", one.sequence),
                    found: next.sequence.to_string(),
                    history: [one, next].map(|shown| telling::line(shown.step)).into(),
                });
                break;
            }
        }
    }
}

/// What was applied of each item and order, from one commit to the next.
fn positions(case: &Case<'_>, findings: &mut Findings) {
    let history = case.history;
    let mut commits: Vec<&Checkpoint> = history.moves.iter().chain(&history.checkpoints).collect();
    commits.sort_by_key(|commit| commit.at);
    for (one, next) in commits.iter().zip(commits.iter().skip(1)) {
        let items = one.sequences.iter().map(|(sku, before)| {
            let after = next.sequences.get(sku);
            (sku.as_str(), *before, after.copied().unwrap_or(0))
        });
        let orders = one.orders.iter().map(|(id, before)| {
            let after = next.orders.get(id);
            (id.as_str(), *before, after.copied().unwrap_or(0))
        });
        for (subject, before, after) in items.chain(orders) {
            findings.judged();
            if after < before {
                let since = telling::time(one.at);
                findings.violated(|| Violation {
                    subject: subject.to_owned(),
                    at: next.at,
                    expected: format!("number {before} or newer, which was applied by {since}"),
                    found: after.to_string(),
                    history: Vec::new(),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::oracle::testing::{World, assert_holds, assert_violated};

    #[test]
    fn numbers_that_follow_the_truth_hold() {
        assert_holds("newer_wins", &World::quiet_day().end());
    }

    #[test]
    fn an_older_number_over_a_newer_one_breaks_it() {
        let mut world = World::quiet_day();
        world.sell("ORD-9", ("BAG", 2), &[("J1", "A", 100)]);
        world.publish("BAG", 38);
        let broken = assert_violated("newer_wins", &world.end(), "BAG");
        assert!(broken.found.starts_with("38"), "{broken}");
    }

    #[test]
    fn an_order_of_which_an_older_state_is_applied_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 2);
        world.checkpoint(7);
        world.checkpoint(7);
        let mut history = world.end();
        assert_holds("newer_wins", &history);
        let applied = history.checkpoints.last_mut().unwrap();
        *applied.orders.get_mut("ORD-9").unwrap() -= 1;
        assert_violated("newer_wins", &history, "ORD-9");
    }

    #[test]
    fn a_number_that_became_true_again_holds() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 2);
        let id = world.reserve("ORD-9", &[("J1", "A", 100)]);
        world.settle();
        world.cancel("ORD-9", 2);
        world.release(&id, &[("J1", "A", 100)]);
        world.settle();
        assert_holds("newer_wins", &world.end());
    }

    #[test]
    fn a_mirror_set_from_an_older_source_breaks_it() {
        let mut world = World::quiet_day();
        world.mirror("M-NAIL", 9, 1);
        assert_violated("newer_wins", &world.end(), "M-NAIL");
    }

    #[test]
    fn an_applied_sequence_that_falls_breaks_it() {
        let mut world = World::quiet_day();
        world.checkpoint(6);
        let broken = assert_violated("newer_wins", &world.end(), "J1");
        assert_eq!(broken.found, "6");
    }

    #[test]
    fn a_level_that_arrives_before_the_reply_to_its_reservation_overwrites_nothing() {
        let mut world = World::quiet_day();
        world.place_as("ORD-9", "AUTO", 5, true);
        world.reserve("ORD-9", &[("J3", "D", 50)]);
        world.publish("AUTO", 40);
        assert_holds("newer_wins", &world.history);
        // Nor does what was kept back twice, until the reservation was found.
        world.publish("AUTO", 45);
        world.publish("AUTO", 50);
        assert_holds("newer_wins", &world.end());
    }
}
