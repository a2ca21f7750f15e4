//! The shop: one state struct behind one entry point, [`Shop::handle`].
//!
//! Pure: the time is passed in, nothing is awaited, and a refused command changes nothing. HTTP,
//! keys and webhooks are the shell's.

mod availability;
mod cancel;
mod confirm;
mod count;
mod flow;
mod hold;
mod kit;
mod lines;
mod opening;
mod order;
mod place;
mod ranked;
mod record;
mod returns;
mod shelf;
mod shipment;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::Deserialize;

pub use opening::OpeningProduct;

use self::{
    count::CountBook,
    hold::HoldBook,
    order::OrderBook,
    record::{Numbers, ShopRecord},
    shelf::{Row, Shelf, Shelves},
};
use crate::{
    actor::Actor,
    command::{Command, PageRequest},
    config::ShopConfig,
    event::{Event, Resource, Topic},
    id::{OrderId, Sku},
    model::{BulkOutcome, Count, Hold, Order, Page, Product, ShopTime},
    refusal::{ErrorCode, Refusal},
    truth::{Cause, Fact, Happening, Ledger},
};

/// Everything the shop knows.
#[derive(Debug, Deserialize)]
#[serde(from = "ShopRecord")]
pub struct Shop {
    config: ShopConfig,
    shelves: Shelves,
    orders: OrderBook,
    holds: HoldBook,
    counts: CountBook,
    numbers: Numbers,
    ledger: Ledger,
    /// On whose account the command in hand is recorded.
    cause: Cause,
    /// What the command in hand has to tell the world.
    events: Vec<Event>,
}

/// What one command came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The reply, or why not.
    pub result: Result<Reply, Refusal>,
    /// What changed, in order; also holds that ended before the command began.
    pub events: Vec<Event>,
}

/// What the shop answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A page of products.
    Products(Page<Product>),
    /// One product.
    Product(Box<Product>),
    /// A result per row.
    Bulk(BulkOutcome),
    /// A page of orders.
    Orders(Page<Order>),
    /// One order.
    Order(Box<Order>),
    /// An order after something with a reference was done to it.
    Done {
        /// The order.
        order: Box<Order>,
        /// Whether it had been done before, so that nothing happened now.
        repeated: bool,
    },
    /// A page of holds.
    Holds(Page<Hold>),
    /// A count.
    Counted {
        /// The count.
        count: Box<Count>,
        /// Whether it had been recorded before, so that nothing happened now.
        repeated: bool,
    },
    /// Counts, oldest first.
    Counts(Page<Count>),
}

impl Shop {
    /// A shop that opens with these products. Their first stock is recorded in the ground truth.
    pub fn open(config: ShopConfig, products: Vec<OpeningProduct>, now: Timestamp) -> Self {
        opening::open(config, products, whole_milliseconds(now))
    }

    /// Carries out one command on behalf of `actor`. Holds that ended by `now` end first. Whether
    /// the actor may do this is for the caller to ask ([`crate::Role::may`]).
    pub fn handle(&mut self, actor: &Actor, command: Command, now: Timestamp) -> Outcome {
        let now = whole_milliseconds(now);
        self.expire_holds(now);
        self.cause = Cause {
            actor: actor.principal.clone(),
            operation: Some(command.operation()),
            key: command.reference().cloned(),
        };
        let result = self.dispatch(command, now);
        self.settle(now);
        Outcome {
            result,
            events: std::mem::take(&mut self.events),
        }
    }

