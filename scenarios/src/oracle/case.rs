//! One run laid open for judgement: the history and what is derived from it once for all checks.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    History, LINES,
    calm::Calm,
    formula,
    history::{
        Account, Allocation, Criticality, Delivery, Exchange, JerkyFact, Limits, Listing, Vendor,
    },
    names::{JerkySku, Lot, PolishSku},
    numbers::{Numbers, Shown},
    order::OrderState,
    poison, replay,
    stock::Stock,
    telling,
    timeline::{self, Step},
    trail::{self, References, Trail},
};

/// The history and its indexes.
pub(super) struct Case<'h> {
    /// The facts.
    pub(super) history: &'h History,
    /// Both vendors' facts in one order.
    pub(super) timeline: Vec<Step<'h>>,
    /// The facts of each order.
    pub(super) trails: BTreeMap<&'h str, Trail<'h>>,
    /// Each order at the end.
    pub(super) orders: BTreeMap<&'h str, OrderState<'h>>,
    /// Published numbers beside the truth.
    pub(super) numbers: Numbers<'h>,
    references: References<'h>,
    blocked: BTreeSet<&'h JerkySku>,
    unsaleable: BTreeSet<(&'h JerkySku, &'h Lot)>,
    made_of: BTreeMap<&'h JerkySku, Vec<&'h PolishSku>>,
    /// When something about a subject was set aside with cause.
    pub(super) poisoned: BTreeMap<&'h str, Vec<Timestamp>>,
    /// What could still not be read at the end.
    pub(super) lasting: BTreeSet<&'h str>,
    /// The items of orders among that.
    pub(super) unread: BTreeSet<&'h JerkySku>,
    newest_fed: BTreeMap<&'h str, u64>,
    zones: BTreeMap<&'h JerkySku, TimeZone>,
}

impl<'h> Case<'h> {
    /// Indexes the history.
    pub(super) fn open(history: &'h History) -> Self {
        let timeline = timeline::merged(&history.jerky, &history.polish);
        let (trails, references) = trail::trails(&timeline);
        let orders = trails
            .iter()
            .map(|(id, trail)| (*id, trail.end()))
            .collect();
        let set_aside = poison::justly(history);
        let lasting = poison::lasting(history, &set_aside);
        Self {
            history,
            unread: poison::unread(&history.mapping, &lasting, &orders),
            lasting,
            orders,
            trails,
            numbers: replay::numbers(history, &timeline, &references),
            references,
            blocked: blocked(history),
            unsaleable: unsaleable(history),
            made_of: made_of(history),
            poisoned: poison::poisoned(&set_aside),
            newest_fed: newest_fed(history),
            zones: zones(history),
            timeline,
        }
    }

    /// The order that a fact is about.
    pub(super) fn order_of(&self, step: Step<'h>) -> Option<&'h str> {
        trail::order_of(step, &self.references)
    }

    /// The order for which a reservation of this id was made.
    pub(super) fn order_named_by(&self, reservation: &str) -> Option<&'h str> {
        let mut named = self.references.iter();
        named.find_map(|(id, order)| (id.as_str() == reservation).then_some(*order))
    }

