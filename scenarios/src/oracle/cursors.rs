//! S13: a durable cursor never outruns what was applied.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{
    Case, Findings, Invariant, Violation,
    history::{Checkpoint, Exchange, FeedEvent, History},
    names::JerkySku,
    telling,
    timeline::Step,
    trail::Trail,
};

/// S13.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "S13",
    name: "cursors",
    meaning: "A durable cursor never outruns what was applied.",
    formula: "in each commit that moves a cursor, at each crash and at the end: every feed event at or before the cursor is applied, superseded or quarantined; every order change before the poll cursor likewise; poll cursor <= newest order change; start of a poll < its cursor",
    reads: "durable cursors, exchanges, jerky change feed, the shop's orders, quarantine",
    check,
};

/// A poll's cursor counts whole seconds.
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// Pages of one poll follow each other more closely.
const ROUND: SignedDuration = SignedDuration::from_secs(5);

fn check(case: &Case<'_>, findings: &mut Findings) {
    let history = case.history;
    if history.checkpoints.is_empty() {
        findings.unknown("no checkpoint of the durable cursors was taken");
    }
    let mut cursors = history.checkpoints.iter().filter_map(|point| point.feed);
    if history.feed.is_empty() && cursors.any(|cursor| cursor > 0) {
        findings.unknown("the change feed was not recorded");
    }
    // A feed that is begun anew rests on a reading of the stock.
    let feeds = ["/v1/events", "/v1/stock"].map(|list| misread(history, list));
    // Of a row that hides whose it is, nobody can say what was set aside.
    let nameless = nameless(history);
    let misfed = feeds.into_iter().flatten().chain(nameless).min();
    let misread = misread(history, "/orders")
        .into_iter()
        .chain(nameless)
        .min();
    for checkpoint in history.moves.iter().chain(&history.checkpoints) {
        // What a page passes over or says of another item is repaired by the next sweep.
        let is_calm = || !case.is_disturbed(checkpoint.at, checkpoint.at);
        if misfed.is_none_or(|at| at > checkpoint.at) || is_calm() {
            feed(case, checkpoint, findings);
        }
        if misread.is_none_or(|at| at > checkpoint.at) || is_calm() {
            orders(case, checkpoint, misread.is_some(), findings);
        }
        ahead(case, checkpoint, findings);
    }
    polls(case, findings);
}

/// When a fault first changed what a page of this list said.
fn misread(history: &History, list: &str) -> Option<Timestamp> {
    let is_read = |sent: &&Exchange| sent.path == list && sent.status == Some(200);
    let mut pages = history.exchanges.iter().filter(is_read);
    pages.find(|sent| sent.misread).map(|sent| sent.ended_at)
}

/// When something was first set aside of which nobody knows what it is about.
fn nameless(history: &History) -> Option<Timestamp> {
    let set_aside = history.hub.quarantine.iter();
    let nameless = set_aside.filter(|entry| entry.subject.is_none());
    nameless.map(|entry| entry.at).min()
}

fn feed(case: &Case<'_>, checkpoint: &Checkpoint, findings: &mut Findings) {
    let Some(cursor) = checkpoint.feed else {
        return;
    };
    let events = &case.history.feed;
    let covered = events.partition_point(|event| event.position <= cursor);
    let mut newest: BTreeMap<&JerkySku, &FeedEvent> = BTreeMap::new();
    for event in events
        .iter()
        .take(covered)
        .filter(|event| case.is_mapped(&event.sku))
    {
        newest.insert(&event.sku, event);
    }
    for (sku, event) in newest {
        findings.judged();
        let applied = checkpoint.sequences.get(sku).copied().unwrap_or(0);
        let is_set_aside = || case.is_set_aside(sku.as_str()) || case.event_is_set_aside(&event.id);
        if applied < event.sequence && !is_set_aside() {
            findings.violated(|| Violation {
                subject: sku.to_string(),
                at: checkpoint.at,
                expected: format!(
                    "sequence {} of position {} applied, as the cursor is at {cursor}",
                    event.sequence, event.position
                ),
                found: applied.to_string(),
                history: case.told_of_item(sku, checkpoint.at),
            });
        }
    }
}

/// The cursor is inclusive and counts whole seconds: a change of its last second may still be
/// waiting.
///
/// Not where the shop's clock was off. Counterexample: it is 90 s fast, a change is polled, and the
/// clock is set right: the next change is dated before the cursor, and only a sweep finds it.
///
/// Nor an order that a page passed over and that was called off before anything came of it: it is in
/// no sweep, and nobody misses it.
fn orders(case: &Case<'_>, checkpoint: &Checkpoint, is_misread: bool, findings: &mut Findings) {
    let Some(covered) = checkpoint.covered.get("orders") else {
        return;
    };
    if case.history.limits.shop_skew.is_positive() {
        return;
    }
    let limit = case.earlier(*covered, SECOND);
    for (order, trail) in &case.trails {
        let so_far = trail.changes().filter(|fact| fact.at <= checkpoint.at);
        let (version, Some(last)) = so_far.fold((0, None), |(n, _), fact| (n + 1, Some(fact)))
        else {
            continue;
        };
        // What changed once more beyond the cursor lies there, and is still to come: a hunted world
        // had an order shipped and then returned while the hub was down (seed 236).
        if last.at >= limit {
            continue;
        }
        findings.judged();
        let applied = checkpoint.orders.get(*order).copied().unwrap_or(0);
        let is_moot = is_misread && applied == 0 && is_called_off(trail, checkpoint.at);
        if applied < version && !is_moot && !case.is_set_aside(order) {
            findings.violated(|| Violation {
                subject: format!("order {order}"),
                at: checkpoint.at,
                expected: format!("version {version} applied, as {covered} is covered"),
                found: applied.to_string(),
                history: vec![telling::line(Step::Polish(last))],
            });
        }
    }
}

