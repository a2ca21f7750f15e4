//! Replays both ledgers once and notes every number that the truth gives and the vendors show.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use super::{
    debts::Debt,
    formula,
    history::{Component, History, JerkyFact, Mapping, PolishFact, ShopAccount},
    names::{JerkySku, PolishSku},
    numbers::{Numbers, Shown},
    order::OrderState,
    stock::Stock,
    timeline::Step,
    trail::{self, References},
};

/// Replays both ledgers once.
pub(super) fn numbers<'h>(
    history: &'h History,
    timeline: &[Step<'h>],
    references: &References<'h>,
) -> Numbers<'h> {
    let mut replay = Replay::new(history, references);
    for step in timeline {
        replay.let_midnights_pass(step.at());
        match step {
            Step::Jerky(fact) => replay.jerky(fact.at, &fact.what, *step),
            Step::Polish(fact) => replay.polish(fact.at, &fact.what, *step),
        }
        replay.order(*step);
    }
    replay.let_midnights_pass(history.phases.ended);
    replay.numbers
}

struct Replay<'r, 'h> {
    numbers: Numbers<'h>,
    stock: Stock<'h>,
    shelves: BTreeMap<&'h PolishSku, [i64; 6]>,
    /// Who depends on an item, an own product or a mirror's source.
    on_item: BTreeMap<&'h JerkySku, Vec<(&'h PolishSku, usize)>>,
    on_product: BTreeMap<&'h PolishSku, Vec<(&'h PolishSku, usize)>>,
    mirrored: BTreeMap<&'h PolishSku, Vec<&'h JerkySku>>,
    orders: BTreeMap<&'h str, OrderState<'h>>,
    references: &'r References<'h>,
    /// What confirmed orders are owed, by item and order.
    owed: BTreeMap<&'h JerkySku, BTreeMap<&'h str, i64>>,
    /// What each of them wants in all, line by line.
    wanted: BTreeMap<(&'h JerkySku, &'h str), Vec<i64>>,
    is_skewed: bool,
    mapping: &'h Mapping,
    /// The next midnight of each zone.
    midnights: BTreeMap<&'h str, (TimeZone, Timestamp)>,
}

impl<'r, 'h> Replay<'r, 'h> {
    fn new(history: &'h History, references: &'r References<'h>) -> Self {
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
            orders: BTreeMap::new(),
            references,
            owed: BTreeMap::new(),
            wanted: BTreeMap::new(),
            is_skewed: history.limits.skew.is_positive(),
            mapping,
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
            _ => {}
        }
    }

    fn show(&mut self, sku: &PolishSku, value: i64, version: u64, step: Step<'h>) {
        if let Some(listing) = self.numbers.listings.get_mut(sku) {
            listing.shown.push(Shown::new(value, version, step));
        }
    }

    /// Confirming promises goods; until a reservation holds them they are owed.
    fn order(&mut self, step: Step<'h>) {
        let Some(id) = trail::order_of(step, self.references) else {
            return;
        };
        let order = self.orders.entry(id).or_default();
        order.apply(step);
        if !(order.automatic || order.confirmed.is_some()) {
            return;
        }
        let mut changed = Vec::new();
        for item in order.items(self.mapping) {
            let owed = order.uncovered(self.mapping, item);
            let wanted = order.wanted_by_line(self.mapping, item);
            let total = wanted.iter().sum();
            let of_item = self.owed.entry(item).or_default();
            let may_be_held_back = order.automatic || self.is_skewed;
            if may_be_held_back && self.wanted.get(&(item, id)) != Some(&wanted) {
                // What was reserved may be known later than what is wanted; by a clock that is off,
                // its reservation even stands before the order.
                self.wanted.insert((item, id), wanted.clone());
                of_item.insert(id, total);
                let (lines, all) = (wanted.clone(), of_item.values().sum());
                changed.push((item, Debt { lines, all }));
            }
            let known = if owed > 0 {
                of_item.insert(id, owed)
            } else {
                of_item.remove(id)
            };
            if known.unwrap_or(0) != owed {
                let lines = if owed == total { wanted } else { vec![owed] };
                let all = of_item.values().sum();
                changed.push((item, Debt { lines, all }));
            }
        }
        for (item, debt) in changed {
            self.owe(step.at(), item, id, &debt);
        }
    }

    fn owe(&mut self, at: Timestamp, item: &JerkySku, id: &'h str, debt: &Debt) {
        for (listing, place) in self.on_item.get(item).into_iter().flatten() {
            let numbers = self.numbers.listings.get_mut(*listing);
            if let Some(part) = numbers.and_then(|numbers| numbers.parts.get_mut(*place)) {
                part.owed.push(at, id, debt);
            }
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
            let free = item.eligible(at, numbers.listing.min_days);
            if let Some(Component::Jerky { need, safety, .. }) =
                numbers.listing.components.get(*place)
                && let Some(part) = numbers.parts.get_mut(*place)
            {
                (part.withheld, part.need) = (item.safety + safety, *need);
                part.free.push(at, free);
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
                (part.withheld, part.need) = (*safety, *need);
                part.free.push(at, available);
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