    /// Whether the warehouse stocks an item of this name.
    pub(super) fn is_item(&self, name: &str) -> bool {
        let is_it = |step: &Step<'_>| match step {
            Step::Jerky(fact) => fact.what.item().is_some_and(|sku| sku.as_str() == name),
            Step::Polish(_) => false,
        };
        self.timeline.iter().any(is_it)
    }

    /// Whether at the end reserved goods of the item lie in a lot that may not leave.
    pub(super) fn has_blocked_lots(&self, item: &JerkySku) -> bool {
        self.blocked.contains(item)
    }

    /// Whether at the end any of these goods of the item belong to a lot that may not leave.
    pub(super) fn may_not_leave(&self, item: &JerkySku, from: &[Allocation]) -> bool {
        let mut lots = from.iter().map(|part| &part.lot);
        lots.any(|lot| self.unsaleable.contains(&(item, lot)))
    }

    /// Whether at the end any lot of the item may not leave.
    pub(super) fn has_unsaleable_lots(&self, item: &JerkySku) -> bool {
        self.unsaleable.iter().any(|(sku, _)| *sku == item)
    }

    /// `by` before `at`.
    pub(super) fn earlier(&self, at: Timestamp, by: SignedDuration) -> Timestamp {
        at.saturating_sub(by).unwrap_or(Timestamp::MIN)
    }

    /// `by` after `at`.
    pub(super) fn later(&self, at: Timestamp, by: SignedDuration) -> Timestamp {
        at.saturating_add(by).unwrap_or(Timestamp::MAX)
    }

    /// The oldest moment whose truth may justify what the middleware said at `at`.
    pub(super) fn oldest(&self, at: Timestamp) -> Timestamp {
        Calm(&self.history.disturbed).before(at, self.history.limits.staleness)
    }

    /// Whether anything stood between the middleware and the vendors in `from..=to`.
    pub(super) fn is_disturbed(&self, from: Timestamp, to: Timestamp) -> bool {
        let mut disturbed = self.history.disturbed.iter();
        disturbed.any(|(since, until)| *since <= to && from <= *until)
    }

    /// The last moment until which what became untrue at `since` may stand.
    pub(super) fn latest(&self, since: Timestamp) -> Timestamp {
        let limits = &self.history.limits;
        Calm(&self.history.disturbed).after(since, limits.standing + limits.skew)
    }

    /// The order once a clock that is off can no longer hide what happened before `at`; `None`
    /// when all clocks were right, and the facts' own order can be relied on.
    ///
    /// Every check that compares the two vendors' order of facts excuses what is right by then.
    /// Counterexample: the shop's clock is two minutes slow while it ships, right again when the
    /// commit follows, and nobody can tell any more which came first.
    pub(super) fn order_beyond_skew(&self, id: &str, at: Timestamp) -> Option<OrderState<'h>> {
        let skew = self.history.limits.skew;
        let trail = self.trails.get(id).filter(|_| skew.is_positive())?;
        Some(trail.until(self.later(at, skew)))
    }

    /// The listings with this item in them.
    pub(super) fn listings_with(&self, item: &JerkySku) -> Vec<&'h PolishSku> {
        self.made_of.get(item).cloned().unwrap_or_default()
    }

    /// Whether the shop confirms orders by itself for something that the listing is made of.
    pub(super) fn is_sold_unasked(&self, listing: &Listing) -> bool {
        let listings = &self.history.mapping.listings;
        let is_eventual = |sku: &PolishSku| {
            let listing = listings.get(sku);
            listing.is_some_and(|listing| listing.criticality == Criticality::Eventual)
        };
        listing
            .jerky_needs()
            .any(|(item, _)| self.listings_with(item).into_iter().any(is_eventual))
    }

    /// Whether the middleware has any business with the item.
    pub(super) fn is_mapped(&self, item: &JerkySku) -> bool {
        self.made_of.contains_key(item)
    }

    /// Whether a day began at the listing's warehouse so short a time ago that an older level may have
    /// been valued by the new day: a state that never was, and that the next poll puts right, once it
    /// gets through. A wrong clock lets the day begin sooner, or end later.
    pub(super) fn is_new_day(&self, listing: &Listing, at: Timestamp) -> bool {
        let Limits { notice, skew, .. } = self.history.limits;
        let before = Calm(&self.history.disturbed).before(at, notice.saturating_add(skew));
        let after = self.later(at, skew);
        let mut zones = listing
            .jerky_needs()
            .filter_map(|(item, _)| self.zones.get(item));
        zones.any(|zone| formula::day(before, zone) != formula::day(after, zone))
    }

    /// Whether the middleware died before the reply came.
    pub(super) fn was_missed(&self, reply: &Exchange) -> bool {
        let mut crashes = self.history.crashes.iter();
        crashes.any(|crash| !crash.spares(reply.sent_at, reply.ended_at))
    }

    /// Whether anything happened to the item after `since`.
    pub(super) fn moved_since(&self, item: &JerkySku, since: Timestamp) -> bool {
        let late = self.history.jerky.iter().rev();
        late.take_while(|fact| fact.at > since)
            .any(|fact| fact.what.item() == Some(item))
    }

    /// Whether the message says of its subject what its vendor can have said. Bad data may have
    /// changed it on its way: then what was applied cannot be held against it.
    pub(super) fn is_plausible(&self, delivery: &Delivery) -> bool {
        let subject = delivery.subject.as_str();
        match delivery.vendor {
            Vendor::Jerky if self.history.feed.is_empty() => true,
            Vendor::Jerky => {
                let newest = self.newest_fed.get(subject);
                newest.is_some_and(|newest| delivery.sequence <= *newest)
            }
            // Every change of an order is a fact, and so is every version.
            Vendor::Polish => self.trails.get(subject).is_none_or(|trail| {
                usize::try_from(delivery.sequence)
                    .is_ok_and(|version| version <= trail.steps.len() + 1)
            }),
        }
    }

    /// The facts about a listing's items up to a number, and that number, for evidence.
    pub(super) fn told_of_listing(&self, listing: &Listing, shown: Shown<'_>) -> Vec<String> {
        let items: Vec<&JerkySku> = listing.jerky_needs().map(|(item, _)| item).collect();
        let facts = self.history.jerky.iter().filter(|fact| fact.at <= shown.at);
        let about = facts.filter(|fact| items.iter().any(|item| fact.what.concerns(item)));
        let mut lines = telling::steps(about.map(Step::Jerky));
        let surplus = (lines.len() + 1).saturating_sub(LINES);
        lines.drain(..surplus);
        lines.push(telling::line(shown.step));
        lines
    }

    /// The facts about an item up to a moment, for evidence.
    pub(super) fn told_of_item(&self, item: &JerkySku, until: Timestamp) -> Vec<String> {
        let facts = self.history.jerky.iter().filter(|fact| fact.at <= until);
        let about = facts
            .filter(|fact| fact.what.concerns(item))
            .map(Step::Jerky);
        telling::steps(about)
    }

    /// The facts about an order up to a moment, for evidence.
    pub(super) fn told_of_order(&self, id: &str, until: Timestamp) -> Vec<String> {
        let steps = self.trails.get(id).map_or(&[][..], |trail| &trail.steps);
        telling::steps(steps.iter().copied().filter(|step| step.at() <= until))
    }
}

