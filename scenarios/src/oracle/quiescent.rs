//! L7: a system with nothing to do writes nothing.

use jiff::{SignedDuration, Timestamp};

use super::{
    Case, Findings, Invariant, Violation,
    history::{Actor, Exchange, JerkyFact, Stretch},
    numbers::ListingNumbers,
    stock::Stock,
    telling,
    trail::Trail,
};

/// L7.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "L7",
    name: "quiescent",
    meaning: "A system with nothing to do writes nothing.",
    formula: "in the quiescent window: no write but extending a reservation, publishing a number that just became true, taking down a second subscription, serving an order that could not be read before or disposing of what came back of a lot that has just expired",
    reads: "exchanges, published numbers, both ground truths",
    check,
};

/// A publish may fall into the window that the change before it did not.
const A_SECOND: SignedDuration = SignedDuration::from_secs(1);

// Relaxed for what time itself brings: a reservation that nears its end is extended, and after the
// warehouse's midnight a lot has expired and the lower number is published; the hold of an order that
// nobody could read ends, and the shop's own stock, which a mirror shows, is free. Such a hold may end
// just before all is at rest, and be noticed by a poll after it (seed 140696070). Relaxed for a second
// subscription that is taken down. Counterexample: the shop disabled one for ten minutes, another was
// made, and the first came back while all was at rest (seed 3 without swarm). Making one stays judged,
// so that nothing is made and taken down in turn. Relaxed for an order that comes to light. Counterexample:
// of each page the first row about a product was spoiled for good, and an order that had always been that
// row came second to another one in the sweep while all was at rest (seed 141539217). Relaxed for what
// came back of a lot that expires. Counterexample: goods that are not to be sold again wait in quality
// control, and their lot's last day ends while all is at rest (seed 142045434). Relaxed for a number of
// what could not be read for a while. Counterexample: what is said of one product is spoiled wherever it
// is read by itself, its hold ends, and a sweep tells of it while all is at rest.

fn check(case: &Case<'_>, findings: &mut Findings) {
    let Some((from, to)) = case.history.phases.quiescent else {
        findings.note("the run had no quiescent window");
        return;
    };
    findings.judged();
    let comes_to_light = come_to_light(case, from, to);
    let is_served = |at: Timestamp| {
        comes_to_light
            .iter()
            .any(|first| may_serve(case, *first, at))
    };
    writes(case, (from, to), is_served, findings);
    for (sku, numbers) in &case.numbers.listings {
        let mut idle = numbers.published().filter(|shown| {
            (from..=to).contains(&shown.at)
                && !has_changed(case, numbers, from, shown.at)
                && !case.had_poison(sku, numbers.listing, swept(case, from, shown.at))
                && !is_served(shown.at)
        });
        if let Some(shown) = idle.next() {
            findings.violated(|| Violation {
                subject: sku.to_string(),
                at: shown.at,
                expected: "no publish, the truth had not changed".to_owned(),
                found: telling::line(shown.step),
                history: case.told_of_listing(numbers.listing, *shown),
            });
        }
    }
}

fn writes(
    case: &Case<'_>,
    (from, to): Stretch,
    is_served: impl Fn(Timestamp) -> bool,
    findings: &mut Findings,
) {
    let has_any_changed = |at: Timestamp| {
        let (mut listings, mut mirrors) = (
            case.numbers.listings.values(),
            case.numbers.mirrors.values(),
        );
        let since = noticed_since(case, from);
        listings.any(|numbers| has_changed(case, numbers, from, at))
            || mirrors.any(|numbers| is_news(case, numbers.truth.moments(since, to), from, at))
            || was_unread(case, swept(case, from, at))
    };
    let spoils = returned_spoils(case);
    let is_due = |write: &Exchange| {
        write.path.ends_with("/extend")
            || (write.path.contains("availability") && has_any_changed(write.sent_at))
            || (write.method == "DELETE" && write.path.contains("/webhook"))
            || (write.path.contains("adjustments")
                && has_spoiled(case, &spoils, from, write.sent_at))
            || is_served(write.sent_at)
    };
    let exchanges = case.history.exchanges.iter();
    let writes = exchanges.filter(|write| write.is_write() && (from..=to).contains(&write.sent_at));
    for write in writes.filter(|write| !is_due(write)) {
        findings.violated(|| Violation {
            subject: format!("{} {}", write.method, write.path),
            at: write.sent_at,
            expected: "no write while there is nothing to do".to_owned(),
            found: "one".to_owned(),
            history: vec![telling::exchange(write)],
        });
    }
}

