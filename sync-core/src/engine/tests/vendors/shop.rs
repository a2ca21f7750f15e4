//! The shop: products, orders, and the people who place, ship, cancel and return them.

use jiff::{SignedDuration, Timestamp};

use super::{Vendors, fault, line, order, polish};
use crate::{
    engine::Observation,
    outbox::{Outcome, Reply},
    quantity::Units,
    sku::{EventId, OrderId, PolishSku, ReturnRef, ShipmentRef},
    vendor::polish::view::{
        ConfirmMode, LineQuantity, OrderLineView, OrderStatus, OrderView, PolishEventView,
        PolishTopic, ProductView, ReturnLineView, ReturnView, ShipmentView,
    },
};

impl Vendors {
    pub(super) fn tell(&mut self, topic: PolishTopic, resource: &str, version: u64) {
        self.events += 1;
        self.said.push(Observation::PolishWebhook(PolishEventView {
            id: EventId::parse(&format!("whk_{}", self.events)).unwrap(),
            topic,
            resource_id: resource.into(),
            version,
            occurred_at: Timestamp::UNIX_EPOCH,
        }));
    }

    pub(in crate::engine::tests) fn change_product(
        &mut self,
        sku: &PolishSku,
        by: impl FnOnce(&mut ProductView),
    ) {
        let product = self.products.get_mut(sku).unwrap();
        by(product);
        product.version += 1;
        let version = product.version;
        self.tell(PolishTopic::ProductUpdated, sku.as_str(), version);
    }

    pub(in crate::engine::tests) fn place(
        &mut self,
        id: &str,
        sku: &str,
        quantity: i64,
        now: Timestamp,
    ) {
        let auto = self
            .products
            .get(&polish(sku))
            .is_some_and(|product| product.confirm == ConfirmMode::Auto);
        if auto && self.products[sku].available.get() < quantity {
            return; // The shop sells no more than it shows.
        }
        if auto {
            self.change_product(&polish(sku), |product| {
                product.available = Units::new(product.available.get() - quantity);
            });
        }
        let view = OrderView {
            id: order(id),
            status: if auto {
                OrderStatus::Confirmed
            } else {
                OrderStatus::Pending
            },
            reason: None,
            hold_expires_at: (!auto).then(|| now + SignedDuration::from_mins(30)),
            ready_to_ship: false,
            lines: vec![OrderLineView {
                line_id: line("1"),
                sku: polish(sku),
                quantity: Units::new(quantity),
                fulfilled: Units::ZERO,
                cancelled: Units::ZERO,
                returned: Units::ZERO,
                restocked: Units::ZERO,
            }],
            shipments: Vec::new(),
            returns: Vec::new(),
            cancellations: Vec::new(),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        self.orders.insert(order(id), view);
        self.tell(PolishTopic::OrderCreated, id, 1);
    }

    pub(super) fn change_order(&mut self, id: &OrderId, by: impl FnOnce(&mut OrderView)) {
        let order = self.orders.get_mut(id).unwrap();
        by(order);
        order.version += 1;
        let version = order.version;
        self.tell(PolishTopic::OrderUpdated, id.as_str(), version);
    }

    /// Ships up to `quantity`, if the shop lets the staff.
    pub(in crate::engine::tests) fn ship(&mut self, id: &str, quantity: i64, now: Timestamp) {
        let id = order(id);
        let Some(view) = self.orders.get(&id) else {
            return;
        };
        let row = &view.lines[0];
        let open = row.quantity.get() - row.fulfilled.get() - row.cancelled.get();
        let quantity = quantity.min(open);
        let live = matches!(
            view.status,
            OrderStatus::Confirmed | OrderStatus::PartiallyFulfilled
        );
        if !view.ready_to_ship || quantity <= 0 || !live {
            return;
        }
        let reference = ShipmentRef::parse(&format!("S{}", view.shipments.len() + 1)).unwrap();
        self.change_order(&id, |view| {
            view.shipments.push(ShipmentView {
                reference,
                shipped_at: now,
                lines: vec![LineQuantity {
                    line_id: line("1"),
                    quantity: Units::new(quantity),
                }],
            });
            let row = &mut view.lines[0];
            row.fulfilled = Units::new(row.fulfilled.get() + quantity);
            view.status = if quantity == open {
                OrderStatus::Fulfilled
            } else {
                OrderStatus::PartiallyFulfilled
            };
        });
    }

    /// Calls off part of what has not shipped.
    pub(in crate::engine::tests) fn call_off(&mut self, id: &str, quantity: i64) {
        self.change_order(&order(id), |view| {
            let row = &mut view.lines[0];
            row.cancelled = Units::new(row.cancelled.get() + quantity);
        });
    }

    pub(in crate::engine::tests) fn cancel(&mut self, id: &str) {
        let id = order(id);
        let Some(view) = self.orders.get(&id) else {
            return;
        };
        if matches!(
            view.status,
            OrderStatus::Fulfilled
                | OrderStatus::Returned
                | OrderStatus::Rejected
                | OrderStatus::Cancelled
        ) {
            return;
        }
        self.change_order(&id, |view| {
            let row = &mut view.lines[0];
            row.cancelled = Units::new(row.quantity.get() - row.fulfilled.get());
            view.status = if row.fulfilled.is_zero() {
                OrderStatus::Cancelled
            } else {
                OrderStatus::Fulfilled
            };
        });
    }

    /// Cancels the pending orders whose holds are over, as the shop does by itself.
    pub(in crate::engine::tests) fn end_holds(&mut self, now: Timestamp) {
        let over = self.orders.values().filter(|view| {
            view.status == OrderStatus::Pending
                && view.hold_expires_at.is_some_and(|end| end <= now)
        });
        for id in over.map(|view| view.id.to_string()).collect::<Vec<_>>() {
            self.cancel(&id);
        }
    }

    /// Takes back up to `quantity` of what was shipped, fit to be sold again.
    pub(in crate::engine::tests) fn take_back(&mut self, id: &str, quantity: i64, now: Timestamp) {
        let id = order(id);
        let Some(view) = self.orders.get(&id) else {
            return;
        };
        let row = &view.lines[0];
        let quantity = quantity.min(row.fulfilled.get() - row.returned.get());
        if quantity <= 0 {
            return;
        }
        let reference = ReturnRef::parse(&format!("R{}", view.returns.len() + 1)).unwrap();
        self.change_order(&id, |view| {
            view.returns.push(ReturnView {
                reference,
                returned_at: now,
                lines: vec![ReturnLineView {
                    line_id: line("1"),
                    quantity: Units::new(quantity),
                    restock: true,
                }],
            });
            let row = &mut view.lines[0];
            row.returned = Units::new(row.returned.get() + quantity);
            row.restocked = row.returned;
        });
    }

    pub(super) fn answer_order(
        &mut self,
        id: &OrderId,
        by: impl FnOnce(&mut OrderView) -> bool,
    ) -> Outcome {
        let mut view = self.orders[id].clone();
        let before = view.clone();
        if !by(&mut view) {
            return fault("invalid_state", 409);
        }
        if view != before {
            self.change_order(id, |known| *known = view);
        }
        Outcome::Applied(Reply::Order(Box::new(self.orders[id].clone())))
    }
}
