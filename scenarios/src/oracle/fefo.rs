//! S9: goods leave by first expired, first out, from released, unexpired lots.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};

use super::{
    Case, Findings, Invariant, Violation, formula,
    history::{Actor, Fact, JerkyFact, ReservedLine},
    names::{JerkySku, Lot},
    order::OrderState,
    stock::{ItemStock, Stock},
    timeline::same_command,
};

/// S9.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "S9",
    name: "fefo",
    meaning: "Goods leave by first expired, first out, from released, unexpired lots.",
    formula: "each allocated lot: released and expires_on >= today in the warehouse's zone, and >= the day it was first asked for + min_days; no eligible lot with an earlier (expires_on, lot) has free stock left",
    reads: "jerky lots, movements and reservations, mapping",
    check,
};

// Relaxed where the caller chose the lots: an earlier lot counts as passed over only when none of
// it was taken, for any line, and it had free stock for the whole staleness bound. Counterexamples:
// staff receive an earlier-expiring lot between the middleware's last read and its reservation; goods
// of another order come back to the lot that a line has emptied, while the next takes a later one.
// Relaxed for commits: only eligibility is judged. Counterexample: the same receipt after the
// reservation; the goods that leave are those that were reserved.
// Days of life are counted from when a reservation was first asked for. Counterexample: the middleware
// dies as it asks, just before midnight, and has to ask in the same words under the same key afterwards.

fn check(case: &Case<'_>, findings: &mut Findings) {
    let mut stock = Stock::default();
    let mut command: Vec<&Fact<JerkyFact>> = Vec::new();
    let mut facts = case.history.jerky.iter().peekable();
    while let Some(fact) = facts.next() {
        stock.apply(fact.at, &fact.what);
        command.push(fact);
        if facts.peek().is_none_or(|next| !same_command(fact, next)) {
            for fact in command.drain(..) {
                let shelf = Shelf {
                    case,
                    stock: &stock,
                    fact,
                };
                shelf.judge(findings);
            }
        }
    }
}

/// The warehouse right after the command that `fact` belongs to.
struct Shelf<'c, 'h> {
    case: &'c Case<'h>,
    stock: &'c Stock<'h>,
    fact: &'h Fact<JerkyFact>,
}

struct Complaint {
    expected: String,
    found: String,
}

impl Shelf<'_, '_> {
    fn judge(&self, findings: &mut Findings) {
        let (id, lines, is_pick) = match &self.fact.what {
            JerkyFact::Opened { id, lines, .. } => (id, lines, true),
            JerkyFact::Committed { id, lines, .. } => (id, lines, false),
            _ => return,
        };
        let parts = lines.iter().flat_map(|line| &line.allocations);
        let used: BTreeSet<&Lot> = parts.map(|part| &part.lot).collect();
        for line in lines.iter().filter(|line| !line.allocations.is_empty()) {
            findings.judged();
            if let Some(complaint) = self.line(line, &used, is_pick) {
                findings.violated(|| Violation {
                    subject: format!("{id} line {}", line.line_id),
                    at: self.fact.at,
                    expected: complaint.expected,
                    found: complaint.found,
                    history: self.case.told_of_item(&line.sku, self.fact.at),
                });
            }
        }
    }

    fn line(&self, line: &ReservedLine, used: &BTreeSet<&Lot>, is_pick: bool) -> Option<Complaint> {
        let item = self.stock.item(&line.sku)?;
        let unexpired = self.unfit(item, line, 0, self.fact.at);
        if !is_pick {
            return unexpired;
        }
        let (least, most) = self.min_days(&line.sku);
        unexpired
            .or_else(|| self.too_short(item, line, least))
            .or_else(|| self.passed_over(item, line, used, most))
    }

    /// Too few days are left, on the day of the pick and on that of the first request for it. All that
    /// was sent is looked through for that, so the day of the pick comes first.
    fn too_short(&self, item: &ItemStock<'_>, line: &ReservedLine, days: i64) -> Option<Complaint> {
        let now = self.unfit(item, line, days, self.fact.at)?;
        self.unfit(item, line, days, self.asked_at()).and(Some(now))
    }

