//! L1: once faults and traffic have stopped, published numbers become true and no work is left.

use jiff::Timestamp;

use super::{Case, Findings, Invariant, LINES, SHOWN, Violation, telling};

/// L1.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "L1",
    name: "converges",
    meaning: "Once faults and traffic have stopped, published numbers become true and no work is left.",
    formula: "at the end: published = formula(truth) for each listing and mirror; every order known as it stands; outbox empty; reached within the convergence bound",
    reads: "both ground truths, mapping, outbox, final checkpoint, phases",
    check,
};

// Relaxed for what can still not be read at the end: one bad row must not stop others, and nothing
// else can be asked of it.

fn check(case: &Case<'_>, findings: &mut Findings) {
    let phases = &case.history.phases;
    let quiet = phases.traffic_ended.max(phases.faults_ended);
    let due = case.later(quiet, case.history.limits.convergence);
    let mut left = untrue(case, findings);
    left.extend(unknown_orders(case));
    left.extend(unsent(case));
    findings.judged();
    let is_late = phases.converged.is_none_or(|at| at > due);
    if left.is_empty() && is_late && !was_unread(case, due) {
        left.push(late(case, due));
    }
    if !left.is_empty() && phases.ended < due {
        let subjects: Vec<&str> = left.iter().take(SHOWN).map(|left| &*left.subject).collect();
        findings.unknown(format!(
            "{} left when the run ended, before the bound {}: {}",
            left.len(),
            telling::time(due),
            subjects.join(", ")
        ));
        return;
    }
    left.into_iter()
        .for_each(|violation| findings.violated(|| violation));
}

/// Whether anything could not be read by then, or at the end. Counterexample: of each row of a list some
/// field was missing for good, an order's reservations were asked for at each sweep, and after forty
/// minutes it was a field that nobody needs.
fn was_unread(case: &Case<'_>, due: Timestamp) -> bool {
    let since = case.earlier(due, case.history.limits.sweep);
    let mut set_aside = case.poisoned.values().flatten();
    !case.lasting.is_empty() || set_aside.any(|at| *at >= since)
}

fn untrue(case: &Case<'_>, findings: &mut Findings) -> Vec<Violation> {
    let end = case.history.phases.ended;
    let mut untrue = Vec::new();
    for (sku, numbers) in &case.numbers.listings {
        findings.judged();
        if let Some(shown) = numbers.shown_at(end)
            && !numbers.agrees(end)
            && !case.stays_poisoned(sku.as_str())
        {
            untrue.push(Violation {
                subject: sku.to_string(),
                at: end,
                expected: numbers.truth(end).to_string(),
                found: format!("{} since {}", shown.value, telling::time(shown.at)),
                history: case.told_of_listing(numbers.listing, shown),
            });
        }
    }
    for (sku, numbers) in &case.numbers.mirrors {
        findings.judged();
        if !numbers.agrees(end) && !case.stays_poisoned(numbers.mirror.source.as_str()) {
            let shown = numbers.shown_at(end);
            untrue.push(Violation {
                subject: sku.to_string(),
                at: end,
                expected: numbers.truth.at(end).to_string(),
                found: shown.map_or("never set".to_owned(), |shown| shown.value.to_string()),
                history: shown
                    .map(|shown| telling::line(shown.step))
                    .into_iter()
                    .collect(),
            });
        }
    }
    untrue
}

/// Orders that the middleware does not know as they stood when everything came to rest.
fn unknown_orders<'c>(case: &'c Case<'_>) -> impl Iterator<Item = Violation> + 'c {
    let last = case.history.checkpoints.last();
    let rest = case.history.phases.quiescent.map(|(from, _)| from);
    let both = last.zip(rest).into_iter();
    both.flat_map(move |(last, rest)| {
        case.trails.iter().filter_map(move |(order, trail)| {
            let version = trail.changes().filter(|fact| fact.at <= rest).count() as u64;
            let known = last.orders.get(*order).copied().unwrap_or(0);
            let is_known = known >= version || case.is_poisoned(order);
            (!is_known).then(|| Violation {
                subject: format!("order {order}"),
                at: rest,
                expected: format!("version {version} known"),
                found: known.to_string(),
                history: case.told_of_order(order, rest),
            })
        })
    })
}

fn unsent<'c>(case: &'c Case<'_>) -> impl Iterator<Item = Violation> + 'c {
    let rows = case.history.hub.outbox.iter();
    let good = rows.filter(|row| !case.stays_poisoned(&row.aggregate));
    good.map(|row| Violation {
        subject: format!("outbox of {}", row.aggregate),
        at: row.created_at,
        expected: "an empty outbox".to_owned(),
        found: row.command.clone(),
        history: case.told_of_order(&row.aggregate, case.history.phases.ended),
    })
}

