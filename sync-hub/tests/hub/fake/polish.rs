//! A shop with one product.

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Asked, reply};

/// A shop with one product, `SNACK`, and its orders.
pub(crate) struct Polish {
    pub(crate) available: i64,
    version: u64,
    updated_at: Timestamp,
    pub(crate) orders: Vec<Value>,
    webhook: Option<Value>,
}

pub(crate) const SECRET: &str = "polish-secret";

impl Polish {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            available: 0,
            version: 1,
            updated_at: now,
            orders: Vec::new(),
            webhook: None,
        }
    }

    /// A shopper orders; gives back the order's id.
    pub(crate) fn place(&mut self, quantity: i64, now: Timestamp) -> String {
        let id = format!("ORD-{}", self.orders.len() + 1);
        self.orders.push(json!({
            "id": id, "status": "pending", "reason": null, "ready_to_ship": false,
            "hold_expires_at": now + jiff::SignedDuration::from_mins(30),
            "lines": [{
                "line_id": "1", "sku": "SNACK", "quantity": quantity, "fulfilled": 0, "cancelled": 0,
                "returned": 0, "restocked": 0, "reason": null,
            }],
            "shipments": [], "returns": [], "cancellations": [], "version": 1,
            "created_at": now, "updated_at": now,
        }));
        id
    }

    /// Staff ships all of an order.
    pub(crate) fn ship(&mut self, id: &str, now: Timestamp) {
        self.change(id, now, |order| {
            assert_eq!(order["ready_to_ship"], true);
            let quantity = order["lines"][0]["quantity"].clone();
            order["shipments"] = json!([{
                "id": "SHP-1", "reference": "s-1", "shipped_at": now,
                "lines": [{"line_id": "1", "quantity": quantity}],
            }]);
            order["lines"][0]["fulfilled"] = quantity;
            order["status"] = json!("fulfilled");
            order["ready_to_ship"] = json!(false);
        });
    }

    pub(crate) fn order(&self, id: &str) -> &Value {
        self.orders.iter().find(|order| order["id"] == id).unwrap()
    }

    pub(crate) fn answer(&mut self, asked: &Asked, now: Timestamp) -> Response<Bytes> {
        let (status, body) = self.handle(asked, now);
        reply(status, &body)
    }

    fn handle(&mut self, asked: &Asked, now: Timestamp) -> (u16, Value) {
        let (method, path) = asked.route();
        match (method, path.as_slice()) {
            ("GET", ["products"]) => (200, json!({"products": [self.product()]})),
            ("GET", ["products", "SNACK"]) => (200, self.product()),
            ("PUT", ["products", "SNACK", "availability"]) => {
                self.available = asked.body["available"].as_i64().unwrap();
                self.version += 1;
                self.updated_at = now;
                (200, self.product())
            }
            ("GET", ["orders"]) => (200, json!({"orders": self.list(asked)})),
            ("GET", ["orders", id]) => (200, self.order(id).clone()),
            ("POST", ["orders", id, verb]) => {
                let (status, ready) = match *verb {
                    "confirm" => ("confirmed", true),
                    "reject" => ("rejected", false),
                    _ => ("cancelled", false),
                };
                let reason = asked.body["reason"].clone();
                self.change(id, now, |order| {
                    order["status"] = json!(status);
                    order["ready_to_ship"] = json!(ready);
                    order["reason"] = reason;
                });
                (200, self.order(id).clone())
            }
            ("GET", ["counts"]) => (200, json!({"counts": []})),
            ("GET", ["webhooks"]) => {
                let rows: Vec<_> = self.webhook.iter().collect();
                (200, json!({"webhooks": rows}))
            }
            ("POST", ["webhooks"]) => {
                let mut webhook = json!({"id": "whk_1", "url": asked.body["url"]});
                self.webhook = Some(webhook.clone());
                webhook["secret"] = json!(SECRET);
                (201, webhook)
            }
            _ => (
                404,
                json!({"errors": [{"code": "not_found", "message": "no", "field": null}]}),
            ),
        }
    }

    fn product(&self) -> Value {
        json!({
            "sku": "SNACK", "name": "Snack", "kind": "resale", "confirm": "manual", "moq": 1,
            "order_multiple": 1, "components": [], "on_hand": null, "allocated": null,
            "available": self.available, "held": self.held(),
            "sellable": (self.available - self.held()).max(0), "active": true,
            "version": self.version, "updated_at": self.updated_at,
        })
    }

    fn held(&self) -> i64 {
        let pending = self
            .orders
            .iter()
            .filter(|order| order["status"] == "pending");
        pending
            .map(|order| order["lines"][0]["quantity"].as_i64().unwrap())
            .sum()
    }

    fn list(&self, asked: &Asked) -> Vec<&Value> {
        let since = asked.parameter("updated_after");
        let since = since.map(|text| text.replace("%3A", ":").parse::<Timestamp>().unwrap());
        let fits = |order: &&Value| {
            let at: Timestamp = order["updated_at"].as_str().unwrap().parse().unwrap();
            since.is_none_or(|since| at >= since)
                && asked
                    .parameter("status")
                    .is_none_or(|status| order["status"] == status)
        };
        self.orders.iter().filter(fits).collect()
    }

    fn change(&mut self, id: &str, now: Timestamp, change: impl FnOnce(&mut Value)) {
        let order = self
            .orders
            .iter_mut()
            .find(|order| order["id"] == id)
            .unwrap();
        change(order);
        order["version"] = json!(order["version"].as_u64().unwrap() + 1);
        order["updated_at"] = json!(now);
    }
}