fn is_called_off(trail: &Trail<'_>, at: Timestamp) -> bool {
    let order = trail.until(at);
    order.over.is_some() && order.lines.values().all(|line| line.fulfilled == 0)
}

/// A poll's cursor is a time that the vendor named. Beyond its newest change lies what is still to
/// come.
fn ahead(case: &Case<'_>, checkpoint: &Checkpoint, findings: &mut Findings) {
    let Some(covered) = checkpoint.covered.get("orders") else {
        return;
    };
    let changes = case.trails.values().flat_map(Trail::changes);
    let so_far = changes.filter(|fact| fact.at <= checkpoint.at);
    let Some(newest) = so_far.map(|fact| fact.at).max() else {
        return;
    };
    findings.judged();
    let slack = case.history.limits.shop_skew.saturating_add(SECOND);
    if *covered > case.later(newest, slack) && !case.is_disturbed(newest, checkpoint.at) {
        findings.violated(|| Violation {
            subject: "the poll for orders".to_owned(),
            at: checkpoint.at,
            expected: format!("nothing covered beyond {newest}, its newest change"),
            found: covered.to_string(),
            history: Vec::new(),
        });
    }
}

/// A poll begins before what is covered, since a row may be committed later than it is dated; each
/// further page of it no later than there, unless a clock is off: rows that are dated ahead of the
/// middleware's are not covered before their time has come.
fn polls(case: &Case<'_>, findings: &mut Findings) {
    let moves = &case.history.moves;
    let mut before: Option<&Exchange> = None;
    let asked = |sent: &&Exchange| sent.path == "/orders";
    for sent in case.history.exchanges.iter().filter(asked) {
        let is_first = before.is_some_and(|before| is_new_round(case, before, sent));
        before = Some(sent);
        let Some(since) = sent.since else { continue };
        let known = moves.partition_point(|point| point.at <= sent.sent_at);
        let last = known.checked_sub(1).and_then(|last| moves.get(last));
        let Some(covered) = last.and_then(|last| last.covered.get("orders")) else {
            continue;
        };
        findings.judged();
        let is_ahead = !is_first && case.history.limits.skew.is_positive();
        if (since > *covered && !is_ahead) || (is_first && since == *covered) {
            findings.violated(|| Violation {
                subject: "the poll for orders".to_owned(),
                at: sent.sent_at,
                expected: format!("a start before {covered}, which is covered"),
                found: since.to_string(),
                history: vec![telling::exchange(sent)],
            });
            return;
        }
    }
}

