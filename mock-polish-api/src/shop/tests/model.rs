//! The shop against a naive model that keeps orders only and works every number out anew.

use proptest::prelude::*;

use super::{
    fixture::*,
    steps::{Step, any_steps, play},
};
use crate::{Component, Confirmation, OpeningProduct, OrderStatus, ProductKind};

/// What the model knows of an order.
#[derive(Clone, Debug)]
struct Plain {
    status: OrderStatus,
    ready: bool,
    hold_ends: i64,
    lines: Vec<PlainLine>,
}

#[derive(Clone, Debug)]
struct PlainLine {
    sku: usize,
    open: i64,
    fulfilled: i64,
    returned: i64,
    /// How many publications the product had seen when this line took from its number.
    taken_at: Option<usize>,
}

struct Model {
    products: Vec<OpeningProduct>,
    on_hand: Vec<i64>,
    published: Vec<i64>,
    publications: Vec<usize>,
    orders: Vec<Plain>,
    /// Seconds since the day began.
    now: i64,
}

impl Model {
    fn new() -> Self {
        let products = catalogue();
        Self {
            on_hand: products.iter().map(|product| product.stock).collect(),
            published: products.iter().map(|product| product.stock).collect(),
            publications: vec![0; products.len()],
            products,
            orders: Vec::new(),
            now: 0,
        }
    }

    fn is_own(&self, sku: usize) -> bool {
        self.products[sku].kind == ProductKind::Own
    }

    fn own(&self) -> Vec<usize> {
        (0..self.products.len())
            .filter(|sku| self.is_own(*sku))
            .collect()
    }

    /// How many of own product `part` one of `sku` takes.
    fn needs(&self, sku: usize, part: usize) -> i64 {
        if sku == part {
            return 1;
        }
        let matching = |component: &&Component| component.sku == self.products[part].sku;
        let components = self.products[sku].components.iter();
        components
            .filter(matching)
            .map(|component| component.quantity)
            .sum()
    }

    fn open_in(&self, part: usize, pending: bool) -> i64 {
        let orders = self.orders.iter();
        let orders = orders.filter(|order| (order.status == OrderStatus::Pending) == pending);
        let lines = orders.flat_map(|order| &order.lines);
        if self.is_own(part) {
            lines
                .map(|line| line.open * self.needs(line.sku, part))
                .sum()
        } else {
            lines
                .filter(|line| line.sku == part)
                .map(|line| line.open)
                .sum()
        }
    }

    fn available(&self, sku: usize) -> i64 {
        if self.is_own(sku) {
            self.on_hand[sku] - self.open_in(sku, false)
        } else {
            self.published[sku]
        }
    }

    fn uncommitted(&self, sku: usize) -> i64 {
        self.available(sku) - self.open_in(sku, true)
    }

    fn sellable(&self, sku: usize) -> i64 {
        let mut least = self.uncommitted(sku);
        for part in self.own() {
            let need = self.needs(sku, part);
            if need > 0 {
                least = least.min(self.uncommitted(part).div_euclid(need));
            }
        }
        least.max(0)
    }

    /// Whether the step is accepted, and its effect.
    fn apply(&mut self, step: &Step) -> bool {
        self.now += if let Step::Wait(seconds) = step {
            *seconds
        } else {
            1
        };
        for order in &mut self.orders {
            if order.status == OrderStatus::Pending && order.hold_ends <= self.now {
                order.status = OrderStatus::Cancelled;
                order.lines.iter_mut().for_each(|line| line.open = 0);
            }
        }
        match step {
            Step::Wait(_) => true,
            Step::Place(lines) => self.place(lines),
            Step::Confirm(id) => self.with(*id, |order| {
                let first = order.status == OrderStatus::Pending;
                let fits = first || order.status == OrderStatus::Confirmed;
                if fits {
                    (order.status, order.ready) = (OrderStatus::Confirmed, true);
                }
                fits
            }),
            Step::Reject(id) => self.with(*id, |order| {
                let fits = order.status == OrderStatus::Pending;
                if fits {
                    order.status = OrderStatus::Rejected;
                    order.lines.iter_mut().for_each(|line| line.open = 0);
                }
                fits
            }),
            Step::Cancel(id, part) => self.cancel(*id, *part),
            Step::Ship(id, part) => self.ship(*id, *part),
            Step::Return(id, line, quantity, restock) => {
                self.take_back(*id, *line, *quantity, *restock)
            }
            Step::Publish(sku, number) => self.publish(*sku, *number),
            Step::Count(sku, number) => match self.products[*sku].kind {
                ProductKind::Own => {
                    self.on_hand[*sku] = *number;
                    true
                }
                ProductKind::Resale => self.publish(*sku, *number),
                ProductKind::Kit => false,
            },
        }
    }

    fn with(&mut self, id: u64, change: impl FnOnce(&mut Plain) -> bool) -> bool {
        self.orders.get_mut(id as usize - 1).is_some_and(change)
    }

    fn publish(&mut self, sku: usize, number: i64) -> bool {
        let mirrored = !self.is_own(sku);
        if mirrored {
            self.published[sku] = number;
            self.publications[sku] += 1;
        }
        mirrored
    }

