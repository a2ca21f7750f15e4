//! What a report shows beside a violation: the subjects, their stock over time, and how a published
//! number comes about. The oracle's own replay, handed out as plain values; nothing is judged here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};

use super::{
    Case, Invariant, Status, Verdict, Violation, formula,
    history::{
        Account, Actor, Component, Delivery, FeedEvent, History, LotStatus, PolishFact, Vendor,
    },
    names::{JerkySku, PolishSku},
    stock::Stock,
    telling,
};

/// A run laid open for somebody who wants to understand what broke in it.
pub struct Scene<'h> {
    case: Case<'h>,
}

/// One broken invariant, with the first thing that broke it.
#[derive(Clone, Debug)]
pub struct Breach {
    /// The invariant.
    pub invariant: &'static Invariant,
    /// What broke it, oldest first.
    pub violations: Vec<Violation>,
    /// How many there were in all.
    pub total: usize,
}

/// What a violation is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subjects {
    /// Items of the warehouse.
    pub items: BTreeSet<JerkySku>,
    /// Listings of the shop.
    pub listings: BTreeSet<PolishSku>,
    /// Orders.
    pub orders: BTreeSet<String>,
    /// Any other name that was found in its subject: a webhook message, a mirror.
    pub others: BTreeSet<String>,
}

/// What lay on one account of an item over time, in base units: a value and since when it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSteps {
    /// The account.
    pub account: Account,
    /// By time.
    pub steps: Vec<(Timestamp, i64)>,
}

/// A listing's number over time, in sell units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberSteps {
    /// What the shop showed.
    pub shown: Vec<(Timestamp, i64)>,
    /// What the formula gives over the vendors' truth.
    pub truth: Vec<(Timestamp, i64)>,
}

/// How the formula gives a listing's number at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reckoning {
    /// Its components.
    pub parts: Vec<PartReckoning>,
    /// Least quantity of an order line.
    pub moq: i64,
    /// Published numbers are multiples of this.
    pub multiple: i64,
    /// Days of shelf life that a lot must have left.
    pub min_days: i64,
    /// What should be shown.
    pub result: i64,
    /// What the shop showed, and who set it when.
    pub shown: Option<Published>,
}

/// A number that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The number.
    pub value: i64,
    /// Since when.
    pub at: Timestamp,
    /// Who set it.
    pub actor: Actor,
    /// The fact in words.
    pub told: String,
}

/// One component's share in a [`Reckoning`], in base units unless it says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartReckoning {
    /// The item, or the shop's own product.
    pub name: String,
    /// Its lots; empty for an own product.
    pub lots: Vec<LotReckoning>,
    /// Free stock that the listing may use.
    pub free: i64,
    /// Safety stock, the vendor's and the mapping's.
    pub withheld: i64,
    /// Base units in one sell unit.
    pub need: i64,
    /// Sell units that it allows.
    pub units: i64,
}

/// One lot of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotReckoning {
    /// The lot.
    pub lot: String,
    /// Its status.
    pub status: LotStatus,
    /// The last day it is usable.
    pub expires_on: Option<Date>,
    /// Free stock in it.
    pub free: i64,
    /// Whether the listing may use it on that day.
    pub eligible: bool,
}

/// What the middleware had been told of an item by a moment, and what there was to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The item.
    pub item: JerkySku,
    /// The last webhook about it that the middleware accepted: when, and with which sequence.
    pub told: Option<(Timestamp, u64)>,
    /// The last change of it in the vendor's feed: when, at which position, with which sequence.
    pub vendor: Option<(Timestamp, u64, u64)>,
}

impl<'h> Scene<'h> {
    /// Lays a run open.
    pub fn open(history: &'h History) -> Self {
        Self {
            case: Case::open(history),
        }
    }

