//! Rates into steps. A step's time and content depend on the seed, its own name and the catalogue.

use jiff::ToSpan;
use seams::{Draw, Keyed};

use super::{
    catalogue::{Catalogue, Confirm, Direction, Item, Product, ProductKind},
    goods,
};
use crate::scenario::{
    CancelOrder, CountLot, CountProduct, DamageLot, OrderLine, PlaceOrder, RecallLot, ReceiveLot,
    ReturnGoods, Scenario, ShipOrder, Span, Step, Traffic, World,
};

const MINUTE: u64 = 60_000;
const REASONS: [&str; 4] = [
    "changed my mind",
    "ordered twice",
    "wrong flavour",
    "too late",
];
const FINDINGS: [&str; 3] = ["metal fragment", "undeclared allergen", "broken seal"];

/// All steps of a scenario's traffic, in no order.
pub(super) fn expand(scenario: &Scenario, catalogue: &Catalogue, keyed: &Keyed) -> Vec<Step> {
    let rates = scenario.rates();
    let people = People {
        world: &scenario.world,
        rates: &rates,
        catalogue,
        keyed,
    };
    let mut steps = Vec::new();
    for number in 0..people.number_of(rates.orders) {
        people.order(number, &mut steps);
    }
    let mut add = |rate, step: &dyn Fn(u64) -> Option<Step>| {
        steps.extend((0..people.number_of(rate)).filter_map(step));
    };
    add(rates.receipts, &|number| people.receipt(number));
    add(rates.counts, &|number| people.count(number));
    add(rates.damages, &|number| people.damage(number));
    add(rates.recalls, &|number| people.recall(number));
    add(rates.shop_counts, &|number| people.shop_count(number));
    steps
}

struct People<'a> {
    world: &'a World,
    rates: &'a Traffic,
    catalogue: &'a Catalogue,
    keyed: &'a Keyed,
}

