//! L7: a system with nothing to do writes nothing.

use jiff::{SignedDuration, Timestamp};

use super::{
    Case, Findings, Invariant, Violation, history::Exchange, numbers::ListingNumbers, telling,
};

/// L7.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "L7",
    name: "quiescent",
    meaning: "A system with nothing to do writes nothing.",
    formula: "in the quiescent window: no write but extending a reservation, publishing a number that just became true or taking down a second subscription",
    reads: "exchanges, published numbers, both ground truths",
    check,
};

// Relaxed for what time itself brings: a reservation that nears its end is extended, and after the
// warehouse's midnight a lot has expired and the lower number is published; the hold of an order that
// nobody could read ends, and the shop's own stock, which a mirror shows, is free. Relaxed for a second
// subscription that is taken down. Counterexample: the shop disabled one for ten minutes, another was
// made, and the first came back while all was at rest (seed 3 without swarm). Making one stays judged,
// so that nothing is made and taken down in turn.

fn check(case: &Case<'_>, findings: &mut Findings) {
    let Some((from, to)) = case.history.phases.quiescent else {
        findings.note("the run had no quiescent window");
        return;
    };
    findings.judged();
    writes(case, from, to, findings);
    for (sku, numbers) in &case.numbers.listings {
        let mut idle = numbers.published().filter(|shown| {
            (from..=to).contains(&shown.at) && !has_changed(case, numbers, from, shown.at)
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

fn writes(case: &Case<'_>, from: Timestamp, to: Timestamp, findings: &mut Findings) {
    let (mut listings, mut mirrors) = (
        case.numbers.listings.values(),
        case.numbers.mirrors.values(),
    );
    let just_before = just_before(case, from);
    let any_changed = listings.any(|numbers| has_changed(case, numbers, from, to))
        || mirrors.any(|numbers| numbers.truth.moments(just_before, to).next().is_some());
    let is_due = |write: &Exchange| {
        write.path.ends_with("/extend")
            || (any_changed && write.path.contains("availability"))
            || (write.method == "DELETE" && write.path.contains("/webhook"))
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

/// Whether the truth moved in the window, or just before it so that the publish fell inside.
fn has_changed(
    case: &Case<'_>,
    numbers: &ListingNumbers<'_>,
    from: Timestamp,
    to: Timestamp,
) -> bool {
    let mut moments = numbers.moments(just_before(case, from), to);
    moments.next().is_some()
}

fn just_before(case: &Case<'_>, from: Timestamp) -> Timestamp {
    case.earlier(from, SignedDuration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use crate::oracle::{
        history::{Account, Exchange, ShopAccount},
        testing::{World, assert_holds, assert_violated, verdict},
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
    fn without_a_quiescent_window_there_is_nothing_to_judge() {
        let mut history = World::quiet_day().end();
        history.phases.quiescent = None;
        assert_eq!(verdict("quiescent", &history).judged, 0);
    }
}