    /// What is broken, the earliest first, of these invariants or of all when there are none.
    pub fn breaches(&self, only: &[String]) -> Vec<Breach> {
        let judged = super::INVARIANTS.iter();
        let judged = judged.map(|invariant| (invariant, invariant.judge(&self.case)));
        let wanted = judged.filter(|(_, verdict)| only.is_empty() || only.contains(&verdict.name));
        let mut breaches: Vec<Breach> = wanted.filter_map(breach).collect();
        breaches.sort_by_key(|breach| breach.violations.first().map(|violation| violation.at));
        breaches
    }

    /// What a violation is about, read off the names in its subject.
    pub fn subjects(&self, violation: &Violation) -> Subjects {
        let mut subjects = Subjects::default();
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        for word in violation.subject.split(|c| !is_part(c)) {
            self.name(word, &mut subjects);
        }
        subjects
    }

    fn name(&self, word: &str, subjects: &mut Subjects) {
        let mapping = &self.case.history.mapping;
        let order = self.case.trails.contains_key(word).then_some(word);
        let order = order.or_else(|| self.case.order_named_by(word));
        if let Some(order) = order {
            subjects.orders.insert(order.to_owned());
            subjects.listings.extend(self.listings_of(order));
        } else if let Some((sku, listing)) = mapping.listings.get_key_value(word) {
            subjects.listings.insert(sku.clone());
            let items = listing.jerky_needs().map(|(item, _)| item.clone());
            subjects.items.extend(items);
        } else if self.case.is_item(word) {
            subjects.items.insert(word.into());
        } else if word.contains(['_', '-']) {
            subjects.others.insert(word.to_owned());
        }
    }

    /// The listings that an order is for.
    fn listings_of(&self, order: &str) -> Vec<PolishSku> {
        let placed = self
            .case
            .history
            .polish
            .iter()
            .find_map(|fact| match &fact.what {
                PolishFact::Placed {
                    order: id, lines, ..
                } if id.as_str() == order => Some(lines),
                _ => None,
            });
        let lines = placed.into_iter().flatten();
        let listings = &self.case.history.mapping.listings;
        lines
            .filter(|line| listings.contains_key(&line.sku))
            .map(|line| line.sku.clone())
            .collect()
    }