/// When each lot ends of which the middleware took goods back.
fn returned_spoils(case: &Case<'_>) -> Vec<Timestamp> {
    let stock = Stock::at_end(&case.history.jerky);
    let facts = case.history.jerky.iter();
    let taken_back = facts.filter_map(|fact| match &fact.what {
        JerkyFact::Moved {
            sku, lot, cause, ..
        } if cause == "return" && fact.actor == Actor::Middleware => Some((sku, lot)),
        _ => None,
    });
    let ends = taken_back.filter_map(|(sku, lot)| {
        let item = stock.item(sku)?;
        let over = item.lot(lot)?.expires_on?.tomorrow().ok()?;
        Some(over.to_zoned(item.zone.clone()).ok()?.timestamp())
    });
    ends.collect()
}

/// Whether any of these lots has ended since the sweep before the window began. Nobody is told of it.
fn has_spoiled(case: &Case<'_>, ends: &[Timestamp], from: Timestamp, at: Timestamp) -> bool {
    let (since, until) = swept(case, from, at);
    ends.iter().any(|end| (since..=until).contains(end))
}

/// Whether anything that a number is made of was set aside in this stretch.
fn was_unread(case: &Case<'_>, stretch: Stretch) -> bool {
    let mut listings = case.numbers.listings.iter();
    let mut mirrors = case.numbers.mirrors.values();
    listings.any(|(sku, numbers)| case.had_poison(sku, numbers.listing, stretch))
        || mirrors.any(|numbers| case.was_poisoned(numbers.mirror.source.as_str(), stretch))
}

/// From the sweep before the window on: what only a sweep tells may have been so all that time.
fn swept(case: &Case<'_>, from: Timestamp, at: Timestamp) -> Stretch {
    let limits = &case.history.limits;
    let since = limits.sweep.saturating_add(limits.skew);
    (case.earlier(from, since), case.later(at, limits.skew))
}

/// When the middleware first did something in the window for an order that it had set aside before, and
/// done nothing for.
fn come_to_light(case: &Case<'_>, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let first_served = |trail: &Trail<'_>| {
        let mut steps = trail.steps.iter();
        let first = steps.find(|step| step.actor() == Actor::Middleware)?.at();
        let is_news = (from..=to).contains(&first)
            && case.was_poisoned(trail.id, (case.history.phases.started, first));
        is_news.then_some(first)
    };
    case.trails.values().filter_map(first_served).collect()
}

/// Whether what is done at `at` may be for an order for which something was done first at `first`: its
/// reservation, its numbers and its confirmation are decided at one time, and asked about as long as
/// anything is.
fn may_serve(case: &Case<'_>, first: Timestamp, at: Timestamp) -> bool {
    let since = case.earlier(first, A_SECOND);
    (since..=case.later(first, case.history.limits.notice)).contains(&at)
}

/// Whether the truth of a listing moved in the window, or so shortly before that `at` is in time.
fn has_changed(
    case: &Case<'_>,
    numbers: &ListingNumbers<'_>,
    from: Timestamp,
    at: Timestamp,
) -> bool {
    let moments = numbers.moments(noticed_since(case, from), at);
    is_news(case, moments, from, at)
}