    /// When it was first asked for under its key.
    fn asked_at(&self) -> Timestamp {
        let key = self.fact.key.as_ref();
        let exchanges = self.case.history.exchanges.iter();
        let asked = exchanges.filter(|sent| key.is_some() && sent.idempotency_key.as_ref() == key);
        let first = asked.map(|sent| sent.sent_at).min();
        first.map_or(self.fact.at, |first| first.min(self.fact.at))
    }

    /// A vendor's clock that is off moves its midnight: either day may be meant.
    fn unfit(
        &self,
        item: &ItemStock<'_>,
        line: &ReservedLine,
        min_days: i64,
        at: Timestamp,
    ) -> Option<Complaint> {
        let earlier = self.case.earlier(at, self.case.history.limits.skew);
        let today = formula::day(earlier, &item.zone);
        let is_fit = |lot: &Lot| {
            item.lot(lot)
                .is_some_and(|lot| lot.is_eligible(today, min_days))
        };
        let bad = line.allocations.iter().find(|part| !is_fit(&part.lot))?;
        let found = item.lot(&bad.lot).map_or("unheard of".to_owned(), |lot| {
            format!("{:?} until {}", lot.status, told(lot.expires_on))
        });
        Some(Complaint {
            expected: format!("released lots, usable on {today} and {min_days} days more"),
            found: format!("lot {}, {found}", bad.lot),
        })
    }

    fn passed_over(
        &self,
        item: &ItemStock<'_>,
        line: &ReservedLine,
        used: &BTreeSet<&Lot>,
        min_days: i64,
    ) -> Option<Complaint> {
        let later = self.case.later(self.fact.at, self.case.history.limits.skew);
        let today = formula::day(later, &item.zone);
        let taken = line.allocations.iter().map(|part| &part.lot);
        let last = taken
            .filter_map(|lot| Some(formula::fefo_rank(item.lot(lot)?.expires_on, lot)))
            .max()?;
        let (lot, state) = item.lots.iter().find(|(lot, state)| {
            formula::fefo_rank(state.expires_on, lot) < last
                && state.free() > 0
                && state.is_eligible(today, min_days)
                && self.was_known(line, used.contains(**lot), state.free_since)
        })?;
        Some(Complaint {
            expected: format!(
                "lot {lot} until {} before lot {}",
                told(state.expires_on),
                last.1
            ),
            found: format!("{} left free in lot {lot}", state.free()),
        })
    }

    fn was_known(&self, line: &ReservedLine, used: bool, free_since: Timestamp) -> bool {
        let known = self.case.oldest(self.fact.at);
        !line.directed || (!used && free_since <= known)
    }

    /// The least and the most days of life that the order's listings ask of this item.
    fn min_days(&self, item: &JerkySku) -> (i64, i64) {
        let JerkyFact::Opened { reference, .. } = &self.fact.what else {
            return (0, 0);
        };
        let ours = self.fact.actor == Actor::Middleware;
        let order = self.case.orders.get(reference.as_str()).filter(|_| ours);
        let days = order.map(|order| self.asked(order, item));
        let days = days.unwrap_or_default();
        let (least, most) = (days.iter().min(), days.iter().max());
        (least.copied().unwrap_or(0), most.copied().unwrap_or(0))
    }

    fn asked(&self, order: &OrderState<'_>, item: &JerkySku) -> Vec<i64> {
        let listings = &self.case.history.mapping.listings;
        let of_order = order
            .lines
            .values()
            .filter_map(|line| listings.get(line.sku));
        of_order
            .filter(|listing| listing.need_of(item) > 0)
            .map(|listing| listing.min_days)
            .collect()
    }
}

fn told(expires_on: Option<Date>) -> String {
    expires_on.map_or("for ever".to_owned(), |day| day.to_string())
}

#[cfg(test)]
mod tests {
    use crate::oracle::{
        history::LotStatus,
        testing::{World, assert_holds, assert_violated},
    };

    #[test]
    fn the_earliest_lots_first_hold() {
        assert_holds("fefo", &World::quiet_day().end());
    }

