//! S8, for numbers that the shop changed by itself: no publish overwrites one that its sender had not
//! read, and none raises it again before the order behind it can have arrived. `newer_wins` asks.

use jiff::Timestamp;

use super::{
    Case, Findings, Violation,
    history::{Actor, Exchange, PolishFact, Vendor},
    names::PolishSku,
    numbers::{ListingNumbers, Shown},
    telling,
    timeline::Step,
};

// Judged on one clock only: where the shop's is off, nobody can tell which came first.

/// Judges each publish that replaced a number of the shop's own making.
pub(super) fn check(case: &Case<'_>, findings: &mut Findings) {
    if case.history.limits.skew.is_positive() {
        return;
    }
    for (sku, numbers) in &case.numbers.listings {
        let pairs = numbers.shown.iter().zip(numbers.shown.iter().skip(1));
        let mut before: Option<&Shown<'_>> = None;
        for (theirs, ours) in pairs {
            let known = before.filter(|known| known.actor == Actor::Middleware);
            before = Some(theirs);
            if !is_replaced(theirs, ours) {
                continue;
            }
            findings.judged();
            let complaint = unseen(case, sku, theirs, ours)
                .or_else(|| raised_too_soon(case, sku, numbers, (known, theirs, ours)));
            if let Some((expected, sent)) = complaint {
                findings.violated(|| violation(sku, expected, theirs, ours, sent));
                break;
            }
        }
    }
}

fn is_replaced(theirs: &Shown<'_>, ours: &Shown<'_>) -> bool {
    let is_change = match theirs.step {
        Step::Polish(fact) => match fact.what {
            PolishFact::Product { .. } => false,
            // What is found as it was shown leaves the product, and its version, as they were.
            PolishFact::Counted {
                counted, previous, ..
            } => counted != previous,
            _ => true,
        },
        Step::Jerky(_) => false,
    };
    is_change && theirs.actor != Actor::Middleware && ours.actor == Actor::Middleware
}

type Complaint<'h> = (String, Option<&'h Exchange>);

/// The request that published the number left before any reply could tell what it replaced.
fn unseen<'h>(
    case: &Case<'h>,
    sku: &PolishSku,
    theirs: &Shown<'_>,
    ours: &Shown<'_>,
) -> Option<Complaint<'h>> {
    let path = format!("/products/{sku}/availability");
    let exchanges = &case.history.exchanges;
    let publishes = |exchange: &&Exchange| exchange.path == path && exchange.method == "PUT";
    let sent = exchanges
        .iter()
        .take_while(|exchange| exchange.sent_at <= ours.at)
        .filter(publishes)
        .last()
        .filter(|sent| sent.status == Some(200) && ours.at <= sent.ended_at)?;
    let read = reading(case, sku, theirs.at).any(|reply| reply.ended_at <= sent.sent_at);
    let expected = || {
        format!(
            "the {} of {} read before it is overwritten",
            theirs.value,
            telling::time(theirs.at)
        )
    };
    (!read).then(|| (expected(), Some(sent)))
}

/// The shop took goods off the number for an order that it confirmed by itself. Until that order can
/// have arrived, they are not counted again, whatever else happened.
///
/// Relaxed once a reservation was refused: what is short is not held back for a backorder. Relaxed
/// when what was said of it was set aside. Counterexample: the level with the reservation in it comes
/// under a sequence that was used before, and only the next reading will tell. Relaxed for
/// a number that is not below the middleware's own. Counterexample: the shop takes two for an order,
/// gives two back for another that is cancelled, and nobody can see that it did. Relaxed for several
/// orders at once: the first to arrive is taken for what is behind them all.
fn raised_too_soon<'h>(
    case: &Case<'h>,
    sku: &PolishSku,
    numbers: &ListingNumbers<'_>,
    (known, theirs, ours): (Option<&Shown<'_>>, &Shown<'_>, &Shown<'_>),
) -> Option<Complaint<'h>> {
    let is_lower = theirs.value < known?.value && theirs.value < ours.value;
    let is_raised = is_taken(theirs) && is_lower;
    if !is_raised || case.is_disturbed(theirs.at, ours.at) || refused(case, theirs.at, ours.at) {
        return None;
    }
    if case.had_poison(sku, numbers.listing, (theirs.at, ours.at)) {
        return None;
    }
    let heard = reading(case, sku, theirs.at).map(|reply| reply.ended_at);
    let until = case.later(heard.min()?, case.history.limits.cause);
    let is_early = ours.at < until && ours.value > numbers.most_left(theirs.at, ours.at);
    is_early.then(|| {
        let expected = format!(
            "no more than what is free without the order behind the {} of {}",
            theirs.value,
            telling::time(theirs.at)
        );
        (expected, None)
    })
}

