//! Every published number beside the truth it should have shown, as step functions of time.
//!
//! A listing's truth has one step function for each component, because the middleware samples each
//! item at an instant of its own: a number is justified when each component had, somewhere in the
//! window, a value that together gives it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use super::{
    formula,
    history::{
        Actor, Component, Criticality, History, JerkyFact, Listing, Mirror, Policy, PolishFact,
        ShopAccount,
    },
    names::{JerkySku, PolishSku},
    steps::Steps,
    stock::Stock,
    timeline::Step,
};

/// All published numbers of a run.
pub(super) struct Numbers<'h> {
    /// By listing.
    pub(super) listings: BTreeMap<&'h PolishSku, ListingNumbers<'h>>,
    /// By mirror.
    pub(super) mirrors: BTreeMap<&'h JerkySku, MirrorNumbers<'h>>,
}

/// A listing's truth and what the shop showed.
pub(super) struct ListingNumbers<'h> {
    /// What it is made of.
    pub(super) listing: &'h Listing,
    /// For each component, the sell units it allows.
    pub(super) parts: Vec<Steps>,
    /// Sell units sold by automatic orders that have no reservation yet.
    pub(super) owed: Steps,
    /// What the shop showed.
    pub(super) shown: Vec<Shown<'h>>,
}

/// A mirror's truth and what the jerky system showed.
pub(super) struct MirrorNumbers<'h> {
    /// What it mirrors.
    pub(super) mirror: &'h Mirror,
    /// Base units that should be shown.
    pub(super) truth: Steps,
    /// What was shown.
    pub(super) shown: Vec<Shown<'h>>,
}

/// A number that was shown from a moment on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'h> {
    /// From here on.
    pub(super) at: Timestamp,
    /// The number.
    pub(super) value: i64,
    /// Who set it.
    pub(super) actor: Actor,
    /// The source sequence of a mirror, the version of a product.
    pub(super) sequence: u64,
    /// The fact, for evidence.
    pub(super) step: Step<'h>,
}

impl<'h> ListingNumbers<'h> {
    /// The formula over the truth at one moment.
    pub(super) fn truth(&self, at: Timestamp) -> i64 {
        let allowed = self.parts.iter().map(|part| part.at(at)).min();
        self.rounded(allowed.unwrap_or(0))
    }

    /// Whether `value` is the formula over component states somewhere in `from..=to`.
    ///
    /// An eventual listing may also show less, by what automatic orders took and no reservation
    /// holds yet: publishing the bare formula there would sell the same goods again.
    pub(super) fn is_justified(&self, value: i64, from: Timestamp, to: Timestamp) -> bool {
        let roof = self.parts.iter().map(|part| part.max(from, to)).min();
        let roof = roof.unwrap_or(0);
        let owed = self.owed.max(from, to);
        self.parts.iter().any(|part| {
            part.within(from, to)
                .filter(|allowed| *allowed <= roof)
                .any(|allowed| {
                    let value_of = |owed| self.rounded(allowed - owed);
                    value_of(0) == value
                        || (owed > 0 && (value_of(owed)..=value_of(0)).contains(&value))
                })
        })
    }

    /// Values of the formula in the window, for evidence.
    pub(super) fn truths(&self, from: Timestamp, to: Timestamp) -> Vec<i64> {
        let mut truths: Vec<i64> = std::iter::once(from)
            .chain(self.moments(from, to))
            .map(|at| self.truth(at))
            .collect();
        truths.dedup();
        truths
    }

    /// When the truth may have changed.
    pub(super) fn moments(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Iterator<Item = Timestamp> {
        let mut moments: Vec<Timestamp> = self
            .parts
            .iter()
            .chain(std::iter::once(&self.owed))
            .flat_map(|part| part.moments(from, to))
            .collect();
        moments.sort_unstable();
        moments.dedup();
        moments.into_iter()
    }

    /// The numbers that the middleware set.
    pub(super) fn published(&self) -> impl Iterator<Item = &Shown<'h>> {
        let ours = |shown: &&Shown<'h>| shown.actor == Actor::Middleware;
        self.shown.iter().filter(ours)
    }

