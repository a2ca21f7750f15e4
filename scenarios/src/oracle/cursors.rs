//! S13: a durable cursor never outruns what was applied.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::{
    Case, Findings, Invariant, Violation,
    history::{Checkpoint, Delivery, FeedEvent, Vendor},
    names::JerkySku,
    telling,
};

/// S13.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "S13",
    name: "cursors",
    meaning: "A durable cursor never outruns what was applied.",
    formula: "at each checkpoint: every feed event at or before the cursor is applied, superseded or quarantined; every order change covered by the poll cursor likewise",
    reads: "checkpoints, jerky change feed, order versions, quarantine",
    check,
};

fn check(case: &Case<'_>, findings: &mut Findings) {
    let history = case.history;
    if history.checkpoints.is_empty() {
        findings.unknown("no checkpoint of the durable cursors was taken");
    }
    let mut cursors = history.checkpoints.iter().filter_map(|point| point.feed);
    if history.feed.is_empty() && cursors.any(|cursor| cursor > 0) {
        findings.unknown("the change feed was not recorded");
    }
    for checkpoint in &history.checkpoints {
        feed(case, checkpoint, findings);
        orders(case, checkpoint, findings);
    }
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
        if applied < event.sequence && !case.is_poisoned(sku.as_str()) {
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

/// An order's change is dated by its webhook, which leaves after it. The cursor is inclusive and
/// counts whole seconds: a change of its last second may still be waiting.
fn orders(case: &Case<'_>, checkpoint: &Checkpoint, findings: &mut Findings) {
    let Some(covered) = checkpoint.covered.get("orders") else {
        return;
    };
    let slack = case
        .history
        .limits
        .skew
        .saturating_add(SignedDuration::from_secs(1));
    let limit = case.earlier(*covered, slack);
    let mut newest: BTreeMap<&str, &Delivery> = BTreeMap::new();
    for delivery in &case.history.deliveries {
        let of_order = delivery.vendor == Vendor::Polish
            && case.orders.contains_key(delivery.subject.as_str());
        let counts = of_order && !delivery.forged && case.is_plausible(delivery);
        if counts && delivery.sent_at < limit {
            let slot = newest.entry(&delivery.subject).or_insert(delivery);
            if slot.sequence < delivery.sequence {
                *slot = delivery;
            }
        }
    }
    for (order, delivery) in newest {
        findings.judged();
        let applied = checkpoint.orders.get(order).copied().unwrap_or(0);
        if applied < delivery.sequence && !case.is_poisoned(order) {
            findings.violated(|| Violation {
                subject: format!("order {order}"),
                at: checkpoint.at,
                expected: format!(
                    "version {} applied, as {covered} is covered",
                    delivery.sequence
                ),
                found: applied.to_string(),
                history: telling::deliveries(std::iter::once(delivery)),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::oracle::{
        history::{Quarantined, Vendor},
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
    fn a_poll_cursor_past_a_version_that_was_not_applied_breaks_it() {
        let mut world = World::quiet_day();
        world.history.checkpoints.clear();
        world.deliver(Vendor::Polish, "whk_10", "ORD-3", 3);
        world.checkpoint(7);
        let broken = assert_violated("cursors", &world.end(), "ORD-3");
        assert_eq!(broken.found, "2");
    }

    #[test]
    fn a_version_that_no_fact_accounts_for_was_bad_data() {
        let mut world = World::quiet_day();
        world.history.checkpoints.clear();
        world.deliver(Vendor::Polish, "whk_10", "ORD-3", 9_000_000);
        world.checkpoint(7);
        assert_holds("cursors", &world.end());
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