    #[test]
    fn an_earlier_lot_left_on_the_shelf_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        world.reserve("ORD-9", &[("J1", "B", 50)]);
        let broken = assert_violated("fefo", &world.end(), "res_4 line 1");
        assert!(
            broken.expected.starts_with("lot A until 2026-11-20"),
            "{broken}"
        );
    }

    #[test]
    fn a_later_lot_after_the_earlier_one_is_used_up_holds() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 19);
        world.reserve("ORD-9", &[("J1", "A", 900), ("J1", "B", 50)]);
        assert_holds("fefo", &world.end());
    }

    #[test]
    fn a_recalled_lot_breaks_it() {
        let mut world = World::quiet_day();
        world.lot("J1", "A", LotStatus::Recalled, Some(20));
        world.place("ORD-9", "BAG", 1);
        world.reserve("ORD-9", &[("J1", "A", 50)]);
        let broken = assert_violated("fefo", &world.end(), "res_4");
        assert!(broken.found.contains("Recalled"), "{broken}");
    }

    #[test]
    fn a_lot_is_picked_through_its_last_day_in_the_warehouses_zone_and_no_longer() {
        let mut world = World::quiet_day();
        // 05:59 UTC on the 21st is still the 20th in Chicago.
        world.now = "2026-11-21T05:59:00Z".parse().unwrap();
        world.place("ORD-8", "BAG", 1);
        world.reserve("ORD-8", &[("J1", "A", 50)]);
        assert_holds("fefo", &world.history);
        world.now = "2026-11-21T06:00:00Z".parse().unwrap();
        world.place("ORD-9", "BAG", 1);
        world.reserve("ORD-9", &[("J1", "A", 50)]);
        assert_violated("fefo", &world.end(), "res_5");
    }

    #[test]
    fn shipping_an_expired_lot_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BAG", 1);
        let id = world.reserve("ORD-9", &[("J1", "A", 50)]);
        world.now = "2026-11-21T06:00:00Z".parse().unwrap();
        world.commit(&id, "SHIP-9", &[("J1", "A", 50)]);
        assert_violated("fefo", &world.end(), "res_4");
    }

    #[test]
    fn a_lot_below_the_listings_shelf_life_breaks_it() {
        let mut world = World::quiet_day();
        world
            .history
            .mapping
            .listings
            .get_mut("BAG")
            .unwrap()
            .min_days = 20;
        let broken = assert_violated("fefo", &world.end(), "res_1");
        assert!(broken.expected.contains("20 days more"), "{broken}");
    }

    /// A minute before the last day of lot A, of which a day has to be left, it is asked for; then it
    /// is `again`.
    fn asked_before_midnight(again: &str) -> World {
        let mut world = World::quiet_day();
        let mut listings = world.history.mapping.listings.values_mut();
        listings.by_ref().for_each(|listing| listing.min_days = 1);
        world.now = "2026-11-20T05:59:00Z".parse().unwrap();
        world.place("ORD-9", "BAG", 1);
        world
            .exchange("POST", "/v1/reservations", 201)
            .idempotency_key = Some("reserve:9".into());
        world.now = again.parse().unwrap();
        world
    }

    #[test]
    fn days_of_life_are_counted_from_when_it_was_first_asked_for() {
        for (again, key, holds) in [
            ("2026-11-20T06:01:00Z", "reserve:9", true),
            ("2026-11-20T06:01:00Z", "reserve:8", false),
            ("2026-11-21T06:01:00Z", "reserve:9", false),
        ] {
            let mut world = asked_before_midnight(again);
            world.reserve_as("res_9", key, "ORD-9", &[("J1", "A", 50)], false);
            match holds {
                true => assert_holds("fefo", &world.end()),
                false => drop(assert_violated("fefo", &world.end(), "res_9")),
            }
        }
    }

    #[test]
    fn directed_picks_may_miss_what_came_in_a_moment_ago_but_not_what_lay_there() {
        let mut world = World::quiet_day();
        world.receive("J1", "NEW", 500, Some(10));
        world.place("ORD-8", "BAG", 1);
        world.reserve_as("res_8", "reserve:8", "ORD-8", &[("J1", "A", 50)], true);
        assert_holds("fefo", &world.history);
        world.pass(3600);
        world.place("ORD-9", "BAG", 1);
        world.reserve_as("res_9", "reserve:9", "ORD-9", &[("J1", "A", 50)], true);
        assert_violated("fefo", &world.end(), "res_9");
    }
}