    /// The items that these listings are made of.
    pub fn items_of<'l>(
        &self,
        listings: impl Iterator<Item = &'l PolishSku>,
    ) -> BTreeSet<JerkySku> {
        let mapping = &self.case.history.mapping;
        let known = listings.filter_map(|sku| mapping.listings.get(sku));
        known
            .flat_map(|listing| listing.jerky_needs().map(|(item, _)| item.clone()))
            .collect()
    }

    /// What lay on each account of the warehouse over time. Accounts that never held anything are
    /// left out.
    pub fn accounts(&self, item: &JerkySku) -> Vec<AccountSteps> {
        let mut stock = Stock::default();
        let mut accounts = Account::ON_HAND.map(|account| AccountSteps {
            account,
            steps: Vec::new(),
        });
        let facts = &self.case.history.jerky;
        for fact in facts.iter().filter(|fact| fact.what.item() == Some(item)) {
            stock.apply(fact.at, &fact.what);
            for series in &mut accounts {
                let value = stock.item(item).map_or(0, |item| item.on(series.account));
                push(&mut series.steps, fact.at, value);
            }
        }
        let moved = |series: &AccountSteps| series.steps.iter().any(|(_, value)| *value != 0);
        accounts.into_iter().filter(moved).collect()
    }

    /// A listing's number over time, shown and true.
    pub fn numbers(&self, listing: &PolishSku) -> NumberSteps {
        let mut steps = NumberSteps::default();
        let Some(numbers) = self.case.numbers.listings.get(listing) else {
            return steps;
        };
        for shown in &numbers.shown {
            push(&mut steps.shown, shown.at, shown.value);
        }
        let phases = &self.case.history.phases;
        for at in numbers.moments(phases.started, phases.ended) {
            push(&mut steps.truth, at, numbers.truth(at));
        }
        steps
    }

    /// How the formula gives a listing's number at `at`.
    pub fn reckoning(&self, listing: &PolishSku, at: Timestamp) -> Option<Reckoning> {
        let numbers = self.case.numbers.listings.get(listing)?;
        let stock = self.stock_at(at);
        let components = numbers.listing.components.iter().zip(&numbers.parts);
        let parts = components.map(|(component, part)| {
            let free = part.free.at(at);
            PartReckoning {
                name: match component {
                    Component::Jerky { sku, .. } => sku.to_string(),
                    Component::Own { sku, .. } => sku.to_string(),
                },
                lots: lots(&stock, component, numbers.listing.min_days, at),
                free,
                withheld: part.withheld,
                need: part.need,
                units: formula::units(free, part.withheld, part.need),
            }
        });
        Some(Reckoning {
            parts: parts.collect(),
            moq: numbers.listing.moq,
            multiple: numbers.listing.multiple,
            min_days: numbers.listing.min_days,
            result: numbers.truth(at),
            shown: numbers.shown_at(at).map(|shown| Published {
                value: shown.value,
                at: shown.at,
                actor: shown.actor,
                told: telling::line(shown.step),
            }),
        })
    }

    fn stock_at(&self, at: Timestamp) -> Stock<'h> {
        let mut stock = Stock::default();
        let facts = &self.case.history.jerky;
        for fact in facts.iter().filter(|fact| fact.at <= at) {
            stock.apply(fact.at, &fact.what);
        }
        stock
    }

    /// What the middleware had been told of an item by `at`.
    pub fn received(&self, item: &JerkySku, at: Timestamp) -> Received {
        let history = self.case.history;
        let is_about = |delivery: &&Delivery| {
            delivery.vendor == Vendor::Jerky
                && delivery.subject == item.as_str()
                && delivery.is_accepted()
                && !delivery.forged
                && delivery.arrived_at.is_some_and(|arrived| arrived <= at)
        };
        let told = history.deliveries.iter().filter(is_about);
        let told = told.max_by_key(|delivery| (delivery.sequence, delivery.arrived_at));
        let changed = |event: &&FeedEvent| event.sku == *item && event.at <= at;
        let changed = history.feed.iter().rfind(changed);
        Received {
            item: item.clone(),
            told: told.and_then(|delivery| Some((delivery.arrived_at?, delivery.sequence))),
            vendor: changed.map(|event| (event.at, event.position, event.sequence)),
        }
    }
}

fn breach((invariant, verdict): (&'static Invariant, Verdict)) -> Option<Breach> {
    match verdict.status {
        Status::Violated { evidence, total } => Some(Breach {
            invariant,
            violations: evidence,
            total,
        }),
        Status::Holds | Status::Unknown { .. } => None,
    }
}

fn lots(
    stock: &Stock<'_>,
    component: &Component,
    min_days: i64,
    at: Timestamp,
) -> Vec<LotReckoning> {
    let item = match component {
        Component::Jerky { sku, .. } => stock.item(sku),
        Component::Own { .. } => None,
    };
    let Some(item) = item else {
        return Vec::new();
    };
    let today = formula::day(at, &item.zone);
    let ranked: BTreeMap<_, _> = item
        .lots
        .iter()
        .map(|(lot, stock)| (formula::fefo_rank(stock.expires_on, lot), stock))
        .collect();
    let told = ranked.into_iter().map(|((_, lot), stock)| LotReckoning {
        lot: lot.to_string(),
        status: stock.status,
        expires_on: stock.expires_on,
        free: stock.free(),
        eligible: stock.is_eligible(today, min_days),
    });
    told.collect()
}

/// Notes a value unless it is the one that stands; of several at one moment the last counts.
fn push(steps: &mut Vec<(Timestamp, i64)>, at: Timestamp, value: i64) {
    if steps.last().is_some_and(|(last, _)| *last == at) {
        steps.pop();
    }
    if steps.last().map(|(_, last)| *last) != Some(value) {
        steps.push((at, value));
    }
}