impl People<'_> {
    fn number_of(&self, rate: f64) -> u64 {
        (rate * self.world.duration.as_hours()).round() as u64
    }

    /// An order and what becomes of it.
    fn order(&self, number: u64, steps: &mut Vec<Step>) {
        let name = format!("order-{number:05}");
        let at = self.sometime(&name);
        let lines = self.lines(&name);
        if lines.is_empty() {
            return;
        }
        steps.push(Step::Order(PlaceOrder {
            customer: goods::customer_name(self.keyed, &name),
            name: name.clone(),
            at: Span::from_millis(at),
            lines,
        }));
        let shipped_at = at + self.minutes("ship_after", &name, 4, 55);
        let shipped = self.chance("shipped", &name, self.rates.shipped);
        if shipped {
            self.ship(&name, shipped_at, steps);
        }
        if self.chance("cancelled", &name, self.rates.cancelled) {
            self.cancel(&name, at, shipped.then_some(shipped_at), steps);
        }
        if shipped && self.chance("returned", &name, self.rates.returned) {
            self.send_back(&name, shipped_at, steps);
        }
    }

    fn lines(&self, name: &str) -> Vec<OrderLine> {
        let products = self.wanted(name);
        let mut lines: Vec<OrderLine> = products
            .into_iter()
            .map(|product| OrderLine {
                sku: product.sku.clone(),
                quantity: self.quantity(name, product),
            })
            .collect();
        lines.sort_by(|a, b| a.sku.cmp(&b.sku));
        lines.dedup_by(|a, b| a.sku == b.sku);
        lines
    }

    /// What an order is about: mostly one or two products, sometimes three.
    fn wanted(&self, name: &str) -> Vec<&Product> {
        let (kits, plain): (Vec<&Product>, Vec<&Product>) = self
            .catalogue
            .products
            .iter()
            .partition(|product| matches!(product.kind, ProductKind::Kit { .. }));
        let count = [1, 1, 1, 2, 2, 3]
            .get(self.draw("lines", name).below(6) as usize)
            .copied()
            .unwrap_or(1);
        let hot = self.chance("hot", name, self.rates.hot);
        let reach = if hot { plain.len().min(3) } else { plain.len() };
        let shelf = plain.get(..reach).unwrap_or_default();
        let mut wanted: Vec<&Product> = (0..count)
            .filter_map(|line| self.keyed.draw("product", name, line).pick(shelf).copied())
            .collect();
        // An order is confirmed by the shop itself only if every line is, so the two do not mix.
        let auto = wanted.first().is_some_and(|p| p.confirm == Confirm::Auto);
        wanted.retain(|product| (product.confirm == Confirm::Auto) == auto);
        if !auto && self.chance("kits", name, self.rates.kits) {
            wanted.extend(self.draw("kit", name).pick(&kits).copied());
        }
        wanted
    }

    fn quantity(&self, name: &str, product: &Product) -> i64 {
        let subject = format!("{name}/{}", product.sku);
        let least = product.moq.max(product.order_multiple);
        let least = least.div_euclid(product.order_multiple)
            + i64::from(least.rem_euclid(product.order_multiple) != 0);
        let more = [0, 0, 0, 1, 1, 2, 4]
            .get(self.draw("quantity", &subject).below(7) as usize)
            .copied()
            .unwrap_or(0);
        let right = (least + more) * product.order_multiple;
        if self.chance("wrong_quantity", &subject, self.rates.wrong_quantity) {
            // One too few, or no multiple; nothing at all where any number would do.
            return right - 1;
        }
        right
    }

    fn ship(&self, order: &str, at: u64, steps: &mut Vec<Step>) {
        let split = self.chance("split", order, self.rates.split);
        steps.push(Step::Ship(ShipOrder {
            name: format!("ship-{order}"),
            at: Span::from_millis(at),
            order: order.to_owned(),
            half: split,
        }));
        if split {
            let later = at + self.minutes("rest_after", order, 5, 40);
            steps.push(Step::Ship(ShipOrder {
                name: format!("ship-rest-{order}"),
                at: Span::from_millis(later),
                order: order.to_owned(),
                half: false,
            }));
        }
    }

    fn cancel(&self, order: &str, placed: u64, shipped: Option<u64>, steps: &mut Vec<Step>) {
        let races = self.chance("racing", order, self.rates.racing);
        let at = match shipped {
            Some(shipped) if races => shipped + self.draw("photo_finish", order).below(40),
            _ => placed + self.hasten(self.draw("cancel_after", order).below(40 * MINUTE)),
        };
        steps.push(Step::Cancel(CancelOrder {
            name: format!("cancel-{order}"),
            at: Span::from_millis(at),
            order: order.to_owned(),
            half: self.chance("in_part", order, self.rates.cancelled_in_part),
            reason: self.words("cancel_reason", order, &REASONS),
        }));
    }

    fn send_back(&self, order: &str, shipped: u64, steps: &mut Vec<Step>) {
        let at = shipped + self.minutes("return_after", order, 65, 110);
        steps.push(Step::Return(ReturnGoods {
            name: format!("return-{order}"),
            at: Span::from_millis(at),
            order: order.to_owned(),
            one: self.chance("one", order, 0.5),
            restock: self.chance("restock", order, 0.6),
            reason: self.words("return_reason", order, &REASONS),
        }));
    }

    fn receipt(&self, number: u64) -> Option<Step> {
        let name = format!("receipt-{number:05}");
        let item = self.item(&name)?;
        let today = self.world.start.to_zoned(jiff::tz::TimeZone::UTC).date();
        let packets = 10 + self.draw("received", &name).below(60) as i64;
        let keeps = !self.chance("keeps", &name, 0.05);
        Some(Step::Receipt(ReceiveLot {
            at: Span::from_millis(self.sometime(&name)),
            sku: item.sku.clone(),
            lot: format!("R{number:05}"),
            quantity: packets * item.pack.quantity,
            produced_on: today.saturating_add((-(self.days("made", &name, 1, 20))).days()),
            expires_on: keeps
                .then(|| today.saturating_add(self.days("best", &name, 20, 300).days())),
            name,
        }))
    }

    fn count(&self, number: u64) -> Option<Step> {
        let name = format!("count-{number:05}");
        let item = self.item(&name)?;
        let lot = self.draw("lot", &name).pick(&item.lots)?;
        let packets = [0, 0, -1, -1, -2, 1, 2, -4]
            .get(self.draw("off_by", &name).below(8) as usize)
            .copied()
            .unwrap_or(0);
        Some(Step::Count(CountLot {
            at: Span::from_millis(self.sometime(&name)),
            sku: item.sku.clone(),
            lot: lot.lot.clone(),
            off_by: packets * item.pack.quantity,
            name,
        }))
    }

    fn damage(&self, number: u64) -> Option<Step> {
        let name = format!("damage-{number:05}");
        let item = self.item(&name)?;
        let lot = self.draw("lot", &name).pick(&item.lots)?;
        Some(Step::Damage(DamageLot {
            at: Span::from_millis(self.sometime(&name)),
            sku: item.sku.clone(),
            lot: lot.lot.clone(),
            quantity: item.pack.quantity * (1 + self.draw("damaged", &name).below(3) as i64),
            name,
        }))
    }

    fn recall(&self, number: u64) -> Option<Step> {
        let name = format!("recall-{number:05}");
        let item = self.item(&name)?;
        let lot = self.draw("lot", &name).pick(&item.lots)?;
        Some(Step::Recall(RecallLot {
            at: Span::from_millis(self.sometime(&name)),
            sku: item.sku.clone(),
            lot: lot.lot.clone(),
            reason: self.words("finding", &name, &FINDINGS),
            name,
        }))
    }

    fn shop_count(&self, number: u64) -> Option<Step> {
        let name = format!("shop-count-{number:05}");
        let counted: Vec<&Product> = self
            .catalogue
            .products
            .iter()
            .filter(|product| self.is_counted_by_shop(product))
            .collect();
        let product = self.draw("product", &name).pick(&counted)?;
        let off_by = [-2, -1, -1, 0, 1, 3]
            .get(self.draw("off_by", &name).below(6) as usize)
            .copied()
            .unwrap_or(0);
        Some(Step::ShopCount(CountProduct {
            at: Span::from_millis(self.sometime(&name)),
            sku: product.sku.clone(),
            off_by,
            name,
        }))
    }

    fn is_counted_by_shop(&self, product: &Product) -> bool {
        let both = |listing: &super::Listing| listing.direction == Direction::Both;
        matches!(product.kind, ProductKind::Own { .. })
            || self.catalogue.listing(&product.sku).is_some_and(both)
    }

    fn item(&self, name: &str) -> Option<&Item> {
        self.draw("item", name).pick(&self.catalogue.items)
    }

    fn sometime(&self, name: &str) -> u64 {
        self.draw("at", name).below(self.world.duration.as_millis())
    }

    fn minutes(&self, purpose: &str, name: &str, low: u64, high: u64) -> u64 {
        let usual = self
            .draw(purpose, name)
            .between(low * MINUTE, high * MINUTE);
        self.hasten(usual)
    }

    fn hasten(&self, usual: u64) -> u64 {
        (usual as f64 / self.rates.tempo).round() as u64
    }

    fn days(&self, purpose: &str, name: &str, low: u64, high: u64) -> i64 {
        self.draw(purpose, name).between(low, high) as i64
    }

    fn chance(&self, purpose: &str, name: &str, share: f64) -> bool {
        self.draw(purpose, name).chance(share)
    }

    fn words(&self, purpose: &str, name: &str, of: &[&str]) -> String {
        let words = self.draw(purpose, name).pick(of);
        words.copied().unwrap_or_default().to_owned()
    }

    fn draw(&self, purpose: &str, name: &str) -> Draw {
        self.keyed.draw(purpose, name, 0)
    }
}