/// Whether any of these moments is in the window, or so shortly before it that who hears of it by polls
/// alone may act on it as late as `at`.
fn is_news(
    case: &Case<'_>,
    mut moments: impl Iterator<Item = Timestamp>,
    from: Timestamp,
    at: Timestamp,
) -> bool {
    let just_before = case.earlier(from, A_SECOND);
    let in_time = |moment| case.later(moment, case.history.limits.notice) >= at;
    moments.any(|moment| moment >= just_before || in_time(moment))
}

/// What moved before was noticed before the window.
fn noticed_since(case: &Case<'_>, from: Timestamp) -> Timestamp {
    case.earlier(from, case.history.limits.notice.max(A_SECOND))
}

#[cfg(test)]
mod tests {
    use crate::oracle::{
        history::{Account, Exchange, LotStatus, ShopAccount},
        testing::{World, assert_holds, assert_violated, set_aside, verdict},
    };

    /// A quiet hour with something happening ten minutes into it.
    fn meanwhile(happens: impl FnOnce(&mut World)) -> super::super::History {
        let mut world = World::quiet_day();
        let quiet = world.now;
        world.pass(600);
        happens(&mut world);
        let mut history = world.end();
        history.phases.quiescent = Some((quiet, history.phases.ended));
        history
    }

    #[test]
    fn silence_and_reading_hold() {
        let history = meanwhile(|world| {
            world.exchange("GET", "/v1/stock", 200);
            world.exchange("POST", "/oauth/token", 200);
        });
        assert_holds("quiescent", &history);
    }

    #[test]
    fn a_write_breaks_it() {
        let history = meanwhile(|world| {
            let _: &mut Exchange = world.exchange("PUT", "/products/BAG/availability", 200);
        });
        assert_violated("quiescent", &history, "PUT /products/BAG/availability");
    }

    #[test]
    fn publishing_the_same_number_again_breaks_it() {
        let history = meanwhile(|world| world.publish("BAG", 38));
        assert_violated("quiescent", &history, "BAG");
    }

    #[test]
    fn extending_a_reservation_and_publishing_what_became_true_hold() {
        let history = meanwhile(|world| {
            world.exchange("POST", "/v1/reservations/res_1/extend", 200);
            world.moved(
                "J1",
                "A",
                Account::Available,
                Account::Damaged,
                50,
                "damage",
                None,
            );
            world.exchange("POST", "/availability/bulk", 200);
            world.settle();
        });
        assert_holds("quiescent", &history);
    }

    #[test]
    fn a_mirror_follows_a_hold_that_ends_and_nothing_else() {
        let path = "/v1/mirrors/POL-1/availability";
        let with = |is_freed| {
            meanwhile(|world| {
                if is_freed {
                    world.own("NAIL", ShopAccount::Held, ShopAccount::Free, 1);
                }
                let _: &mut Exchange = world.exchange("PUT", path, 200);
                world.settle();
            })
        };
        assert_holds("quiescent", &with(true));
        assert_violated("quiescent", &with(false), &format!("PUT {path}"));
    }

    #[test]
    fn a_number_of_what_could_not_be_read_before_follows_once_it_can_be() {
        let path = "/v1/mirrors/POL-1/availability";
        let with = |set_aside_ago: i64| {
            let mut world = World::quiet_day();
            let read = world.now;
            world.pass(set_aside_ago);
            let quiet = world.now;
            world.pass(60);
            let _: &mut Exchange = world.exchange("PUT", path, 200);
            world.settle();
            world.pass(7200);
            let mut history = world.end();
            history.phases.quiescent = Some((quiet, history.phases.ended));
            set_aside(&mut history, "NAIL", read);
            history
        };
        assert_holds("quiescent", &with(600));
        assert_violated("quiescent", &with(1200), &format!("PUT {path}"));
    }

