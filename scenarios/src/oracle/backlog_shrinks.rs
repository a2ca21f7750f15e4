//! L6: under throttling the backlog shrinks.

use jiff::Timestamp;

use super::{Case, Findings, Invariant, LINES, Violation, telling};

/// L6.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "L6",
    name: "backlog_shrinks",
    meaning: "Under throttling the backlog shrinks.",
    formula: "after traffic ended, over each backlog stretch: undecided orders + untrue listings fall, or are 0",
    reads: "exchanges answered 429, both ground truths, mapping",
    check,
};

// The backlog is counted from the vendors' truth, not from the middleware's own queue: orders that
// nobody has decided, and listings that show an untrue number.

fn check(case: &Case<'_>, findings: &mut Findings) {
    let phases = &case.history.phases;
    let mut exchanges = case.history.exchanges.iter();
    let Some(first) = exchanges.find(|reply| reply.status == Some(429)) else {
        findings.note("no request was throttled in this run");
        return;
    };
    let mut from = phases.traffic_ended.max(first.ended_at);
    let mut before = Backlog::at(case, from);
    loop {
        let to = case.later(from, case.history.limits.backlog);
        if to > phases.ended || before.size() == 0 {
            break;
        }
        findings.judged();
        let after = Backlog::at(case, to);
        if after.size() >= before.size() {
            findings.violated(|| Violation {
                subject: "backlog".to_owned(),
                at: to,
                expected: format!("below {}, as at {}", before.size(), telling::time(from)),
                found: after.size().to_string(),
                history: after.lines(),
            });
            return;
        }
        (from, before) = (to, after);
    }
}

struct Backlog<'h> {
    orders: Vec<&'h str>,
    listings: Vec<&'h str>,
}

// Without what can still not be read at the end, which never shrinks.

impl<'h> Backlog<'h> {
    fn at(case: &Case<'h>, at: Timestamp) -> Self {
        let listings = case.numbers.listings.iter();
        let open = case
            .orders
            .iter()
            .filter(|(id, order)| order.is_undecided(at) && !case.stays_poisoned(id));
        let untrue = listings
            .filter(|(sku, numbers)| !numbers.agrees(at) && !case.stays_poisoned(sku.as_str()));
        Self {
            orders: open.map(|(id, _)| *id).collect(),
            listings: untrue.map(|(sku, _)| sku.as_str()).collect(),
        }
    }

    fn size(&self) -> usize {
        self.orders.len() + self.listings.len()
    }

    fn lines(&self) -> Vec<String> {
        let orders = self.orders.iter().map(|id| format!("undecided: {id}"));
        let listings = self.listings.iter().map(|sku| format!("untrue: {sku}"));
        orders.chain(listings).take(LINES).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::oracle::testing::{World, assert_holds, assert_violated, verdict};

    /// Three orders wait while requests are refused.
    fn throttled() -> World {
        let mut world = World::quiet_day();
        for id in ["ORD-7", "ORD-8", "ORD-9"] {
            world.place(id, "AUTO", 1);
        }
        world.exchange("GET", "/v1/stock", 429);
        world
    }

    #[test]
    fn a_backlog_that_is_worked_off_holds() {
        let mut world = throttled();
        let quiet = world.now;
        for id in ["ORD-7", "ORD-8", "ORD-9"] {
            world.pass(200);
            world.confirm(id);
        }
        let mut history = world.end();
        history.phases.traffic_ended = quiet;
        assert_holds("backlog_shrinks", &history);
    }

    #[test]
    fn a_backlog_that_stays_breaks_it() {
        let broken = assert_violated("backlog_shrinks", &throttled().end(), "backlog");
        assert_eq!(broken.found, "3");
        assert!(
            broken.history.contains(&"undecided: ORD-8".to_owned()),
            "{broken}"
        );
    }

    #[test]
    fn untrue_listings_count_as_backlog() {
        let mut world = World::quiet_day();
        world.exchange("GET", "/v1/stock", 429);
        world.publish("BAG", 1);
        let broken = assert_violated("backlog_shrinks", &world.end(), "backlog");
        assert_eq!(broken.history, ["untrue: BAG"]);
    }

    #[test]
    fn without_throttling_there_is_nothing_to_judge() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        let verdict = verdict("backlog_shrinks", &world.end());
        assert!(verdict.judged == 0 && !verdict.is_violated());
    }
}