    fn place(&mut self, lines: &[(usize, i64)]) -> bool {
        for (sku, quantity) in lines {
            let product = &self.products[*sku];
            if *quantity < product.moq || quantity % product.order_multiple != 0 {
                return false;
            }
        }
        for part in 0..self.products.len() {
            let need: i64 = lines
                .iter()
                .map(|(sku, quantity)| {
                    let each = if self.is_own(part) {
                        self.needs(*sku, part)
                    } else {
                        i64::from(*sku == part)
                    };
                    quantity * each
                })
                .sum();
            if need > 0 && need > self.uncommitted(part) {
                return false;
            }
        }
        let auto = lines
            .iter()
            .all(|(sku, _)| self.products[*sku].confirm == Confirmation::Auto);
        let line = |(sku, quantity): &(usize, i64)| PlainLine {
            sku: *sku,
            open: *quantity,
            fulfilled: 0,
            returned: 0,
            taken_at: auto.then(|| self.publications[*sku]),
        };
        let order = Plain {
            status: if auto {
                OrderStatus::Confirmed
            } else {
                OrderStatus::Pending
            },
            ready: false,
            hold_ends: self.now + 30 * 60,
            lines: lines.iter().map(line).collect(),
        };
        for (sku, quantity) in lines.iter().filter(|_| auto) {
            self.published[*sku] -= quantity;
        }
        self.orders.push(order);
        true
    }

    fn chosen(order: &Plain, part: Option<(u32, i64)>) -> Option<Vec<(usize, i64)>> {
        let Some((line, quantity)) = part else {
            return Some(
                order
                    .lines
                    .iter()
                    .map(|line| line.open)
                    .enumerate()
                    .collect(),
            );
        };
        let index = line as usize - 1;
        let fits = order
            .lines
            .get(index)
            .is_some_and(|line| quantity <= line.open);
        fits.then(|| vec![(index, quantity)])
    }

    fn cancel(&mut self, id: u64, part: Option<(u32, i64)>) -> bool {
        let Some(order) = self.orders.get_mut(id as usize - 1) else {
            return false;
        };
        let live = [
            OrderStatus::Pending,
            OrderStatus::Confirmed,
            OrderStatus::PartiallyFulfilled,
        ];
        let (true, Some(chosen)) = (live.contains(&order.status), Self::chosen(order, part)) else {
            return false;
        };
        let pending = order.status == OrderStatus::Pending;
        for (index, quantity) in chosen {
            let line = &mut order.lines[index];
            line.open -= quantity;
            if !pending && line.taken_at == Some(self.publications[line.sku]) {
                self.published[line.sku] += quantity;
            }
        }
        if !pending || order.lines.iter().all(|line| line.open == 0) {
            stand(order);
        }
        true
    }

    fn ship(&mut self, id: u64, part: Option<(u32, i64)>) -> bool {
        let Some(order) = self.orders.get(id as usize - 1) else {
            return false;
        };
        let fits =
            [OrderStatus::Confirmed, OrderStatus::PartiallyFulfilled].contains(&order.status);
        let (true, Some(chosen)) = (fits && order.ready, Self::chosen(order, part)) else {
            return false;
        };
        let leaving = |part: usize| -> i64 {
            let lines = chosen.iter();
            lines
                .map(|(line, n)| n * self.needs(order.lines[*line].sku, part))
                .sum()
        };
        let own = self.own();
        let leaving: Vec<_> = own.iter().map(|part| (*part, leaving(*part))).collect();
        if leaving.iter().any(|(part, n)| *n > self.on_hand[*part]) {
            return false;
        }
        for (part, n) in leaving {
            self.on_hand[part] -= n;
        }
        let order = &mut self.orders[id as usize - 1];
        for (line, n) in chosen {
            order.lines[line].open -= n;
            order.lines[line].fulfilled += n;
        }
        stand(order);
        true
    }

    fn take_back(&mut self, id: u64, line: u32, quantity: i64, restock: bool) -> bool {
        let Some(order) = self.orders.get_mut(id as usize - 1) else {
            return false;
        };
        let Some(found) = order.lines.get_mut(line as usize - 1) else {
            return false;
        };
        if quantity > found.fulfilled - found.returned {
            return false;
        }
        found.returned += quantity;
        let sku = found.sku;
        stand(order);
        for part in self.own() {
            if restock {
                self.on_hand[part] += quantity * self.needs(sku, part);
            }
        }
        true
    }
}

fn stand(order: &mut Plain) {
    let open: i64 = order.lines.iter().map(|line| line.open).sum();
    let fulfilled: i64 = order.lines.iter().map(|line| line.fulfilled).sum();
    let returned: i64 = order.lines.iter().map(|line| line.returned).sum();
    order.status = if open > 0 && fulfilled > 0 {
        OrderStatus::PartiallyFulfilled
    } else if open > 0 {
        OrderStatus::Confirmed
    } else if fulfilled == 0 {
        OrderStatus::Cancelled
    } else if returned == fulfilled {
        OrderStatus::Returned
    } else {
        OrderStatus::Fulfilled
    };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]
    #[test]
    fn the_shop_agrees_with_the_naive_model_after_every_step(steps in any_steps(60)) {
        let (mut day, mut model) = (Day::new(), Model::new());
        for (number, step) in steps.iter().enumerate() {
            let accepted = play(&mut day, step, number);
            prop_assert_eq!(accepted.is_ok(), model.apply(step), "{:?}: {:?}", step, accepted);
            for (sku, product) in day.shop.products().enumerate() {
                let seen = (product.available, product.held, product.sellable);
                let expected = (model.available(sku), model.open_in(sku, true), model.sellable(sku));
                prop_assert_eq!(seen, expected, "{} after {:?}", product.sku, step);
            }
            let seen: Vec<_> = day.shop.orders().map(|order| order.status).collect();
            let expected: Vec<_> = model.orders.iter().map(|order| order.status).collect();
            prop_assert_eq!(seen, expected, "after {:?}", step);
        }
    }
}
