//! A warehouse with one item in one lot.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Asked, reply};

/// A warehouse with one item, `JRK-1`, in grams.
pub(crate) struct Jerky {
    pub(crate) on_hand: i64,
    pub(crate) sequence: u64,
    pub(crate) reservations: BTreeMap<String, Value>,
    pub(crate) events: Vec<Value>,
    /// Events up to here are forgotten.
    pub(crate) forgotten: u64,
    pub(crate) endpoint: Option<Value>,
    /// What was asked for under each idempotency key, and what was answered.
    replies: BTreeMap<String, (u16, Value)>,
}

pub(crate) const SECRET: &str = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ=";

impl Jerky {
    pub(crate) fn new(on_hand: i64) -> Self {
        Self {
            on_hand,
            sequence: 1,
            reservations: BTreeMap::new(),
            events: Vec::new(),
            forgotten: 0,
            endpoint: None,
            replies: BTreeMap::new(),
        }
    }

    /// Goods come in, and the feed says so.
    pub(crate) fn receive(&mut self, grams: i64, now: Timestamp) {
        self.on_hand += grams;
        self.changed(now);
    }

    /// What all reservations hold, in grams.
    pub(crate) fn reserved(&self) -> i64 {
        let lines = self.reservations.values().map(|found| &found["lines"][0]);
        lines
            .map(|line| {
                grams(&line["quantity"]) - grams(&line["released"]) - grams(&line["committed"])
            })
            .sum()
    }

    pub(crate) fn level(&self, now: Timestamp) -> Value {
        let held = self.reserved();
        let (on_hand, available) = (kilograms(self.on_hand), kilograms(self.on_hand - held));
        let quantities = json!({
            "on_hand": on_hand, "available": available, "reserved": kilograms(held),
            "committed": "0", "damaged": "0", "quality_control": "0",
        });
        let mut lot =
            json!({"lot": "L1", "location": "A", "status": "released", "expires_on": "2030-01-31"});
        let mut level = json!({
            "sku": "JRK-1", "warehouse": "WH-1", "unit": "KGM", "safety_stock": "0",
            "sequence": self.sequence, "as_of": now,
        });
        for (name, value) in quantities.as_object().unwrap() {
            lot[name] = value.clone();
            level[name] = value.clone();
        }
        level["lots"] = json!([lot]);
        level
    }

    pub(crate) fn answer(
        &mut self,
        asked: &Asked,
        key: Option<&str>,
        now: Timestamp,
    ) -> Response<Bytes> {
        if let Some((status, body)) = key.and_then(|key| self.replies.get(key)) {
            return reply(*status, body);
        }
        let (status, body) = self.handle(asked, now);
        if let Some(key) = key {
            self.replies.insert(key.to_owned(), (status, body.clone()));
        }
        reply(status, &body)
    }

    fn handle(&mut self, asked: &Asked, now: Timestamp) -> (u16, Value) {
        let (method, path) = asked.route();
        match (method, path.as_slice()) {
            ("POST", ["oauth", "token"]) => (
                200,
                json!({"access_token": "t", "token_type": "Bearer", "expires_in": 900}),
            ),
            ("GET", ["v1", "items"]) => (200, page(&[self.item(now)])),
            ("GET", ["v1", "stock"]) => (200, page(&[self.level(now)])),
            ("GET", ["v1", "events"]) => self.feed(asked),
            ("GET", ["v1", "webhook-endpoints"]) => (200, page(self.endpoint.as_slice())),
            ("POST", ["v1", "webhook-endpoints"]) => self.register(asked),
            ("POST", ["v1", "reservations"]) => self.reserve(asked, now),
            ("GET", ["v1", "reservations"]) => (200, page(&self.list(asked))),
            ("GET", ["v1", "reservations", id]) => (200, self.reservations[*id].clone()),
            ("POST", ["v1", "reservations", id, verb]) => self.resolve(id, verb, now),
            _ => (
                404,
                json!({"type": "https://jerky.example/problems/not-found"}),
            ),
        }
    }

    fn feed(&self, asked: &Asked) -> (u16, Value) {
        let after: u64 = asked.parameter("after").unwrap().parse().unwrap();
        if after < self.forgotten {
            return (
                410,
                json!({"type": "https://jerky.example/problems/sequence-expired"}),
            );
        }
        let data: Vec<&Value> = self
            .events
            .iter()
            .skip(usize::try_from(after).unwrap_or(usize::MAX))
            .collect();
        (
            200,
            json!({"data": data, "last_position": self.events.len(), "oldest_position": self.forgotten + 1}),
        )
    }

