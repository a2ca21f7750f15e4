//! S12, for orders that the shop confirmed by itself: once the middleware has read one, no number
//! counts its goods again before they are reserved. `justified` asks.

use jiff::{SignedDuration, Timestamp};

use super::{
    Case, Findings, Violation,
    history::{Exchange, JerkyFact, PolishFact},
    names::{JerkySku, PolishSku},
    numbers::{ListingNumbers, Shown},
    telling,
    trail::Trail,
};

/// How soon a number that waited at a closed door is followed by the one that was decided since.
const AT_ONCE: SignedDuration = SignedDuration::from_secs(1);

// Relaxed once its reservation was refused: what is short is not held back for a backorder. Relaxed
// for listings of several parts, which are read at moments of their own, and where a wrong clock
// hides what came first. Relaxed once something was set aside: a lie told twice alike is believed.

/// Judges each number published between the reading of such an order and its reservation.
pub(super) fn check(case: &Case<'_>, findings: &mut Findings) {
    if case.history.limits.skew.is_positive() {
        return;
    }
    for trail in case.trails.values() {
        let Some(known) = known_at(case, trail) else {
            continue;
        };
        let until = settled_at(case, trail, known);
        for (sku, numbers) in &case.numbers.listings {
            let Some(owed) = owed(case, trail, numbers, known) else {
                continue;
            };
            findings.judged();
            let mut published = numbers.published().filter(|shown| {
                let is_between = known < shown.at && shown.at < until;
                let since = case.oldest(known);
                is_between
                    && !was_on_its_way(case, sku, known, shown.at)
                    && !case.had_poison(sku, numbers.listing, (since, shown.at))
            });
            let most = |at| numbers.most_without(owed, case.oldest(at), at);
            let is_wrong = |shown: &&Shown<'_>| {
                let is_corrected = is_corrected(case, numbers, known, shown.at, most);
                shown.value > most(shown.at) && !is_corrected
            };
            if let Some(shown) = published.find(is_wrong) {
                findings.violated(|| violation(case, trail, sku, shown, most(shown.at)));
            }
        }
    }
}

/// When the middleware read an order that the shop had confirmed by itself.
fn known_at(case: &Case<'_>, trail: &Trail<'_>) -> Option<Timestamp> {
    let order = case.orders.get(trail.id).filter(|order| order.automatic)?;
    let path = format!("/orders/{}", trail.id);
    let is_reading = |reply: &&Exchange| {
        reply.path == path && reply.method == "GET" && reply.status == Some(200) && !reply.struck
    };
    let placed = order.placed.filter(|_| !case.is_poisoned(trail.id))?;
    let mut read = case.history.exchanges.iter().filter(is_reading);
    let read = read.find(|reply| reply.sent_at >= placed && !case.was_missed(reply))?;
    Some(read.ended_at)
}

/// Whether a number that the shop took in at `shown` may have left before the order was known. What
/// was never answered may be taken in long after the middleware gave it up.
fn was_on_its_way(case: &Case<'_>, sku: &PolishSku, known: Timestamp, shown: Timestamp) -> bool {
    let mut publishes = case.history.exchanges.iter();
    publishes.any(|sent| {
        sent.publishes(sku)
            && sent.sent_at <= known
            && (sent.is_unanswered() || shown <= sent.ended_at)
    })
}

/// Whether the number waited for a shop that could not be reached, and was put right at once: it was
/// decided before the order was known.
fn is_corrected(
    case: &Case<'_>,
    numbers: &ListingNumbers<'_>,
    known: Timestamp,
    shown: Timestamp,
    most: impl Fn(Timestamp) -> i64,
) -> bool {
    let soon = case.later(shown, AT_ONCE);
    let mut published = numbers.published();
    case.is_disturbed(known, shown)
        && published.any(|next| shown < next.at && next.at <= soon && next.value <= most(next.at))
}

/// When the order had its goods, was over, or was told that there are none.
fn settled_at(case: &Case<'_>, trail: &Trail<'_>, known: Timestamp) -> Timestamp {
    let order = case.orders.get(trail.id);
    // A list may have told of it before it was read by itself, and its reservation been refused then.
    let heard = order.and_then(|order| order.placed).unwrap_or(known);
    let opened = case.history.jerky.iter().filter(|fact| match &fact.what {
        JerkyFact::Opened { reference, .. } => reference == trail.id,
        _ => false,
    });
    let cancelled = trail
        .changes()
        .filter(|fact| matches!(fact.what, PolishFact::Cancelled { .. }));
    let refused = case.history.exchanges.iter().filter(|reply| {
        let is_refusal = reply
            .status
            .is_some_and(|status| (400..500).contains(&status));
        reply.path == "/v1/reservations" && is_refusal && reply.sent_at >= heard
    });
    let refused = refused.map(|reply| reply.sent_at);
    let ends = opened
        .map(|fact| fact.at)
        .chain(cancelled.map(|fact| fact.at));
    let over = order.and_then(|order| order.over);
    ends.chain(refused)
        .chain(over)
        .min()
        .unwrap_or(Timestamp::MAX)
}

