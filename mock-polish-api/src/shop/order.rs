//! The orders: what is stored of each, the listing of them, and their arithmetic.
//!
//! Placing is in `place`, the steps of an order's life in `confirm`, `cancel`, `shipment` and
//! `returns`.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{ranked::Ranked, shelf::Row};
use crate::{
    command::{LineQuantity, ReturnedQuantity},
    id::{CancellationId, LineId, OrderId, ReturnId, ShipmentId, Sku},
    model::{
        Cancellation, CancelledLine, Customer, Order, OrderLine, OrderStatus, Page, Return,
        ReturnLine, Shipment, ShippedLine, ShopTime,
    },
};

/// What is stored of one order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PlacedOrder {
    pub(crate) id: OrderId,
    pub(crate) external_id: Option<Arc<str>>,
    pub(crate) status: OrderStatus,
    pub(crate) reason: Option<Arc<str>>,
    pub(crate) hold_expires_at: Option<Timestamp>,
    pub(crate) ready_to_ship: bool,
    pub(crate) customer: Customer,
    pub(crate) lines: Vec<PlacedLine>,
    pub(crate) shipments: Vec<MadeShipment>,
    pub(crate) returns: Vec<TakenReturn>,
    pub(crate) cancellations: Vec<MadeCancellation>,
    pub(crate) version: u64,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// One line of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PlacedLine {
    pub(crate) row: Row,
    pub(crate) sku: Sku,
    pub(crate) quantity: i64,
    pub(crate) fulfilled: i64,
    pub(crate) cancelled: i64,
    pub(crate) returned: i64,
    pub(crate) restocked: i64,
    pub(crate) reason: Option<Arc<str>>,
    /// The publication that the line took its quantity from, if its order confirmed itself.
    pub(crate) taken_from: Option<u64>,
}

/// Goods that left.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MadeShipment {
    pub(crate) id: ShipmentId,
    pub(crate) reference: Arc<str>,
    /// As it was asked for, to know a repetition by.
    pub(crate) request: Option<Vec<LineQuantity>>,
    pub(crate) at: Timestamp,
    pub(crate) lines: Vec<ShippedLine>,
}

/// Goods that came back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TakenReturn {
    pub(crate) id: ReturnId,
    pub(crate) reference: Arc<str>,
    /// As it was asked for, to know a repetition by.
    pub(crate) request: Vec<ReturnedQuantity>,
    pub(crate) at: Timestamp,
    pub(crate) lines: Vec<ReturnLine>,
}

/// What will not be shipped.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MadeCancellation {
    pub(crate) id: CancellationId,
    pub(crate) at: Timestamp,
    pub(crate) lines: Vec<CancelledLine>,
}

impl PlacedLine {
    /// What is still to be shipped or cancelled.
    pub(crate) fn open(&self) -> i64 {
        self.quantity - self.fulfilled - self.cancelled
    }
}

impl PlacedOrder {
    /// Lines with something open, and how much.
    pub(crate) fn open_lines(&self) -> Vec<(LineId, i64)> {
        let lines = self.lines.iter().enumerate();
        lines
            .filter(|(_, line)| line.open() > 0)
            .map(|(index, line)| (LineId::at(index), line.open()))
            .collect()
    }

    pub(crate) fn line(&self, id: LineId) -> Option<&PlacedLine> {
        self.lines.get(id.index())
    }

    pub(crate) fn line_mut(&mut self, id: LineId) -> Option<&mut PlacedLine> {
        self.lines.get_mut(id.index())
    }

    /// Where the order stands by what was shipped, cancelled and returned, once it is no longer
    /// pending.
    pub(crate) fn standing(&self) -> OrderStatus {
        let sum = |of: fn(&PlacedLine) -> i64| self.lines.iter().map(of).sum::<i64>();
        let (open, fulfilled) = (sum(PlacedLine::open), sum(|line| line.fulfilled));
        match (open, fulfilled) {
            (0, 0) => OrderStatus::Cancelled,
            (0, _) if sum(|line| line.returned) == fulfilled => OrderStatus::Returned,
            (0, _) => OrderStatus::Fulfilled,
            (_, 0) => OrderStatus::Confirmed,
            _ => OrderStatus::PartiallyFulfilled,
        }
    }

    /// The order as the wire shows it.
    pub(crate) fn show(&self, zone: &TimeZone) -> Order {
        let time = |at| ShopTime::new(at, zone);
        Order {
            id: self.id,
            external_id: self.external_id.clone(),
            status: self.status,
            reason: self.reason.clone(),
            hold_expires_at: self.hold_expires_at.map(time),
            ready_to_ship: self.ready_to_ship,
            customer: self.customer.clone(),
            lines: self.show_lines(),
            shipments: self.shipments.iter().map(|made| made.show(zone)).collect(),
            returns: self.returns.iter().map(|taken| taken.show(zone)).collect(),
            cancellations: self
                .cancellations
                .iter()
                .map(|made| made.show(zone))
                .collect(),
            version: self.version,
            created_at: time(self.created_at),
            updated_at: time(self.updated_at),
        }
    }