    /// Ends the holds that are due by `now` and returns what to tell the world.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Event> {
        self.expire_holds(whole_milliseconds(now));
        std::mem::take(&mut self.events)
    }

    /// When the next hold ends by itself.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.holds.next_due()
    }

    /// The shop's rules.
    pub fn config(&self) -> &ShopConfig {
        &self.config
    }

    /// What really happened, oldest first.
    pub fn facts(&self) -> &[Fact] {
        self.ledger.facts()
    }

    /// A product as it is now. Holds that are due but not yet ended still count.
    pub fn product(&self, sku: &str) -> Option<Product> {
        let shelf = self.shelves.get(self.shelves.find(sku)?)?;
        Some(self.shelves.show(shelf, &self.config.time_zone))
    }

    /// All products as they are now, in the order in which they came into the shop.
    pub fn products(&self) -> impl Iterator<Item = Product> {
        let rows = self.shelves.iter();
        rows.map(|(_, shelf)| self.shelves.show(shelf, &self.config.time_zone))
    }

    /// An order as it is now.
    pub fn order(&self, id: OrderId) -> Option<Order> {
        Some(self.orders.get(id)?.show(&self.config.time_zone))
    }

    /// All orders as they are now, oldest first.
    pub fn orders(&self) -> impl Iterator<Item = Order> {
        let orders = self.orders.all().iter();
        orders.map(|order| order.show(&self.config.time_zone))
    }

    fn dispatch(&mut self, command: Command, now: Timestamp) -> Result<Reply, Refusal> {
        match command {
            Command::ListProducts {
                updated_after,
                page,
            } => Ok(Reply::Products(self.shelves.page(
                updated_after,
                page.offset(),
                page.size,
                &self.config.time_zone,
            ))),
            Command::GetProduct(sku) => self.reply_product(&sku),
            Command::PutAvailability {
                sku,
                available,
                if_match,
            } => {
                self.put_availability(&sku, available, if_match, now)?;
                self.settle(now);
                self.reply_product(&sku)
            }
            Command::BulkAvailability(rows) => self.bulk_availability(&rows, now).map(Reply::Bulk),
            Command::CreateOrder(order) => {
                let (id, repeated) = self.place(order, now)?;
                self.reply_done(id, repeated, now)
            }
            Command::ListOrders {
                status,
                updated_after,
                page,
            } => Ok(Reply::Orders(self.orders.page(
                status,
                updated_after,
                page.offset(),
                page.size,
                &self.config.time_zone,
            ))),
            Command::GetOrder(id) => self.reply_order(id),
            Command::ConfirmOrder { id, if_match } => {
                self.confirm(id, if_match, now)?;
                self.reply_order(id)
            }
            Command::RejectOrder { id, if_match, body } => {
                self.reject(id, if_match, &body, now)?;
                self.reply_order(id)
            }
            Command::CancelOrder { id, if_match, body } => {
                self.cancel(id, if_match, &body, now)?;
                self.reply_order(id)
            }
            Command::ShipOrder { id, if_match, body } => {
                let repeated = self.ship(id, if_match, body, now)?;
                self.reply_done(id, repeated, now)
            }
            Command::ReturnOrder { id, if_match, body } => {
                let repeated = self.take_back(id, if_match, body, now)?;
                self.reply_done(id, repeated, now)
            }
            Command::ListHolds { sku, page } => Ok(Reply::Holds(self.list_holds(sku, page))),
            Command::CreateCount(count) => self.record_count(count, now),
            Command::ListCounts { after, limit } => {
                let zone = &self.config.time_zone;
                Ok(Reply::Counts(self.counts.after(after, limit, zone)))
            }
        }
    }

    fn reply_product(&self, sku: &Sku) -> Result<Reply, Refusal> {
        let product = self.product(sku.as_str()).ok_or_else(|| no_product(sku))?;
        Ok(Reply::Product(Box::new(product)))
    }

    fn reply_order(&self, id: OrderId) -> Result<Reply, Refusal> {
        let order = self.order(id).ok_or_else(|| no_order(id))?;
        Ok(Reply::Order(Box::new(order)))
    }

    fn reply_done(
        &mut self,
        id: OrderId,
        repeated: bool,
        now: Timestamp,
    ) -> Result<Reply, Refusal> {
        self.settle(now);
        let order = Box::new(self.order(id).ok_or_else(|| no_order(id))?);
        Ok(Reply::Done { order, repeated })
    }

    fn list_holds(&self, sku: Option<Sku>, page: PageRequest) -> Page<Hold> {
        let (offset, size) = (page.offset(), page.size);
        let (rows, total) = match sku.map(|sku| self.shelves.find(sku.as_str())) {
            None => self.holds.page(offset, size),
            Some(None) => (Vec::new(), 0),
            Some(Some(row)) => self.holds.page_of(row, offset, size),
        };
        let shown = rows.into_iter().filter_map(|held| {
            Some(Hold {
                order_id: held.order,
                sku: self.shelves.get(held.row)?.sku.clone(),
                quantity: held.quantity,
                expires_at: ShopTime::new(held.expires_at, &self.config.time_zone),
            })
        });
        Page {
            rows: shown.collect(),
            total,
        }
    }

    /// Gives the products that changed their new versions and tells the world of them.
    fn settle(&mut self, now: Timestamp) {
        for (sku, version) in self.shelves.settle(now) {
            self.tell(Topic::ProductUpdated, Resource::Product(sku), version, now);
        }
    }

    fn tell(&mut self, topic: Topic, resource: Resource, version: u64, at: Timestamp) {
        self.events.push(Event {
            topic,
            resource,
            version,
            at,
        });
    }

    fn record(&mut self, at: Timestamp, fact: Happening) {
        self.ledger.record(at, &self.cause, fact);
    }

    fn shelf(&self, sku: &Sku) -> Result<(Row, &Shelf), Refusal> {
        let row = self.shelves.find(sku.as_str());
        row.and_then(|row| Some((row, self.shelves.get(row)?)))
            .ok_or_else(|| no_product(sku))
    }
}

fn no_product(sku: &Sku) -> Refusal {
    Refusal::new(
        ErrorCode::NotFound,
        format!("the shop has no product {sku}"),
    )
}

fn no_order(id: OrderId) -> Refusal {
    Refusal::new(ErrorCode::NotFound, format!("the shop has no order {id}"))
}

/// The wire shows milliseconds; what it does not show, it must not compare by.
fn whole_milliseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}