fn made_of(history: &History) -> BTreeMap<&JerkySku, Vec<&PolishSku>> {
    let mut made_of: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (sku, listing) in &history.mapping.listings {
        for (item, _) in listing.jerky_needs() {
            made_of.entry(item).or_default().push(sku);
        }
    }
    made_of
}

fn zones(history: &History) -> BTreeMap<&JerkySku, TimeZone> {
    let named = history.jerky.iter().filter_map(|fact| match &fact.what {
        JerkyFact::Item { sku, zone, .. } => Some((sku, TimeZone::get(zone).ok()?)),
        _ => None,
    });
    named.collect()
}

fn newest_fed(history: &History) -> BTreeMap<&str, u64> {
    let mut newest = BTreeMap::new();
    for event in &history.feed {
        newest.insert(event.sku.as_str(), event.sequence);
    }
    newest
}

fn blocked(history: &History) -> BTreeSet<&JerkySku> {
    let stock = Stock::at_end(&history.jerky);
    let is_blocked = |item: &super::stock::ItemStock<'_>| {
        let today = formula::day(history.phases.ended, &item.zone);
        item.lots
            .values()
            .any(|lot| lot.on(Account::Reserved) > 0 && !lot.is_eligible(today, 0))
    };
    stock
        .items()
        .filter(|(_, item)| is_blocked(item))
        .map(|(sku, _)| sku)
        .collect()
}

fn unsaleable(history: &History) -> BTreeSet<(&JerkySku, &Lot)> {
    let stock = Stock::at_end(&history.jerky);
    let mut lots = BTreeSet::new();
    for (sku, item) in stock.items() {
        let today = formula::day(history.phases.ended, &item.zone);
        let kept = item
            .lots
            .iter()
            .filter(|(_, lot)| !lot.is_eligible(today, 0));
        lots.extend(kept.map(|(lot, _)| (sku, *lot)));
    }
    lots
}