/// What the order was owed, when it was read, of what the listing is made of.
fn owed(
    case: &Case<'_>,
    trail: &Trail<'_>,
    numbers: &ListingNumbers<'_>,
    known: Timestamp,
) -> Option<i64> {
    let mut needs = numbers.listing.jerky_needs();
    let (item, _): (&JerkySku, i64) = needs.next().filter(|_| numbers.parts.len() == 1)?;
    let owed = trail.until(known).uncovered(&case.history.mapping, item);
    (owed > 0).then_some(owed)
}

fn violation(
    case: &Case<'_>,
    trail: &Trail<'_>,
    sku: &PolishSku,
    shown: &Shown<'_>,
    most: i64,
) -> Violation {
    let mut history = case.told_of_order(trail.id, shown.at);
    history.push(telling::line(shown.step));
    Violation {
        subject: sku.to_string(),
        at: shown.at,
        expected: format!("at most {most}, without what order {} is owed", trail.id),
        found: shown.value.to_string(),
        history,
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use crate::oracle::{
        history::Vendor,
        testing::{World, assert_holds, assert_violated},
    };

    /// The shop sold five of AUTO by itself, and the middleware has read the order.
    fn read() -> World {
        let mut world = World::quiet_day();
        world.place_as("ORD-9", "AUTO", 5, true);
        world.exchange("GET", "/orders/ORD-9", 200).vendor = Vendor::Polish;
        world
    }

    #[test]
    fn a_number_without_its_goods_holds() {
        let mut world = read();
        world.publish("AUTO", 45);
        world.reserve("ORD-9", &[("J3", "D", 50)]);
        assert_holds("justified", &world.end());
    }

    #[test]
    fn a_number_that_counts_them_again_breaks_it() {
        let mut world = read();
        world.publish("AUTO", 50);
        world.reserve("ORD-9", &[("J3", "D", 50)]);
        let broken = assert_violated("justified", &world.end(), "AUTO");
        assert!(broken.expected.contains("ORD-9"), "{broken}");
    }

    #[test]
    fn a_reply_that_a_fault_changed_told_nothing() {
        let mut world = read();
        world.history.exchanges.last_mut().unwrap().struck = true;
        world.publish("AUTO", 50);
        world.reserve("ORD-9", &[("J3", "D", 50)]);
        world.publish("AUTO", 45);
        assert_holds("justified", &world.end());
    }

    #[test]
    fn a_number_that_had_left_before_the_order_was_known_holds() {
        let mut world = read();
        let read = world.history.exchanges.last().unwrap().ended_at;
        world.publish("AUTO", 50);
        let sent = world.exchange("PUT", "/products/AUTO/availability", 200);
        sent.sent_at = read;
        world.reserve("ORD-9", &[("J3", "D", 50)]);
        world.publish("AUTO", 45);
        assert_holds("justified", &world.end());
    }

    /// A fault struck a publish before the order was known, and its number counts the order again.
    fn struck(status: Option<u16>) -> World {
        let mut world = World::quiet_day();
        world.place_as("ORD-9", "AUTO", 5, true);
        let sent = world.exchange("PUT", "/products/AUTO/availability", 200);
        (sent.status, sent.struck) = (status, true);
        world.exchange("GET", "/orders/ORD-9", 200).vendor = Vendor::Polish;
        world.publish("AUTO", 50);
        world.reserve("ORD-9", &[("J3", "D", 50)]);
        world.publish("AUTO", 45);
        world
    }

    #[test]
    fn one_that_was_never_answered_may_be_taken_in_later() {
        assert_holds("justified", &struck(None).end());
    }

    #[test]
    fn one_that_was_answered_is_done_with() {
        assert_violated("justified", &struck(Some(200)).end(), "AUTO");
    }

    /// A number that counts the order again follows its reading, and after `millis` the right one.
    fn corrected(millis: i64, is_disturbed: bool) -> World {
        let mut world = read();
        if is_disturbed {
            world.history.disturbed.push((world.now, world.now));
        }
        world.publish("AUTO", 50);
        world.now += SignedDuration::from_millis(millis);
        world.publish("AUTO", 45);
        world.reserve("ORD-9", &[("J3", "D", 50)]);
        world
    }

    #[test]
    fn one_that_waited_out_an_outage_and_is_put_right_at_once_holds() {
        assert_holds("justified", &corrected(0, true).end());
        assert_violated("justified", &corrected(5_000, true).end(), "AUTO");
        assert_violated("justified", &corrected(0, false).end(), "AUTO");
    }

    #[test]
    fn what_cannot_be_reserved_is_not_held_back() {
        let mut world = read();
        world.exchange("POST", "/v1/reservations", 409);
        world.publish("AUTO", 50);
        assert_holds("justified", &world.end());
    }

    #[test]
    fn nor_is_what_could_not_be_reserved_before_it_was_read_by_itself() {
        let mut world = World::quiet_day();
        world.exchange("POST", "/v1/reservations", 409);
        world.place_as("ORD-9", "AUTO", 5, true);
        let mut unasked = world.history.clone();
        world.exchange("POST", "/v1/reservations", 409);
        world.exchange("GET", "/orders/ORD-9", 200).vendor = Vendor::Polish;
        world.publish("AUTO", 50);
        let history = world.end();
        unasked.phases = history.phases.clone();
        unasked.polish = history.polish.clone();
        unasked
            .exchanges
            .push(history.exchanges.last().unwrap().clone());
        assert_holds("justified", &history);
        // A refusal before the order was placed is another's.
        assert_violated("justified", &unasked, "AUTO");
    }
}