    fn show_lines(&self) -> Vec<OrderLine> {
        let lines = self.lines.iter().enumerate();
        let show = |(index, line): (usize, &PlacedLine)| OrderLine {
            line_id: LineId::at(index),
            sku: line.sku.clone(),
            quantity: line.quantity,
            fulfilled: line.fulfilled,
            cancelled: line.cancelled,
            returned: line.returned,
            restocked: line.restocked,
            reason: line.reason.clone(),
        };
        lines.map(show).collect()
    }
}

impl MadeShipment {
    fn show(&self, zone: &TimeZone) -> Shipment {
        Shipment {
            id: self.id,
            reference: Arc::clone(&self.reference),
            shipped_at: ShopTime::new(self.at, zone),
            lines: self.lines.clone(),
        }
    }
}

impl TakenReturn {
    fn show(&self, zone: &TimeZone) -> Return {
        Return {
            id: self.id,
            reference: Arc::clone(&self.reference),
            returned_at: ShopTime::new(self.at, zone),
            lines: self.lines.clone(),
        }
    }
}

impl MadeCancellation {
    fn show(&self, zone: &TimeZone) -> Cancellation {
        Cancellation {
            id: self.id,
            at: ShopTime::new(self.at, zone),
            lines: self.lines.clone(),
        }
    }
}

/// All orders, the n-th at index n - 1.
#[derive(Debug, Default)]
pub(crate) struct OrderBook {
    orders: Vec<PlacedOrder>,
    by_external_id: BTreeMap<Arc<str>, OrderId>,
    listing: Ranked<(Timestamp, OrderId)>,
    by_status: BTreeMap<OrderStatus, Ranked<(Timestamp, OrderId)>>,
}

impl OrderBook {
    pub(crate) fn with(orders: Vec<PlacedOrder>) -> Self {
        let mut book = Self::default();
        for order in orders {
            book.add(order);
        }
        book
    }

    pub(crate) fn all(&self) -> &[PlacedOrder] {
        &self.orders
    }

    pub(crate) fn next_id(&self) -> OrderId {
        OrderId::numbered(self.orders.len() as u64 + 1)
    }

    pub(crate) fn get(&self, id: OrderId) -> Option<&PlacedOrder> {
        self.orders.get(index(id)?)
    }

    pub(crate) fn find(&self, external_id: &str) -> Option<&PlacedOrder> {
        self.get(*self.by_external_id.get(external_id)?)
    }

    pub(crate) fn add(&mut self, order: PlacedOrder) {
        let key = (order.updated_at, order.id);
        self.listing.insert(key);
        self.by_status.entry(order.status).or_default().insert(key);
        if let Some(external_id) = &order.external_id {
            self.by_external_id
                .insert(Arc::clone(external_id), order.id);
        }
        self.orders.push(order);
    }

    /// Changes an order, gives it its next version and moves it to the end of the listings.
    /// Returns the new version.
    pub(crate) fn change(
        &mut self,
        id: OrderId,
        now: Timestamp,
        change: impl FnOnce(&mut PlacedOrder),
    ) -> Option<u64> {
        let order = self.orders.get_mut(index(id)?)?;
        let (old_key, old_status) = ((order.updated_at, id), order.status);
        change(order);
        order.version += 1;
        order.updated_at = now;
        self.listing.remove(&old_key);
        self.listing.insert((now, id));
        if let Some(listing) = self.by_status.get_mut(&old_status) {
            listing.remove(&old_key);
        }
        self.by_status
            .entry(order.status)
            .or_default()
            .insert((now, id));
        Some(order.version)
    }

    /// Orders in `status` that changed at `since` or later, from `offset` on.
    pub(crate) fn page(
        &self,
        status: Option<OrderStatus>,
        since: Option<Timestamp>,
        offset: usize,
        size: usize,
        zone: &TimeZone,
    ) -> Page<Order> {
        let listing = match status {
            None => Some(&self.listing),
            Some(status) => self.by_status.get(&status),
        };
        let Some(listing) = listing else {
            return Page {
                rows: Vec::new(),
                total: 0,
            };
        };
        let earliest = OrderId::numbered(0);
        let first = since.map_or(0, |since| listing.rank(&(since, earliest)));
        let keys = listing.from(first.saturating_add(offset)).take(size);
        let orders = keys.filter_map(|(_, id)| self.get(id));
        Page {
            rows: orders.map(|order| order.show(zone)).collect(),
            total: listing.len() - first,
        }
    }
}

fn index(id: OrderId) -> Option<usize> {
    usize::try_from(id.number().checked_sub(1)?).ok()
}