/// After a page that failed or that a fault changed, the next may be long in coming; and after one
/// that a busy disk would not take.
fn is_new_round(case: &Case<'_>, before: &Exchange, next: &Exchange) -> bool {
    let is_done = before.status == Some(200) && !before.struck;
    is_done
        && !case.is_disturbed(before.ended_at, next.sent_at)
        && next.sent_at.duration_since(before.ended_at) >= ROUND
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use crate::oracle::{
        history::{FeedEvent, Quarantined},
        testing::{World, assert_holds, assert_violated, verdict},
    };

    #[test]
    fn a_cursor_behind_what_was_applied_holds() {
        assert_holds("cursors", &World::quiet_day().end());
    }

    #[test]
    fn a_cursor_past_an_event_that_was_not_applied_breaks_it() {
        let mut world = World::quiet_day();
        world.history.checkpoints[0]
            .sequences
            .insert("J1".into(), 6);
        let broken = assert_violated("cursors", &world.end(), "J1");
        assert_eq!(
            (broken.found.as_str(), broken.history.is_empty()),
            ("6", false)
        );
    }

    #[test]
    fn an_event_set_aside_may_be_passed() {
        let mut world = World::quiet_day();
        world.history.checkpoints[0]
            .sequences
            .insert("J1".into(), 6);
        world.history.hub.quarantine.push(Quarantined {
            message: None,
            subject: Some("J1".to_owned()),
            at: world.now,
            reason: "negative quantity".to_owned(),
        });
        let verdict = verdict("cursors", &world.end());
        assert!(!verdict.is_violated(), "{verdict:?}");
    }

    #[test]
    fn an_event_whose_item_cannot_be_told_is_known_by_its_own_name() {
        let mut world = World::quiet_day();
        world.history.checkpoints[0]
            .sequences
            .insert("J1".into(), 6);
        let mut history = world.end();
        let newest = |feed: &[FeedEvent]| {
            let mut of_item = feed.iter().filter(|event| event.sku == "J1".into());
            of_item.next_back().unwrap().id.clone()
        };
        let mut set_aside = Quarantined {
            message: Some("evt-other".to_owned()),
            subject: Some("x".repeat(1000)),
            at: history.phases.started,
            reason: "the jerky SKU is 1000 bytes long".to_owned(),
        };
        history.hub.quarantine.push(set_aside.clone());
        assert_violated("cursors", &history, "J1");
        set_aside.message = Some(newest(&history.feed));
        history.hub.quarantine.push(set_aside);
        assert_holds("cursors", &history);
    }

    /// A checkpoint after a change of ORD-3 and a later one of another order.
    fn covered() -> World {
        let mut world = World::quiet_day();
        world.history.checkpoints.clear();
        world.cancel("ORD-3", 0);
        world.pass(5);
        world.place("ORD-4", "BAG", 1);
        world.checkpoint(7);
        world
    }

    #[test]
    fn a_poll_cursor_past_a_version_that_was_not_applied_breaks_it() {
        let mut world = covered();
        assert_holds("cursors", &world.history);
        world.history.checkpoints[0]
            .orders
            .insert("ORD-3".to_owned(), 2);
        let broken = assert_violated("cursors", &world.end(), "ORD-3");
        assert_eq!(broken.found, "2");
    }

    #[test]
    fn a_cursor_is_judged_in_the_commit_that_moves_it() {
        let mut world = covered();
        let mut moved = world.history.checkpoints[0].clone();
        moved.orders.clear();
        world.history.moves.push(moved);
        assert_violated("cursors", &world.end(), "ORD-");
    }

    #[test]
    fn a_poll_cursor_beyond_the_newest_change_breaks_it() {
        let mut world = covered();
        let ahead = world.now;
        let covered = &mut world.history.checkpoints[0].covered;
        covered.insert("orders".to_owned(), ahead);
        assert_violated("cursors", &world.end(), "the poll for orders");
    }

    /// A poll that begins so many milliseconds after what is covered.
    fn polled(after: i64) -> World {
        let mut world = covered();
        let moved = world.history.checkpoints[0].clone();
        let since = moved.covered["orders"] + SignedDuration::from_millis(after);
        world.history.moves.push(moved);
        world.exchange("GET", "/orders", 200);
        world.pass(60);
        world.exchange("GET", "/orders", 200).since = Some(since);
        world
    }

    #[test]
    fn what_a_wrong_clock_dated_before_the_cursor_is_left_to_a_sweep() {
        let mut world = covered();
        let orders = &mut world.history.checkpoints[0].orders;
        orders.insert("ORD-3".to_owned(), 2);
        world.history.limits.shop_skew = SignedDuration::from_secs(90);
        assert_holds("cursors", &world.end());
    }

    #[test]
    fn the_page_after_one_that_failed_may_be_long_in_coming() {
        let mut world = polled(0);
        let polls = world.history.exchanges.len();
        world.history.exchanges[polls - 2].struck = true;
        assert_holds("cursors", &world.end());
    }

    #[test]
    fn a_poll_that_begins_before_its_cursor_holds_and_a_later_one_breaks_it() {
        assert_holds("cursors", &polled(-2000).end());
        assert_violated("cursors", &polled(0).end(), "the poll for orders");
        assert_violated("cursors", &polled(2000).end(), "the poll for orders");
    }

    #[test]
    fn the_next_page_of_a_poll_may_begin_where_the_last_one_ended() {
        let mut world = polled(-2000);
        let covered = world.history.moves[0].covered["orders"];
        world.exchange("GET", "/orders", 200).since = Some(covered);
        assert_holds("cursors", &world.end());
    }

    #[test]
    fn a_row_that_anybody_sees_is_bad_excuses_no_other() {
        let mut world = covered();
        world.history.checkpoints[0]
            .orders
            .insert("ORD-3".to_owned(), 2);
        let read = world.history.phases.started;
        let page = world.exchange("GET", "/orders", 200);
        (page.ended_at, page.struck) = (read, true);
        let mut history = world.end();
        assert_violated("cursors", &history, "ORD-3");
        let at = history.checkpoints[0].at;
        history.disturbed.push((at, at));
        assert_violated("cursors", &history, "ORD-3");
        history.hub.quarantine.push(Quarantined {
            message: None,
            subject: None,
            at: read,
            reason: "an order without an id".to_owned(),
        });
        assert_holds("cursors", &history);
    }

    #[test]
    fn without_the_change_feed_it_is_unknown() {
        let mut world = World::quiet_day();
        world.history.feed.clear();
        assert!(verdict("cursors", &world.end()).is_unknown());
    }

    #[test]
    fn without_a_checkpoint_it_is_unknown() {
        let mut world = World::quiet_day();
        world.history.checkpoints.clear();
        assert!(verdict("cursors", &world.end()).is_unknown());
    }
}