    /// What the shop showed at one moment.
    pub(super) fn shown_at(&self, at: Timestamp) -> Option<Shown<'_>> {
        last_before(&self.shown, at)
    }

    /// Whether shown and true agree at one moment. A number that the shop counted itself stands
    /// while a person reviews it.
    pub(super) fn agrees(&self, at: Timestamp) -> bool {
        self.shown_at(at).is_some_and(|shown| {
            shown.is_under_review(self.listing) || self.is_justified(shown.value, at, at)
        })
    }

    /// The first moment in the window at which the formula gave `value`.
    pub(super) fn first(&self, value: i64, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
        std::iter::once(from)
            .chain(self.moments(from, to))
            .find(|at| self.is_justified(value, *at, *at))
    }

    fn rounded(&self, units: i64) -> i64 {
        formula::shown(units, self.listing.moq, self.listing.multiple)
    }
}

impl MirrorNumbers<'_> {
    /// Whether shown and true agree at one moment. A mirror nobody ever set shows nothing.
    pub(super) fn agrees(&self, at: Timestamp) -> bool {
        let shown = last_before(&self.shown, at).map_or(0, |shown| shown.value);
        shown == self.truth.at(at)
    }

    /// What was shown at one moment.
    pub(super) fn shown_at(&self, at: Timestamp) -> Option<Shown<'_>> {
        last_before(&self.shown, at)
    }
}

fn last_before<'s, 'h>(shown: &'s [Shown<'h>], at: Timestamp) -> Option<Shown<'s>>
where
    'h: 's,
{
    let after = shown.partition_point(|shown| shown.at <= at);
    after
        .checked_sub(1)
        .and_then(|last| shown.get(last))
        .copied()
}

/// Replays both ledgers once.
pub(super) fn replayed<'h>(history: &'h History, timeline: &[Step<'h>]) -> Numbers<'h> {
    let mut replay = Replay::new(history);
    for step in timeline {
        replay.let_midnights_pass(step.at());
        match step {
            Step::Jerky(fact) => replay.jerky(fact.at, &fact.what, *step),
            Step::Polish(fact) => replay.polish(fact.at, &fact.what, *step),
        }
    }
    replay.let_midnights_pass(history.phases.ended);
    replay.numbers
}

struct Replay<'h> {
    numbers: Numbers<'h>,
    stock: Stock<'h>,
    shelves: BTreeMap<&'h PolishSku, [i64; 6]>,
    /// Who depends on an item, an own product or a mirror's source.
    on_item: BTreeMap<&'h JerkySku, Vec<(&'h PolishSku, usize)>>,
    on_product: BTreeMap<&'h PolishSku, Vec<(&'h PolishSku, usize)>>,
    mirrored: BTreeMap<&'h PolishSku, Vec<&'h JerkySku>>,
    /// Automatic orders without a reservation, with what they took.
    owing: BTreeMap<&'h str, Vec<(&'h PolishSku, i64)>>,
    /// The next midnight of each zone.
    midnights: BTreeMap<&'h str, (TimeZone, Timestamp)>,
}

impl<'h> Replay<'h> {
    fn new(history: &'h History) -> Self {
        let mapping = &history.mapping;
        let mut on_item: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut on_product: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (sku, listing) in &mapping.listings {
            for (place, part) in listing.components.iter().enumerate() {
                match part {
                    Component::Jerky { sku: item, .. } => {
                        on_item.entry(item).or_default().push((sku, place));
                    }
                    Component::Own { sku: own, .. } => {
                        on_product.entry(own).or_default().push((sku, place));
                    }
                }
            }
        }
        let mut mirrored: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (sku, mirror) in &mapping.mirrors {
            mirrored.entry(&mirror.source).or_default().push(sku);
        }
        Self {
            numbers: Numbers::empty(history),
            stock: Stock::default(),
            shelves: BTreeMap::new(),
            on_item,
            on_product,
            mirrored,
            owing: BTreeMap::new(),
            midnights: BTreeMap::new(),
        }
    }