    #[test]
    fn a_hold_that_ended_just_before_is_noticed_by_the_next_poll() {
        let path = "/v1/mirrors/POL-1/availability";
        let with = |seconds| {
            let mut world = World::quiet_day();
            world.pass(600);
            world.own("NAIL", ShopAccount::Held, ShopAccount::Free, 1);
            world.pass(5);
            let quiet = world.now;
            world.pass(seconds);
            let _: &mut Exchange = world.exchange("PUT", path, 200);
            world.settle();
            let mut history = world.end();
            history.limits.notice = jiff::SignedDuration::from_secs(30);
            history.phases.quiescent = Some((quiet, history.phases.ended));
            history
        };
        assert_holds("quiescent", &with(20));
        assert_violated("quiescent", &with(40), &format!("PUT {path}"));
    }

    #[test]
    fn a_second_subscription_is_taken_down_and_none_is_made() {
        let with = |method, path| {
            meanwhile(|world| {
                let _: &mut Exchange = world.exchange(method, path, 204);
            })
        };
        assert_holds("quiescent", &with("DELETE", "/webhooks/wh_1"));
        let broken = with("POST", "/webhooks");
        assert_violated("quiescent", &broken, "POST /webhooks");
    }

    #[test]
    fn an_order_that_could_not_be_read_before_is_served_and_no_other() {
        let served = |is_set_aside: bool, known: bool, late: i64| {
            let mut world = World::quiet_day();
            world.place("LATE", "BAG", 1);
            let placed = world.now;
            world.pass(3600);
            if known {
                let id = world.reserve("LATE", &[("J1", "A", 50)]);
                world.release(&id, &[("J1", "A", 50)]);
                world.settle();
            }
            let quiet = world.now;
            world.pass(600);
            let _: &mut Exchange = world.exchange("POST", "/v1/reservations", 201);
            world.pass(-1);
            world.publish("BAG", 36);
            world.reserve("LATE", &[("J1", "A", 50)]);
            world.settle();
            world.pass(late);
            let _: &mut Exchange = world.exchange("POST", "/orders/LATE/confirm", 200);
            world.confirm("LATE");
            let mut history = world.end();
            history.phases.quiescent = Some((quiet, history.phases.ended));
            if is_set_aside {
                set_aside(&mut history, "LATE", placed);
            }
            history
        };
        assert_holds("quiescent", &served(true, false, 0));
        assert_violated(
            "quiescent",
            &served(false, false, 0),
            "POST /v1/reservations",
        );
        assert_violated("quiescent", &served(true, true, 0), "POST /v1/reservations");
        assert_violated(
            "quiescent",
            &served(true, false, 60),
            "POST /orders/LATE/confirm",
        );
    }

    #[test]
    fn what_came_back_is_disposed_of_once_its_lot_has_expired_and_not_before() {
        let with = |last_day: i8, cause: &str| {
            let mut world = World::quiet_day();
            world.lot("J1", "Z", LotStatus::Released, Some(last_day));
            let sides = (Account::Sold, Account::QualityControl);
            world.moved("J1", "Z", sides.0, sides.1, 50, cause, Some("ORD-1"));
            let midnight: jiff::Timestamp = "2026-11-03T06:00:00Z".parse().unwrap();
            world.pass(midnight.duration_since(world.now).as_secs() - 600);
            let quiet = world.now;
            world.pass(630);
            world.exchange("POST", "/v1/adjustments:batch", 207);
            let mut history = world.end();
            history.phases.quiescent = Some((quiet, history.phases.ended));
            history
        };
        assert_holds("quiescent", &with(2, "return"));
        assert_violated("quiescent", &with(3, "return"), "adjustments");
        assert_violated("quiescent", &with(1, "return"), "adjustments");
        assert_violated("quiescent", &with(2, "count"), "adjustments");
    }

    #[test]
    fn without_a_quiescent_window_there_is_nothing_to_judge() {
        let mut history = World::quiet_day().end();
        history.phases.quiescent = None;
        assert_eq!(verdict("quiescent", &history).judged, 0);
    }
}