fn is_taken(shown: &Shown<'_>) -> bool {
    match shown.step {
        Step::Polish(fact) => {
            fact.actor == Actor::Storefront && matches!(fact.what, PolishFact::Available { .. })
        }
        Step::Jerky(_) => false,
    }
}

fn refused(case: &Case<'_>, from: Timestamp, to: Timestamp) -> bool {
    let mut replies = case.history.exchanges.iter();
    replies.any(|reply| {
        reply.path == "/v1/reservations"
            && reply.status == Some(409)
            && (from..=to).contains(&reply.ended_at)
    })
}

/// Replies that can tell of a product as it was at `since` or later.
fn reading<'h>(
    case: &Case<'h>,
    sku: &PolishSku,
    since: Timestamp,
) -> impl Iterator<Item = &'h Exchange> {
    let one = format!("/products/{sku}");
    let own = format!("{one}/availability");
    let exchanges = case.history.exchanges.iter();
    exchanges.filter(move |reply| {
        let of_it = [&*one, &*own, "/products", "/availability/bulk"];
        reply.vendor == Vendor::Polish
            && reply.status.is_some()
            && reply.ended_at >= since
            && of_it.contains(&reply.path.as_str())
    })
}

fn violation(
    sku: &PolishSku,
    expected: String,
    theirs: &Shown<'_>,
    ours: &Shown<'_>,
    sent: Option<&Exchange>,
) -> Violation {
    let mut history: Vec<String> = [theirs, ours].map(|shown| telling::line(shown.step)).into();
    history.extend(sent.map(telling::exchange));
    Violation {
        subject: sku.to_string(),
        at: ours.at,
        expected,
        found: format!("{} published", ours.value),
        history,
    }
}

#[cfg(test)]
mod tests {
    use crate::oracle::{
        history::{Actor, Exchange, PolishFact, Vendor},
        testing::{World, assert_holds, assert_violated},
    };

    /// The middleware sends a request to the shop and has its reply.
    fn asks(world: &mut World, method: &str, path: &str) {
        let exchange: &mut Exchange = world.exchange(method, path, 200);
        exchange.vendor = Vendor::Polish;
    }

    /// The shop sells five of AUTO by itself.
    fn sold_unasked() -> World {
        let mut world = World::quiet_day();
        world.place_as("ORD-9", "AUTO", 5, true);
        world.actor = Actor::Storefront;
        world.polish(PolishFact::Available {
            sku: "AUTO".into(),
            available: 45,
            version: 9,
        });
        world.actor = Actor::Middleware;
        world
    }

    /// Publishes within the exchange that does it.
    fn put(world: &mut World, available: i64) {
        asks(world, "PUT", "/products/AUTO/availability");
        world.now = world.history.exchanges.last().unwrap().ended_at;
        world.publish("AUTO", available);
    }

    #[test]
    fn a_number_that_was_read_may_be_overwritten() {
        let mut world = sold_unasked();
        asks(&mut world, "GET", "/products/AUTO");
        put(&mut world, 44);
        assert_holds("newer_wins", &world.end());
    }

    #[test]
    fn a_number_that_was_never_read_may_not() {
        let mut world = sold_unasked();
        put(&mut world, 44);
        let broken = assert_violated("newer_wins", &world.end(), "AUTO");
        assert!(broken.expected.starts_with("the 45"), "{broken}");
    }

    #[test]
    fn what_the_shop_took_is_not_shown_again_at_once() {
        let mut world = sold_unasked();
        asks(&mut world, "GET", "/products/AUTO");
        put(&mut world, 50);
        let broken = assert_violated("newer_wins", &world.end(), "AUTO");
        assert!(broken.expected.starts_with("no more"), "{broken}");
    }

    #[test]
    fn what_the_shop_took_for_an_order_that_never_arrived_is_shown_again_later() {
        let mut world = sold_unasked();
        asks(&mut world, "GET", "/products/AUTO");
        world.pass(3);
        put(&mut world, 50);
        assert_holds("newer_wins", &world.end());
    }

    #[test]
    fn goods_that_came_in_meanwhile_may_be_shown() {
        let mut world = sold_unasked();
        asks(&mut world, "GET", "/products/AUTO");
        world.receive("J3", "E", 100, None);
        put(&mut world, 55);
        assert_holds("newer_wins", &world.end());
    }
}