    fn jerky(&mut self, at: Timestamp, fact: &'h JerkyFact, step: Step<'h>) {
        self.stock.apply(at, fact);
        match fact {
            JerkyFact::Item { sku, zone, .. } => {
                let midnight = self.stock.item(sku).map(|item| {
                    let next = next_midnight(at, &item.zone);
                    (item.zone.clone(), next)
                });
                if let Some(midnight) = midnight {
                    self.midnights.entry(zone).or_insert(midnight);
                }
                self.item_changed(at, sku);
            }
            JerkyFact::Lot { sku, .. } | JerkyFact::Moved { sku, .. } => {
                self.item_changed(at, sku);
            }
            JerkyFact::Opened { reference, .. } => self.no_longer_owing(at, reference),
            JerkyFact::Mirrored {
                sku,
                quantity,
                source_sequence,
            } => {
                if let Some(mirror) = self.numbers.mirrors.get_mut(sku) {
                    mirror
                        .shown
                        .push(Shown::new(*quantity, *source_sequence, step));
                }
            }
            _ => {}
        }
    }

    fn polish(&mut self, at: Timestamp, fact: &'h PolishFact, step: Step<'h>) {
        match fact {
            PolishFact::Product { sku, available, .. } => self.show(sku, *available, 0, step),
            PolishFact::Available {
                sku,
                available,
                version,
            } => self.show(sku, *available, *version, step),
            PolishFact::Counted { sku, counted, .. } => self.show(sku, *counted, 0, step),
            PolishFact::OwnMoved {
                sku,
                from,
                to,
                quantity,
            } => {
                let shelf = self.shelves.entry(sku).or_default();
                shelf[*from as usize] -= quantity;
                shelf[*to as usize] += quantity;
                self.product_changed(at, sku);
            }
            PolishFact::Placed {
                order,
                lines,
                automatic: true,
                ..
            } => {
                let took: Vec<_> = lines
                    .iter()
                    .map(|line| (&line.sku, line.quantity))
                    .collect();
                self.owe(at, &took, 1);
                self.owing.insert(order.as_str(), took);
            }
            PolishFact::Rejected { order }
            | PolishFact::Cancelled { order, .. }
            | PolishFact::HoldExpired { order } => self.no_longer_owing(at, order.as_str()),
            _ => {}
        }
    }

    fn show(&mut self, sku: &PolishSku, value: i64, version: u64, step: Step<'h>) {
        if let Some(listing) = self.numbers.listings.get_mut(sku) {
            listing.shown.push(Shown::new(value, version, step));
        }
    }