    fn register(&mut self, asked: &Asked) -> (u16, Value) {
        let mut endpoint = json!({"id": "whe_1", "url": asked.body["url"], "status": "enabled"});
        self.endpoint = Some(endpoint.clone());
        endpoint["secret"] = json!(SECRET);
        (201, endpoint)
    }

    fn reserve(&mut self, asked: &Asked, now: Timestamp) -> (u16, Value) {
        let line = &asked.body["lines"][0];
        // The hub speaks base units: grams.
        let wanted: i64 = line["quantity"].as_str().unwrap().parse().unwrap();
        if wanted > self.on_hand - self.reserved() {
            let body = json!({"type": "https://jerky.example/problems/insufficient-stock", "shortfalls": [{
                "line_id": line["line_id"], "sku": "JRK-1", "requested": kilograms(wanted),
                "available": kilograms(self.on_hand - self.reserved()),
            }]});
            return (409, body);
        }
        let id = format!("res_{}", self.reservations.len() + 1);
        let quantity = kilograms(wanted);
        let found = json!({
            "id": id, "reference": asked.body["reference"], "state": "pending",
            "expires_at": now + jiff::SignedDuration::from_hours(24), "created_at": now, "commits": [],
            "lines": [{
                "line_id": line["line_id"], "sku": "JRK-1", "quantity": quantity, "unit": "KGM",
                "committed": "0", "released": "0", "allocations": [{
                    "lot": "L1", "location": "A", "quantity": quantity, "committed": "0",
                    "expires_on": "2030-01-31",
                }],
            }],
        });
        self.reservations.insert(id.clone(), found);
        (201, self.written(&id, now))
    }

    /// Commits or releases the whole; extends for ever.
    fn resolve(&mut self, id: &str, verb: &str, now: Timestamp) -> (u16, Value) {
        let found = self.reservations.get_mut(id).unwrap();
        let quantity = found["lines"][0]["quantity"].clone();
        match verb {
            "commit" => {
                self.on_hand -= grams(&quantity);
                found["lines"][0]["allocations"][0]["committed"] = quantity.clone();
                found["lines"][0]["committed"] = quantity;
                found["state"] = json!("committed");
            }
            "release" => {
                found["lines"][0]["released"] = quantity;
                found["lines"][0]["allocations"] = json!([]);
                found["state"] = json!("released");
            }
            _ => {}
        }
        (200, self.written(id, now))
    }

    fn written(&mut self, id: &str, now: Timestamp) -> Value {
        self.changed(now);
        let mut view = self.reservations[id].clone();
        view["stock"] = json!([self.level(now)]);
        view
    }

    fn list(&self, asked: &Asked) -> Vec<Value> {
        let fits = |found: &&Value| {
            let reference = asked
                .parameter("reference")
                .is_none_or(|r| found["reference"] == r);
            reference && asked.parameter("state").is_none_or(|s| found["state"] == s)
        };
        self.reservations.values().filter(fits).cloned().collect()
    }

    fn changed(&mut self, now: Timestamp) {
        self.sequence += 1;
        let position = self.events.len() + 1;
        self.events.push(json!({
            "id": format!("evt_{position}"), "type": "stock.changed", "position": position,
            "sku": "JRK-1", "sequence": self.sequence, "occurred_at": now,
            "cause": {"kind": "test", "actor": "test"}, "data": {"stock": self.level(now)},
        }));
    }

    fn item(&self, _: Timestamp) -> Value {
        json!({
            "sku": "JRK-1", "name": "Hot", "kind": "stocked", "unit": "KGM", "warehouse": "WH-1",
            "time_zone": "America/Chicago", "safety_stock": "0", "discontinued": false,
            "sequence": self.sequence,
        })
    }
}

fn page(rows: &[Value]) -> Value {
    json!({"data": rows, "next_cursor": null})
}

fn kilograms(grams: i64) -> String {
    format!("{}.{:03}", grams / 1000, grams % 1000)
}

fn grams(kilograms: &Value) -> i64 {
    let kilograms: f64 = kilograms.as_str().unwrap().parse().unwrap();
    (kilograms * 1000.0).round() as i64
}