fn late(case: &Case<'_>, due: Timestamp) -> Violation {
    let converged = case.history.phases.converged;
    Violation {
        subject: "the whole system".to_owned(),
        at: due,
        expected: format!("nothing left to do by {}", telling::time(due)),
        found: converged.map_or("never".to_owned(), |at| format!("at {}", telling::time(at))),
        history: case
            .history
            .hub
            .pending
            .iter()
            .take(LINES)
            .cloned()
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use crate::oracle::{
        history::{History, OutboxRow},
        testing::{World, assert_holds, assert_violated, set_aside, verdict},
    };

    #[test]
    fn true_numbers_and_an_empty_outbox_hold() {
        assert_holds("converges", &World::quiet_day().end());
    }

    #[test]
    fn a_number_left_untrue_breaks_it() {
        let mut world = World::quiet_day();
        world.publish("BAG", 37);
        let broken = assert_violated("converges", &world.end(), "BAG");
        assert_eq!(broken.expected, "38");
    }

    /// A bag too few is shown, and something cannot be read to the end.
    fn unreadable(subject: &str) -> History {
        let mut world = World::quiet_day();
        world.publish("BAG", 37);
        let mut history = world.end();
        history.phases.converged = None;
        let ended = history.phases.ended;
        set_aside(&mut history, subject, ended);
        history
    }

    #[test]
    fn what_cannot_be_read_to_the_end_need_not_be_true() {
        assert_holds("converges", &unreadable("BAG"));
        assert_holds("converges", &unreadable("J1"));
    }

    #[test]
    fn what_can_be_read_has_to_be_true_all_the_same() {
        assert_violated("converges", &unreadable("AUTO"), "BAG");
        let mut history = unreadable("BAG");
        // It was read again long ago.
        history
            .hub
            .quarantine
            .iter_mut()
            .for_each(|entry| entry.at = history.phases.started);
        assert_violated("converges", &history, "BAG");
    }

    #[test]
    fn an_order_that_nobody_heard_of_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        let mut history = world.end();
        history.phases.quiescent = Some((history.phases.ended, history.phases.ended));
        let broken = assert_violated("converges", &history, "order ORD-9");
        assert_eq!(
            (broken.expected.as_str(), broken.found.as_str()),
            ("version 1 known", "0")
        );
    }

    #[test]
    fn a_mirror_left_untrue_breaks_it() {
        let mut world = World::quiet_day();
        world.mirror("M-NAIL", 8, 1000);
        assert_violated("converges", &world.end(), "M-NAIL");
    }

    #[test]
    fn a_command_left_in_the_outbox_breaks_it() {
        let mut world = World::quiet_day();
        world.history.hub.outbox.push(OutboxRow {
            aggregate: "ORD-1".to_owned(),
            command: "commit".to_owned(),
            created_at: world.now,
        });
        let broken = assert_violated("converges", &world.end(), "outbox of ORD-1");
        assert!(!broken.history.is_empty());
    }

    #[test]
    fn never_converging_breaks_it() {
        let mut history = World::quiet_day().end();
        history.phases.converged = None;
        history.hub.pending.push("order ORD-1 waits".to_owned());
        let broken = assert_violated("converges", &history, "whole system");
        assert_eq!(broken.history, ["order ORD-1 waits"]);
    }

    #[test]
    fn converging_too_late_breaks_it() {
        let mut history = World::quiet_day().end();
        history.phases.converged = Some(history.phases.ended);
        assert_violated("converges", &history, "whole system");
    }

    #[test]
    fn a_row_that_could_be_read_too_late_makes_it_late() {
        let late = |minutes| {
            let mut world = World::quiet_day();
            world.pass(7200);
            let mut history = world.end();
            history.phases.converged = Some(history.phases.ended);
            let quiet = history.phases.traffic_ended;
            set_aside(
                &mut history,
                "J1",
                quiet + SignedDuration::from_mins(minutes),
            );
            history
        };
        assert_holds("converges", &late(30));
        assert_violated("converges", &late(10), "whole system");
    }

    #[test]
    fn a_run_that_ended_before_the_bound_is_unknown() {
        let mut world = World::quiet_day();
        world.publish("BAG", 37);
        let mut history = world.end();
        history.phases.faults_ended = history.phases.ended;
        assert!(verdict("converges", &history).is_unknown());
    }
}