    fn owe(&mut self, at: Timestamp, took: &[(&'h PolishSku, i64)], sign: i64) {
        for (sku, quantity) in took {
            if let Some(listing) = self.numbers.listings.get_mut(*sku)
                && listing.listing.criticality == Criticality::Eventual
            {
                let owed = listing.owed.last() + sign * quantity;
                listing.owed.push(at, owed);
            }
        }
    }

    fn no_longer_owing(&mut self, at: Timestamp, order: &str) {
        if let Some(took) = self.owing.remove(order) {
            self.owe(at, &took, -1);
        }
    }

    fn item_changed(&mut self, at: Timestamp, sku: &JerkySku) {
        let (Some(item), Some(places)) = (self.stock.item(sku), self.on_item.get(sku)) else {
            return;
        };
        for (listing, place) in places {
            let Some(numbers) = self.numbers.listings.get_mut(*listing) else {
                continue;
            };
            let Some(Component::Jerky { need, safety, .. }) =
                numbers.listing.components.get(*place)
            else {
                continue;
            };
            let free = item.eligible(at, numbers.listing.min_days);
            let allowed = formula::units(free, item.safety + safety, *need);
            if let Some(part) = numbers.parts.get_mut(*place) {
                part.push(at, allowed);
            }
        }
    }

    fn product_changed(&mut self, at: Timestamp, sku: &PolishSku) {
        let shelf = self.shelves.get(sku).copied().unwrap_or_default();
        let free = shelf[ShopAccount::Free as usize];
        let available = free + shelf[ShopAccount::Held as usize];
        for (listing, place) in self.on_product.get(sku).into_iter().flatten() {
            let Some(numbers) = self.numbers.listings.get_mut(*listing) else {
                continue;
            };
            if let Some(Component::Own { need, safety, .. }) =
                numbers.listing.components.get(*place)
                && let Some(part) = numbers.parts.get_mut(*place)
            {
                part.push(at, formula::units(available, *safety, *need));
            }
        }
        for mirror in self.mirrored.get(sku).into_iter().flatten() {
            if let Some(numbers) = self.numbers.mirrors.get_mut(*mirror) {
                numbers.truth.push(at, free.max(0) * numbers.mirror.factor);
            }
        }
    }

    /// Lots expire at the warehouse's midnight, without any fact.
    fn let_midnights_pass(&mut self, until: Timestamp) {
        let due: Vec<(TimeZone, Timestamp)> = self
            .midnights
            .values()
            .filter(|(_, next)| *next <= until)
            .cloned()
            .collect();
        for (zone, mut at) in due {
            while at <= until {
                self.day_breaks(at, &zone);
                at = next_midnight(at, &zone);
            }
        }
        for (zone, next) in self.midnights.values_mut() {
            while *next <= until {
                *next = next_midnight(*next, zone);
            }
        }
    }

    fn day_breaks(&mut self, at: Timestamp, zone: &TimeZone) {
        let items: Vec<&JerkySku> = self
            .stock
            .items()
            .filter(|(_, item)| item.zone == *zone)
            .map(|(sku, _)| sku)
            .collect();
        items.into_iter().for_each(|sku| self.item_changed(at, sku));
    }
}

impl<'h> Numbers<'h> {
    fn empty(history: &'h History) -> Self {
        let mapping = &history.mapping;
        let listings = mapping.listings.iter().map(|(sku, listing)| {
            let numbers = ListingNumbers {
                listing,
                parts: vec![Steps::default(); listing.components.len()],
                owed: Steps::default(),
                shown: Vec::new(),
            };
            (sku, numbers)
        });
        let mirrors = mapping.mirrors.iter().map(|(sku, mirror)| {
            let numbers = MirrorNumbers {
                mirror,
                truth: Steps::default(),
                shown: Vec::new(),
            };
            (sku, numbers)
        });
        Self {
            listings: listings.collect(),
            mirrors: mirrors.collect(),
        }
    }
}

impl<'h> Shown<'h> {
    fn is_under_review(&self, listing: &Listing) -> bool {
        let counted = match self.step {
            Step::Polish(fact) => matches!(fact.what, PolishFact::Counted { .. }),
            Step::Jerky(_) => false,
        };
        counted && listing.policy == Policy::Review
    }

    fn new(value: i64, sequence: u64, step: Step<'h>) -> Self {
        Self {
            sequence,
            at: step.at(),
            value,
            actor: step.actor(),
            step,
        }
    }
}

fn next_midnight(at: Timestamp, zone: &TimeZone) -> Timestamp {
    let tomorrow: Option<Date> = formula::day(at, zone).tomorrow().ok();
    tomorrow
        .and_then(|day| day.to_zoned(zone.clone()).ok())
        .map_or(Timestamp::MAX, |midnight| midnight.timestamp())
        // A zone whose midnight does not move on would never end.
        .max(
            at.saturating_add(SignedDuration::from_secs(1))
                .unwrap_or(Timestamp::MAX),
        )
}
